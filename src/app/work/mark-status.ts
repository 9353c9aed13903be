import { SyncError } from '../../domain/errors.js';
import { isAt, isLegalTransition, originOf } from '../../domain/events/lane.js';
import { namesOrCount } from '../../domain/work/commit-message.js';
import { annotationRow } from '../../domain/work/status-rows.js';
import { isTickedAs, laneOfMark, namedIds, taskNote, withBoxes } from '../../domain/work/task-marks.js';
import type { Checkbox, Mark, NamedIds } from '../../domain/work/task-marks.js';
import { findTask, lineWithoutMark } from '../../domain/work/tasks-document.js';
import type { ResultOf } from '../documents/all.js';
import type { FeatureDraft } from './feature-draft.js';
import {
  findWorkPackage,
  loggedTasks,
  refuseBroken,
  searchWorkPackage,
  type FeatureState,
  type FiledWorkPackage,
} from './feature-state.js';
import type { PerformedWork, WorkPorts } from './perform-work.js';
import { illegalTransition, planTransitions } from './plan-transitions.js';
import { warnUnfinished } from './unfinished-work.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface MarkStatusInput extends FeatureInput {
  /** Work packages and tasks, in any mixture. */
  readonly ids: readonly string[];
  readonly status: Mark;
  /** Who marks it, and who is in charge of marked work packages from now on. */
  readonly agent?: string | undefined;
  /** Allows a transition that is not legal. */
  readonly force?: boolean;
}

export type MarkStatusResult = ResultOf<'agent tasks mark-status'>;

/**
 * Marks work packages (their lane) and tasks (their box in `tasks.md`) in one piece of work: everything that was named
 * is marked, or, when something is unknown or illegal, nothing is.
 */
export class MarkStatus extends UseCase<WorkPorts> {
  /**
   * Fails with `input-invalid` for a word that is no id and for a lane that a task cannot have, with
   * `work-package-not-found` or `task-not-found` naming everything that does not exist, with `transition-illegal`, and
   * with what the work itself fails with.
   */
  async run(input: MarkStatusInput, signal?: AbortSignal): Promise<PerformedWork<MarkStatusResult>> {
    const { agent, status, force } = input;
    const ids = namedIds(input.ids);
    refuseNonsense(ids, status);
    const to = laneOfMark(status);
    const isTicked = isTickedAs(status) === true;
    // One work package alone can be what an error is about.
    const [workPackageId] = ids.workPackages.length + ids.tasks.length === 1 ? ids.workPackages : [];
    return workOnFeature(this.ports, { ...input, workPackageId }, signal, async (draft, { checkout }) => {
      const { filed, tasks } = find(draft.state, ids);
      const named = filed.map(({ id }) => id);
      if (to === 'for_review') await warnUnfinished(draft, this.ports.repository, checkout, named);
      const moves = filed.filter((each) => !isAt(each, to));
      const ticks = tasks.filter(({ isOpen }) => isOpen === isTicked);
      const illegal = moves.find((each) => !isLegalTransition(each, to));
      if (illegal !== undefined && force !== true) throw illegalTransition(illegal, to);
      // In front of the line of the own transition.
      planTicks(draft, ticks, isTicked, agent ?? 'user');
      const transition = { to, by: agent ?? 'user', note: `Marked as ${to}`, agent };
      const transitions = moves.map(({ id }) => ({ workPackageId: id, ...transition }));
      const result: MarkStatusResult = {
        feature: draft.state.documents.slug,
        workPackages: filed.map((each) => ({
          workPackageId: each.id,
          outcome: moves.includes(each) ? 'moved' : 'already-there',
          ...originOf(each),
          to,
        })),
        tasks: tasks.map((task) => ({
          taskId: task.taskId,
          workPackageId: task.workPackageId,
          outcome: ticks.includes(task) ? 'marked' : 'already-so',
          isDone: isTicked,
        })),
        ...planTransitions(draft, transitions),
      };
      const names = [...ticks.map(({ taskId }) => taskId), ...moves.map(({ id }) => id)];
      return { result, done: `mark ${namesOrCount(names, 'tasks and work packages')} as ${status}` };
    });
  }
}

const refuseNonsense = ({ workPackages, tasks, others }: NamedIds, status: Mark): void => {
  if (others.length > 0 || workPackages.length + tasks.length === 0) {
    const words = others.map((word) => JSON.stringify(word)).join(', ');
    throw new SyncError(
      'input-invalid',
      others.length === 0 ? 'Nothing was named.' : `${words}: no id is written so.`,
      { hint: 'Name work packages such as WP01 and tasks such as T012.' },
    );
  }
  if (tasks.length > 0 && isTickedAs(status) === undefined) {
    throw new SyncError('input-invalid', `${tasks.join(', ')}: a task is done or pending, never ${status}.`, {
      hint: 'Use --status done or --status pending for tasks, and a command of its own for work packages.',
    });
  }
};

