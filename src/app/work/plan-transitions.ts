import { SyncError } from '../../domain/errors.js';
import { arrivalIn, laneName, reachableLanes, wireLane } from '../../domain/events/lane.js';
import type { Lane } from '../../domain/events/lane.js';
import { dependentsOf } from '../../domain/work/dependency-graph.js';
import { asOneLine } from '../../domain/work/markdown.js';
import { readStatusLog, STATUS_LOG, STATUS_SNAPSHOT } from '../../domain/work/status-log.js';
import {
  annotationRow,
  snapshotAfter,
  transitionRows,
  withRows,
  type Row,
} from '../../domain/work/status-rows.js';
import { activityTime, transitionEdits } from '../../domain/work/transition.js';
import type { WorkPackage } from '../../domain/work/work-package.js';
import type { FeatureFiles, FileChange } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import { contradictions, findWorkPackage, frontMatterGraph, refuseFaults } from './feature-state.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import type { PlannedEvent } from './work-plan.js';

export interface Transition {
  readonly workPackageId: string;
  readonly to: Lane;
  /** Who moves it: `changed_by` of the event and the agent of the Activity Log line. */
  readonly by: string;
  readonly note: string;
  /** The front matter's agent from now on; absent or blank leaves it. */
  readonly agent?: string | undefined;
  /** Text of a reviewer who asks for changes. */
  readonly feedback?: string | undefined;
}

/** What transitions of one feature change and say. */
export interface PlannedTransitions {
  readonly changes: readonly FileChange[];
  readonly events: readonly PlannedEvent[];
  /** The edges whose dependency has just become `done`. */
  readonly resolved: readonly { readonly workPackageId: string; readonly dependency: string }[];
  readonly isFeatureCompleted: boolean;
  /** Front matters that said something else than the status log. */
  readonly warnings: readonly string[];
}

type Emitting = Pick<Emission, 'fact' | 'newId'>;

/**
 * Plans the transitions of different work packages of one feature: a `WPStatusChanged` for each; for one that becomes
 * `done` also a `DependencyResolved` for each dependent; and a `FeatureCompleted` when none is left. The Activity Log
 * line of a transition is the evidence of all that follows from it, or its row where a status log decides. Fails with
 * `work-package-unreadable` when one becomes `done` while another file cannot be understood: whether that one depends on
 * it is not known then, and nobody would tell it later.
 */
export const planTransitions = async (
  files: Pick<FeatureFiles, 'change'>,
  emission: Emitting,
  state: FeatureState,
  transitions: readonly Transition[],
): Promise<PlannedTransitions> => {
  const isCompleting = transitions.some(({ to }) => to === 'done');
  if (isCompleting) refuseFaults(state);
  const graph = isCompleting ? frontMatterGraph(state) : undefined;
  const { slug } = state.documents;
  const changes: FileChange[] = [];
  const events: PlannedEvent[] = [];
  const rows: Row[] = [];
  const resolved: PlannedTransitions['resolved'][number][] = [];
  const moved = new Map<string, Lane>();
  let last: PlannedEvent | undefined;
  for (const transition of transitions) {
    const filed = findWorkPackage(state, transition.workPackageId);
    const planned = await planOne(files, emission, state, filed, transition);
    changes.push(planned.change);
    rows.push(...planned.rows);
    events.push(planned.event);
    const { id: dependency, lane: from } = filed.workPackage;
    moved.set(dependency, transition.to);
    if (graph === undefined || transition.to !== 'done' || from === 'done') continue;
    last = planned.event;
    for (const workPackageId of dependentsOf(graph, dependency)) {
      resolved.push({ workPackageId, dependency });
      const said = {
        ...{ wp_id: workPackageId, dependency_wp_id: dependency },
        ...({ resolution_type: 'completed', feature_slug: slug } as const),
      };
      events.push(following(planned.event, emission, 'DependencyResolved', workPackageId, said));
    }
  }
  const isFeatureCompleted = last !== undefined && isAllDone(state, moved);
  if (last !== undefined && isFeatureCompleted) {
    const remaining = state.workPackages.filter(({ workPackage }) => workPackage.lane !== 'canceled');
    const said = {
      ...{ feature_slug: slug, total_wps: remaining.length },
      ...{ completed_at: last.fact.event.timestamp, total_duration: null },
    };
    events.push(following(last, emission, 'FeatureCompleted', slug, said));
  }
  return {
    changes: [...changes, ...statusChanges(state, rows)],
    events,
    warnings: contradictions(state, [...moved.keys()]),
    resolved,
    isFeatureCompleted,
  };
};

