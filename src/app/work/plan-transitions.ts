import { dependentsOf, type DependencyGraph } from '../../domain/work/dependency-graph.js';
import { arrivalIn, wireLane, type Lane, type WorkPackageLane } from '../../domain/events/lane.js';
import { asOneLine } from '../../domain/work/markdown.js';
import { annotationRow, transitionRows, type Row } from '../../domain/work/status-rows.js';
import { activityTime, transitionEdits } from '../../domain/work/transition.js';
import type { FeatureFiles, FileChange } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import {
  contradictions,
  findWorkPackage,
  frontMatterGraph,
  refuseFaults,
  type FeatureState,
} from './feature-state.js';
import { statusChanges } from './status-changes.js';
import type { PlannedEvent } from './work-plan.js';

/** A transition that has been decided. */
export interface Transition {
  readonly workPackageId: string;
  readonly to: Lane;
  /** Who moves it: `changed_by` of the event and the agent of the Activity Log line. */
  readonly by: string;
  readonly note: string;
  /** The front matter's agent from now on; absent or blank leaves it. */
  readonly agent?: string;
  /** Text of a reviewer who asks for changes. */
  readonly feedback?: string;
}

interface PlannedTransition {
  readonly workPackageId: string;
  readonly from: WorkPackageLane;
  readonly to: Lane;
  readonly path: string;
  /** The Activity Log line. */
  readonly line: string;
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

/**
 * Plans the transitions of different work packages of one feature: a `WPStatusChanged` for each; for one that becomes
 * `done` also a `DependencyResolved` for each dependent; and a `FeatureCompleted` when none is left. The Activity Log
 * line of a transition is the evidence of all that follows from it, or its row where a status log decides. Fails with `work-package-unreadable` when one becomes
 * `done` while another file cannot be understood: whether that one depends on it is not known then.
 */
export const planTransitions = async (
  files: Pick<FeatureFiles, 'change'>,
  emission: Pick<Emission, 'fact' | 'newId'>,
  state: FeatureState,
  transitions: readonly Transition[],
): Promise<PlannedTransitions> => {
  // Whether a work package waits for another one is not known of a file that cannot be read, and nobody would tell it later.
  if (transitions.some(({ to }) => to === 'done')) refuseFaults(state);
  const planned: (PlannedTransition & { readonly event: PlannedEvent })[] = [];
  const changes: FileChange[] = [];
  const events: PlannedEvent[] = [];
  const rows: Row[] = [];
  let graph: DependencyGraph | undefined;
  const dependents = (id: string): readonly string[] => dependentsOf((graph ??= frontMatterGraph(state)), id);
  for (const transition of transitions) {
    const { document, ...each } = planOne(emission, state, transition);
    planned.push(each);
    changes.push(await files.change(document, each.edits));
    rows.push(...each.rows);
    events.push(each.event);
    if (isCompletion(each))
      events.push(...resolutions(emission, state, each, dependents(each.workPackageId)));
  }
  const last = planned.filter(isCompletion).at(-1);
  const isFeatureCompleted = last !== undefined && isAllDone(state, planned);
  if (isFeatureCompleted) events.push(completion(emission, state, last.event));
  return {
    changes: [...changes, ...statusChanges(state, rows)],
    events,
    warnings: contradictions(
      state,
      planned.map(({ workPackageId }) => workPackageId),
    ),
    resolved: planned
      .filter(isCompletion)
      .flatMap(({ workPackageId: dependency }) =>
        dependents(dependency).map((workPackageId) => ({ workPackageId, dependency })),
      ),
    isFeatureCompleted,
  };
};

const planOne = (emission: Pick<Emission, 'fact' | 'newId'>, state: FeatureState, transition: Transition) => {
  const { workPackage, document } = findWorkPackage(state, transition.workPackageId);
  const { id, lane: from, path } = workPackage;
  const { to } = transition;
  const { authority } = state;
  const by = asOneLine(transition.by) || 'user';
  const agent = asOneLine(transition.agent ?? '');
  const fact = emission.fact('WPStatusChanged', id, {
    wp_id: id,
    previous_status: wireLane(from),
    new_status: to,
    changed_by: by,
    feature_slug: state.documents.slug,
    ...(authority === undefined || arrivalIn(to) === to ? {} : { detail: arrivalIn(to) }),
  });
  const timestamp = activityTime(fact.event.timestamp);
  const { note, feedback } = transition;
  const { edits, line } = transitionEdits(document, {
    lane: to,
    by,
    note,
    timestamp,
    ...(authority !== undefined && !('lane' in document.frontMatter) ? { keepsLane: true } : {}),
    ...(agent === '' ? {} : { agent }),
    ...(feedback === undefined ? {} : { feedback }),
  });
  const told = { workPackageId: id, from, to, path, line, edits, document };
  if (authority === undefined)
    return { ...told, rows: [], event: { fact, evidence: { evidence: 'line' as const, path, line } } };
  const eventId = fact.event.event_id;
  const order = {
    feature: state.documents.slug,
    workPackageId: id,
    path,
    by,
    timestamp: fact.event.timestamp,
  };
  const moved = transitionRows(authority.log, {
    ...order,
    from: workPackage,
    to,
    note: asOneLine(note),
    eventId,
    nextId: () => emission.newId(),
  });
  const logged = authority.log.workPackages.get(id)?.agent;
  // Where the log says who is in charge, it has to say it anew.
  const charge =
    agent === '' || logged === undefined || logged === agent
      ? []
      : [annotationRow(authority.log, { ...order, eventId: emission.newId(), delta: { agent } })];
  const event = { fact, evidence: { evidence: 'row' as const, path: authority.path, rowId: eventId } };
  return { ...told, rows: [...charge, ...moved], event };
};

const isCompletion = ({ from, to }: { readonly from: WorkPackageLane; readonly to: Lane }): boolean =>
  to === 'done' && from !== 'done';

const resolutions = (
  emission: Pick<Emission, 'fact'>,
  state: FeatureState,
  {
    workPackageId,
    event: { fact, evidence },
  }: { readonly workPackageId: string; readonly event: PlannedEvent },
  dependents: readonly string[],
): readonly PlannedEvent[] =>
  dependents.map((dependent) => ({
    fact: emission.fact(
      'DependencyResolved',
      dependent,
      {
        wp_id: dependent,
        dependency_wp_id: workPackageId,
        resolution_type: 'completed',
        feature_slug: state.documents.slug,
      },
      fact.event.event_id,
    ),
    evidence,
  }));

const completion = (
  emission: Pick<Emission, 'fact'>,
  { documents, workPackages }: FeatureState,
  { fact, evidence }: PlannedEvent,
): PlannedEvent => ({
  fact: emission.fact(
    'FeatureCompleted',
    documents.slug,
    {
      feature_slug: documents.slug,
      total_wps: workPackages.filter(({ workPackage }) => workPackage.lane !== 'canceled').length,
      completed_at: fact.event.timestamp,
      total_duration: null,
    },
    fact.event.event_id,
  ),
  evidence,
});

/** A work package that cannot be read is not known to be done; one that was canceled never will be. */
const isAllDone = (state: FeatureState, planned: readonly PlannedTransition[]): boolean =>
  state.faults.length === 0 &&
  state.workPackages.every(({ workPackage: { id, lane } }) => {
    const to = planned.find(({ workPackageId }) => workPackageId === id)?.to;
    return (to ?? lane) === 'done' || (to === undefined && lane === 'canceled');
  });
