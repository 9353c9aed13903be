import type { AttentionItem, AttentionReason, MachinesDocument } from './api.js';
import type { FeatureBoard, WorkPackageState } from './cell-state.js';

/** What attention is computed from: the board of a project, when its machines were last heard, what machines say of themselves. */
export interface WatchedProject {
  readonly project: string;
  readonly features: readonly FeatureBoard[];
  readonly machines: readonly { readonly nodeId: string; readonly lastReceivedAtMs: number }[];
  readonly told: MachinesDocument;
}

/**
 * What needs a person, the most urgent first. A work package is named once, for its most urgent reason. An error or a
 * concurrent move counts as long as nothing happened after it.
 */
export const attentionOf = (projects: readonly WatchedProject[], nowMs: number): readonly AttentionItem[] =>
  projects
    .flatMap((watched) => {
      const { project, features } = watched;
      const heard = heardIn(watched);
      const outputs = outputsIn(watched);
      return features.flatMap(({ feature_slug: feature, work_packages: all }) =>
        all.flatMap((state) => {
          const lastMs = outputs(feature, state) ?? heard.get(state.last_event.node_id) ?? nowMs;
          const found = reasonOf(state, nowMs - lastMs);
          return found === undefined ? [] : [itemOf(project, feature, state, found)];
        }),
      );
    })
    .sort((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason) || compare(b.since, a.since));

/** When each machine was last heard, whether by an event or by what it says of itself, by node id. */
export const heardIn = ({ machines, told }: WatchedProject): ReadonlyMap<string, number> => {
  const heard = new Map(machines.map((machine) => [machine.nodeId, machine.lastReceivedAtMs]));
  for (const { node_id: node, told_at: at } of told.machines)
    heard.set(node, Math.max(heard.get(node) ?? 0, Date.parse(at)));
  return heard;
};

/**
 * When the program at work on a work package last printed something, where its machine tells: what was told before the
 * present agent had it, or of another agent, is of an earlier run.
 */
export const outputsIn = ({ project, told }: WatchedProject) => {
  const own = told.runs.filter((run) => run.project === project);
  return (feature: string, { wp_id, agent }: WorkPackageState): number | undefined => {
    const run = own.find(
      (each) =>
        each.wp_id === wp_id &&
        each.feature === feature &&
        each.agent === agent?.agent_id &&
        Date.parse(each.told_at) >= Date.parse(agent.since ?? each.told_at),
    );
    return run === undefined ? undefined : Date.parse(run.last_output);
  };
};

const ORDER: readonly AttentionReason[] = ['paused', 'error', 'rejected', 'concurrent', 'review', 'silent'];

/** A machine with work in `doing`, or the program at work on it, that said nothing for so long. */
export const SILENT_AFTER_MS = 30 * 60_000;

/** A work package that came back this often. */
const REJECTED_OFTEN = 2;

interface Found {
  readonly reason: AttentionReason;
  readonly detail?: string;
}

const reasonOf = (state: WorkPackageState, silentMs: number): Found | undefined => {
  if (state.lane === 'done') return undefined;
  const last = state.last_event.event_id;
  const error = state.recent_errors.find((each) => each.event_id === last);
  if (error !== undefined) {
    const { pause_reason: pause, error_message: detail } = error;
    return { reason: pause === undefined ? 'error' : 'paused', detail };
  }
  if ((state.agent?.retry_count ?? 0) >= REJECTED_OFTEN) return { reason: 'rejected' };
  if (state.front.some((each) => each.concurrent && each.event_id === last)) return { reason: 'concurrent' };
  if (state.lane === 'for_review' && state.agent?.phase !== 'review') return { reason: 'review' };
  return state.lane === 'doing' && silentMs > SILENT_AFTER_MS ? { reason: 'silent' } : undefined;
};

const itemOf = (
  project: string,
  feature: string,
  state: WorkPackageState,
  { reason, detail }: Found,
): AttentionItem => ({
  reason,
  project,
  feature,
  wp_id: state.wp_id,
  title: state.title,
  agent: state.agent?.agent_id ?? null,
  node_id: state.last_event.node_id,
  since: state.last_event.timestamp,
  detail: detail ?? null,
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