/**
 * The status log with more rows, and in front of it the snapshot that other clients keep, where there is one: the log
 * holds the evidence and comes last.
 */
export const statusChanges = (
  { documents: { directory, status } }: FeatureState,
  rows: readonly Row[],
): readonly FileChange[] => {
  if (rows.length === 0) return [];
  const after = withRows(status?.log ?? '', rows);
  const log = { path: `${directory}/${STATUS_LOG}`, before: status?.log, after };
  const before = status?.snapshot;
  const snapshot = before === undefined ? undefined : snapshotAfter(before, readStatusLog(after));
  if (snapshot === undefined) return [log];
  return [{ path: `${directory}/${STATUS_SNAPSHOT}`, before, after: snapshot, isDerived: true }, log];
};

/** The refusal of a transition that is not in the flow, with the lanes that can be reached instead. */
export const illegalTransition = (workPackage: WorkPackage, to: Lane): SyncError => {
  const { id, lane, contradicting } = workPackage;
  const reachable = reachableLanes(workPackage);
  const copy = contradicting === undefined ? '' : ` (so says the status log; its file says ${contradicting})`;
  const from = laneName(workPackage) + copy;
  return new SyncError('transition-illegal', `${id} is in ${from} and cannot go to ${to}.`, {
    hint:
      lane === 'uninitialized'
        ? 'Run "spec-kitty agent feature finalize-tasks", which makes it planned.'
        : reachable.length === 0
          ? `From ${from} it goes nowhere unless it is forced.`
          : `From ${from} it can go to ${reachable.join(' or ')}; anything else has to be forced.`,
  });
};

const planOne = async (
  files: Pick<FeatureFiles, 'change'>,
  emission: Emitting,
  { documents: { slug: feature }, authority }: FeatureState,
  { workPackage, document }: FiledWorkPackage,
  { to, note, feedback, ...who }: Transition,
) => {
  const { id, lane: from, path } = workPackage;
  const by = asOneLine(who.by) || 'user';
  const agent = asOneLine(who.agent ?? '');
  const detail = arrivalIn(to);
  const fact = emission.fact('WPStatusChanged', id, {
    ...{ wp_id: id, previous_status: wireLane(from), new_status: to, changed_by: by, feature_slug: feature },
    ...(authority === undefined || detail === to ? {} : { detail }),
  });
  const { event_id: eventId, timestamp } = fact.event;
  const { edits, line } = transitionEdits(document, {
    ...{ lane: to, by, note, feedback, timestamp: activityTime(timestamp) },
    keepsLane: authority !== undefined && !('lane' in document.frontMatter),
    agent: agent === '' ? undefined : agent,
  });
  const change = await files.change(document, edits);
  if (authority === undefined)
    return { change, rows: [], event: { fact, evidence: { evidence: 'line', path, line } as const } };
  const { log, path: logPath } = authority;
  const order = { feature, workPackageId: id, path, by, timestamp };
  const way = { from: workPackage, to, note: asOneLine(note), eventId, nextId: () => emission.newId() };
  const moved = transitionRows(log, { ...order, ...way });
  // Where the log says who is in charge, it has to say it anew.
  const logged = log.workPackages.get(id)?.agent;
  const isAnew = agent !== '' && logged !== undefined && logged !== agent;
  const charge = isAnew
    ? [annotationRow(log, { ...order, eventId: emission.newId(), delta: { agent } })]
    : [];
  const evidence = { evidence: 'row', path: logPath, rowId: eventId } as const;
  return { change, rows: [...charge, ...moved], event: { fact, evidence } };
};

/** What follows from another event, and has its evidence. */
const following = (
  { fact: cause, evidence }: PlannedEvent,
  emission: Emitting,
  ...[type, about, payload]: Parameters<Emitting['fact']>
): PlannedEvent => ({ fact: emission.fact(type, about, payload, cause.event.event_id), evidence });

/** A work package that cannot be read is not known to be done; one that was canceled never will be. */
const isAllDone = ({ faults, workPackages }: FeatureState, moved: ReadonlyMap<string, Lane>): boolean =>
  faults.length === 0 &&
  workPackages.every(({ workPackage: { id, lane } }) => {
    const to = moved.get(id);
    return (to ?? lane) === 'done' || (to === undefined && lane === 'canceled');
  });