/** A task that was found: its box in the section of a work package, else in the roster of its front matter. */
interface PlacedTask {
  readonly taskId: string;
  readonly workPackageId: string;
  readonly isOpen: boolean;
  readonly box?: Checkbox | undefined;
}

/** Everything that was named. What cannot be found, or not be marked, is refused, all of it at once. */
const find = (
  state: FeatureState,
  ids: NamedIds,
): { readonly filed: readonly FiledWorkPackage[]; readonly tasks: readonly PlacedTask[] } => {
  const { slug, directory, tasks: text = '' } = state.documents;
  const path = `${directory}/tasks.md`;
  const tasks: PlacedTask[] = [];
  const absent: string[] = [];
  const unmarked: string[] = [];
  const outside: string[] = [];
  for (const taskId of ids.tasks) {
    const found = findTask(text, taskId);
    const box = found?.box;
    const workPackageId = found === undefined ? ownerOf(state, taskId) : found.workPackageId;
    const line = lineWithoutMark(text, taskId);
    if (workPackageId !== undefined) {
      const isOpen = box?.isOpen ?? loggedTasks(state, workPackageId).get(taskId) !== 'done';
      tasks.push({ taskId, workPackageId, isOpen, box });
    } else if (box !== undefined)
      outside.push(`${path}:${box.line}: ${taskId} is in no section of a work package.`);
    else if (line !== undefined)
      unmarked.push(`${path}:${line}: ${taskId} has neither a box nor a state that could be set.`);
    else absent.push(taskId);
  }
  const wanted = [...new Set([...ids.workPackages, ...tasks.map(({ workPackageId }) => workPackageId)])];
  const unknown = wanted.filter((id) => searchWorkPackage(state, id) === undefined);
  for (const id of unknown) refuseBroken(state, id);
  const sentences = [
    ...(unknown.length === 0 ? [] : [`${slug} has no work package ${unknown.join(', ')}.`]),
    ...(absent.length === 0 ? [] : [`${path} has no task ${absent.join(', ')}.`]),
    ...unmarked,
    ...outside,
  ];
  if (sentences.length === 0)
    return { filed: ids.workPackages.map((id) => findWorkPackage(state, id)), tasks };
  const present = state.workPackages.map(({ id }) => id).join(', ');
  const hint =
    unknown.length > 0
      ? `There are: ${present}.`
      : outside.length > 0
        ? 'Put these tasks below the heading of a work package, such as "## WP01".'
        : 'A task is a line such as "- [ ] T012 What has to be done".';
  const kind = unknown.length > 0 ? 'work-package-not-found' : 'task-not-found';
  throw new SyncError(kind, sentences.join('\n'), { hint: `Nothing was marked. ${hint}` });
};

/** Whose front matter lists a task. What became of one without a box stands in the status log alone. */
const ownerOf = ({ statusLog, workPackages }: FeatureState, taskId: string): string | undefined =>
  statusLog === undefined ? undefined : workPackages.find(({ roster }) => roster?.includes(taskId))?.id;

/**
 * Plans the boxes of tasks, and for each task one Activity Log line in its work package's file. The line is the evidence
 * of its event; of a task without a box it is the row in the status log.
 */
const planTicks = (
  draft: FeatureDraft,
  ticks: readonly PlacedTask[],
  isTicked: boolean,
  by: string,
): void => {
  const { slug: feature, directory, tasks } = draft.state.documents;
  for (const { taskId, workPackageId, box } of ticks) {
    const filed = findWorkPackage(draft.state, workPackageId);
    const { id } = filed;
    const note = taskNote(taskId, box?.text ?? '', isTicked);
    const fact = draft.emission.fact('HistoryAdded', {
      ...({ wp_id: id, entry_type: 'note', entry_content: note } as const),
      ...{ author: by, feature_slug: feature },
    });
    const delta = { subtasks: { [taskId]: isTicked ? 'done' : 'planned' } };
    const eventId = fact.event.event_id;
    draft.enter(filed, fact, {
      ...{ by, note },
      ...(box === undefined && { rows: (log, about) => [annotationRow(log, { ...about, eventId, delta })] }),
    });
  }
  const boxes = ticks.flatMap(({ box }) => box ?? []);
  if (boxes.length === 0) return;
  const after = withBoxes(tasks ?? '', boxes, !isTicked);
  draft.write({ path: `${directory}/tasks.md`, before: tasks, after });
};
