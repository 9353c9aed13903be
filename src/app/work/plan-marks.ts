import type { Lane } from '../../domain/events/lane.js';
import { taskNote, withBoxes, type PlacedTask } from '../../domain/work/marks.js';
import { STATUS_LOG } from '../../domain/work/status-log.js';
import { annotationRow, withRows, type Row } from '../../domain/work/status-rows.js';
import { activityTime, historyEdits } from '../../domain/work/transition.js';
import type { FeatureFiles, FileChange, WorkPackageDocument } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import { findWorkPackage, readFeatureState, type FeatureState } from './feature-state.js';
import type { Marked } from './find-marked.js';
import { planTransitions, type PlannedTransitions } from './plan-transitions.js';
import { statusChanges } from './status-changes.js';
import type { PlannedEvent } from './work-plan.js';

/** What is marked, and by whom. */
interface MarkOrder {
  readonly to: Lane;
  readonly isTicked: boolean;
  readonly by: string;
  /** The front matter's agent of moved work packages from now on; absent leaves it. */
  readonly agent?: string;
}

/**
 * Plans boxes and transitions as one: `tasks.md` first, which holds no evidence; then each work package's file with one
 * Activity Log line for each of its tasks, in front of the line of its own transition; the status log at last, where a
 * task without a box has its row. Each line or row is the evidence of its event.
 */
export const planMarks = async (
  files: Pick<FeatureFiles, 'change'>,
  emission: Pick<Emission, 'fact' | 'newId'>,
  state: FeatureState,
  { moves, ticks }: Marked,
  order: MarkOrder,
): Promise<
  Pick<PlannedTransitions, 'changes' | 'events' | 'resolved' | 'isFeatureCompleted' | 'warnings'>
> => {
  const noted = await noteTasks(files, emission, state, ticks, order);
  const planned = await planTransitions(
    files,
    emission,
    noted.state,
    moves.map(({ workPackage }) => ({
      workPackageId: workPackage.id,
      to: order.to,
      by: order.by,
      note: `Marked as ${order.to}`,
      ...(order.agent === undefined ? {} : { agent: order.agent }),
    })),
  );
  return {
    changes: [
      ...boxChanges(state, ticks, order.isTicked),
      ...fromTheirBeginning([...noted.changes, ...planned.changes]),
    ],
    events: [...noted.events, ...planned.events],
    resolved: planned.resolved,
    isFeatureCompleted: planned.isFeatureCompleted,
    warnings: planned.warnings,
  };
};

interface NotedTasks {
  /** The feature as it is when the lines have been written. */
  readonly state: FeatureState;
  readonly changes: readonly FileChange[];
  readonly events: readonly PlannedEvent[];
}

const noteTasks = async (
  files: Pick<FeatureFiles, 'change'>,
  emission: Pick<Emission, 'fact'>,
  before: FeatureState,
  ticks: readonly PlacedTask[],
  { isTicked, by }: MarkOrder,
): Promise<NotedTasks> => {
  let state = before;
  const changes: FileChange[] = [];
  const events: PlannedEvent[] = [];
  const rows: Row[] = [];
  for (const task of ticks) {
    const { workPackage, document } = findWorkPackage(state, task.workPackageId);
    const { id, lane, path } = workPackage;
    const note = taskNote(task, isTicked);
    const fact = emission.fact('HistoryAdded', id, {
      wp_id: id,
      entry_type: 'note',
      entry_content: note,
      author: by,
      feature_slug: state.documents.slug,
    });
    const timestamp = activityTime(fact.event.timestamp);
    const { edits, line } = historyEdits(document, { lane, by, note, timestamp });
    const change = await files.change(document, edits);
    changes.push(change);
    state = withDocument(state, changedDocument(document, change.after));
    const { documents, statusLog } = state;
    if (task.box !== undefined || statusLog === undefined) {
      events.push({ fact, evidence: { evidence: 'line', path, line } });
      continue;
    }
    const { event_id: eventId, timestamp: at } = fact.event;
    const order = { feature: documents.slug, workPackageId: id, path, by, timestamp: at, eventId };
    const delta = { subtasks: { [task.taskId]: isTicked ? 'done' : 'planned' } };
    const row = annotationRow(statusLog, { ...order, delta });
    rows.push(row);
    events.push({
      fact,
      evidence: { evidence: 'row', path: `${documents.directory}/${STATUS_LOG}`, rowId: eventId },
    });
    state = withRow(state, row);
  }
  return { state, changes: [...changes, ...statusChanges(before, rows)], events };
};

/** History changes the body alone, which is the end of the text. */
const changedDocument = (document: WorkPackageDocument, after: string): WorkPackageDocument => ({
  ...document,
  text: after,
  body: after.slice(document.text.length - document.body.length),
});

const withDocument = ({ documents }: FeatureState, changed: WorkPackageDocument): FeatureState =>
  readFeatureState({
    ...documents,
    workPackages: documents.workPackages.map((each) => (each.path === changed.path ? changed : each)),
  });

const withRow = ({ documents }: FeatureState, row: Row): FeatureState => {
  const { status } = documents;
  return status === undefined
    ? readFeatureState(documents)
    : readFeatureState({ ...documents, status: { ...status, log: withRows(status.log, [row]) } });
};

/** Several changes of a file as one, from the text that it has now; the status log last. */
const fromTheirBeginning = (changes: readonly FileChange[]): readonly FileChange[] => {
  const byPath = new Map<string, FileChange>();
  for (const change of changes) {
    const first = byPath.get(change.path);
    byPath.set(change.path, first === undefined ? change : { ...first, after: change.after });
  }
  const isLog = ({ path }: FileChange): boolean => path.endsWith(`/${STATUS_LOG}`);
  const all = [...byPath.values()];
  return [...all.filter((change) => !isLog(change)), ...all.filter(isLog)];
};

const boxChanges = (
  { documents: { directory, tasks } }: FeatureState,
  ticks: readonly PlacedTask[],
  isTicked: boolean,
): readonly FileChange[] =>
  tasks === undefined || ticks.every(({ box }) => box === undefined)
    ? []
    : [{ path: `${directory}/tasks.md`, before: tasks, after: withBoxes(tasks, ticks, isTicked) }];
