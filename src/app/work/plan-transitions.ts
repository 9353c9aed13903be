import { SyncError } from '../../domain/errors.js';
import { arrivalIn, laneName, reachableLanes, wireLane } from '../../domain/events/lane.js';
import type { Lane } from '../../domain/events/lane.js';
import { dependentsOf } from '../../domain/work/dependency-graph.js';
import { asOneLine } from '../../domain/work/markdown.js';
import type { StatusLog } from '../../domain/work/status-log.js';
import { annotationRow, transitionRows, type Row, type RowOrder } from '../../domain/work/status-rows.js';
import type { TransitionEntry } from '../../domain/work/transition.js';
import type { WorkPackage } from '../../domain/work/work-package.js';
import type { Emission } from '../outbox/event-emitter.js';
import type { FeatureDraft } from './feature-draft.js';
import { contradictions, findWorkPackage, frontMatterGraph, refuseFaults } from './feature-state.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import type { PlannedEvent } from './perform-work.js';

export interface Transition extends Pick<TransitionEntry, 'by' | 'note' | 'agent' | 'feedback'> {
  readonly workPackageId: string;
  readonly to: Lane;
}

/** What follows from transitions. */
interface Consequences {
  /** Work packages that have one dependency less to wait for. */
  readonly unblocked: readonly string[];
  readonly isFeatureCompleted: boolean;
}

/**
 * Plans the transitions of different work packages of one feature: a `WPStatusChanged` for each; for one that becomes
 * `done` also a `DependencyResolved` for each dependent; and a `FeatureCompleted` when none is left. The Activity Log
 * line of a transition is the evidence of all that follows from it, or its row where a status log decides. Fails with
 * `work-package-unreadable` when one becomes `done` while another file cannot be understood: whether that one depends on
 * it is not known then, and nobody would tell it later.
 */
export const planTransitions = (draft: FeatureDraft, transitions: readonly Transition[]): Consequences => {
  const { state, emission, events, warnings } = draft;
  const isCompleting = transitions.some(({ to }) => to === 'done');
  if (isCompleting) refuseFaults(state);
  const graph = isCompleting ? frontMatterGraph(state) : undefined;
  const { slug } = state.documents;
  const unblocked: string[] = [];
  const moved = new Map<string, Lane>();
  let last: PlannedEvent | undefined;
  /** What follows from another event, and has its evidence. */
  const follow = (
    { fact: cause, evidence }: PlannedEvent,
    ...[type, payload]: Parameters<Emission['fact']>
  ): void => void events.push({ fact: emission.fact(type, payload, cause.event.event_id), evidence });
  for (const transition of transitions) {
    const filed = findWorkPackage(state, transition.workPackageId);
    const planned = planOne(draft, filed, transition);
    warnings.push(...contradictions([filed]));
    const { id: dependency, lane: from } = filed;
    moved.set(dependency, transition.to);
    if (graph === undefined || transition.to !== 'done' || from === 'done') continue;
    last = planned;
    for (const workPackageId of dependentsOf(graph, dependency)) {
      unblocked.push(workPackageId);
      const said = {
        ...{ wp_id: workPackageId, dependency_wp_id: dependency },
        ...({ resolution_type: 'completed', feature_slug: slug } as const),
      };
      follow(planned, 'DependencyResolved', said);
    }
  }
  const isFeatureCompleted = last !== undefined && isAllDone(state, moved);
  if (last !== undefined && isFeatureCompleted) {
    const remaining = state.workPackages.filter(({ lane }) => lane !== 'canceled');
    const said = {
      ...{ feature_slug: slug, total_wps: remaining.length },
      ...{ completed_at: last.fact.event.timestamp, total_duration: null },
    };
    follow(last, 'FeatureCompleted', said);
  }
  return { unblocked, isFeatureCompleted };
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

const planOne = (
  draft: FeatureDraft,
  filed: FiledWorkPackage,
  { to, note, feedback, ...who }: Transition,
): PlannedEvent => {
  const { emission, state } = draft;
  const { id, lane: from } = filed;
  const by = asOneLine(who.by) || 'user';
  const agent = asOneLine(who.agent ?? '') || undefined;
  const detail = arrivalIn(to);
  const isLogged = state.authority !== undefined;
  const fact = emission.fact('WPStatusChanged', {
    ...{ wp_id: id, previous_status: wireLane(from), new_status: to, changed_by: by },
    feature_slug: state.documents.slug,
    ...(isLogged && detail !== to ? { detail } : {}),
  });
  const rowsOf = (log: StatusLog, about: RowOrder): readonly Row[] => {
    // Where the log says who is in charge, it has to say it anew.
    const logged = log.workPackages.get(id)?.agent;
    const isTaken = agent !== undefined && logged !== undefined && logged !== agent;
    const nextId = (): string => emission.newId();
    const way = { from: filed, to, note: asOneLine(note), eventId: fact.event.event_id, nextId };
    return [
      ...(isTaken ? [annotationRow(log, { ...about, eventId: nextId(), delta: { agent } })] : []),
      ...transitionRows(log, { ...about, ...way }),
    ];
  };
  return draft.enter(filed, fact, { to, by, note, feedback, agent, rows: isLogged ? rowsOf : undefined });
};

/** A work package that cannot be read is not known to be done; one that was canceled never will be. */
const isAllDone = ({ faults, workPackages }: FeatureState, moved: ReadonlyMap<string, Lane>): boolean =>
  faults.length === 0 &&
  workPackages.every(({ id, lane }) => {
    const to = moved.get(id);
    return (to ?? lane) === 'done' || (to === undefined && lane === 'canceled');
  });
