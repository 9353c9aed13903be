import type { AgentAtWork, AttentionItem, AttentionReason, MachinesDocument, Project } from './api.js';
import type { FeatureBoard, WorkPackageState } from './cell-state.js';

/** What is looked at: the board of a project, when its machines were last heard, what machines say of themselves. */
export interface WatchedProject {
  readonly project: string;
  readonly features: readonly FeatureBoard[];
  readonly machines: readonly Pick<Project['nodes'][number], 'node_id' | 'last_received_at'>[];
  readonly told: MachinesDocument;
}

/**
 * What needs a person, the most urgent first. A work package is named once, for its most urgent reason. An error or a
 * concurrent move counts as long as nothing happened after it.
 */
export const attentionOf = (projects: readonly WatchedProject[], nowMs: number): readonly AttentionItem[] =>
  projects
    .flatMap(watchedWork)
    .flatMap(({ place, state, heardAtMs, outputAtMs }): readonly AttentionItem[] => {
      const found = reasonOf(state, nowMs - (outputAtMs ?? heardAtMs ?? nowMs));
      const { agent, last_event: last } = state;
      return found === undefined
        ? []
        : [{ ...place, detail: null, ...found, agent: agent?.agent_id ?? null, since: last.timestamp }];
    })
    .sort((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason) || latestFirst(a, b));

/** Who is at work, whoever began last first: implementing what is in `doing`, or reviewing what is in `for_review`. */
export const atWorkOf = (projects: readonly WatchedProject[]): readonly AgentAtWork[] =>
  projects
    .flatMap(watchedWork)
    .filter(({ state }) => isInHand(state))
    .map(({ place, state: { agent, last_event: last }, heardAtMs, outputAtMs }): AgentAtWork => ({
      ...place,
      agent: agent?.agent_id ?? '',
      phase: agent?.phase ?? null,
      since: agent?.since ?? last.timestamp,
      last_heard: isoOf(heardAtMs),
      last_output: isoOf(outputAtMs),
    }))
    .sort(latestFirst);

interface WatchedWork {
  readonly place: Pick<AttentionItem, 'project' | 'feature' | 'wp_id' | 'title' | 'node_id'>;
  readonly state: WorkPackageState;
  /** When its machine was last heard, whether by an event or by what it says of itself. */
  readonly heardAtMs: number | undefined;
  /**
   * When the program at work on it last printed something, where its machine tells: what was told before the present
   * agent had it, or of another agent, is of an earlier run.
   */
  readonly outputAtMs: number | undefined;
}

const watchedWork = ({ project, features, machines, told }: WatchedProject): readonly WatchedWork[] => {
  const heard = new Map(machines.map(({ node_id: node, last_received_at: at }) => [node, Date.parse(at)]));
  for (const { node_id: node, told_at: at } of told.machines)
    heard.set(node, Math.max(heard.get(node) ?? 0, Date.parse(at)));
  const runs = told.runs.filter((run) => run.project === project);
  return features.flatMap(({ feature_slug: feature, work_packages: all }) =>
    all.map((state) => {
      const { wp_id, title, agent, last_event: last } = state;
      const run = runs.find(
        (each) =>
          each.wp_id === wp_id &&
          each.feature === feature &&
          each.agent === agent?.agent_id &&
          Date.parse(each.told_at) >= Date.parse(agent.since ?? each.told_at),
      );
      return {
        place: { project, feature, wp_id, title, node_id: last.node_id },
        state,
        heardAtMs: heard.get(last.node_id),
        outputAtMs: run && Date.parse(run.last_output),
      };
    }),
  );
};

const ORDER: readonly AttentionReason[] = ['paused', 'error', 'rejected', 'concurrent', 'review', 'silent'];

/** A machine with work in `doing`, or the program at work on it, that said nothing for so long. */
export const SILENT_AFTER_MS = 30 * 60_000;

/** A work package that came back this often. */
const REJECTED_OFTEN = 2;

const reasonOf = (
  state: WorkPackageState,
  silentMs: number,
): Pick<AttentionItem, 'reason'> | Pick<AttentionItem, 'reason' | 'detail'> | undefined => {
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

const isInHand = ({ agent, lane, recent_errors: errors, last_event: last }: WorkPackageState): boolean =>
  agent !== null &&
  // Whoever had it when its orchestration began to wait for a person has it no more.
  !errors.some((each) => each.event_id === last.event_id && each.pause_reason !== undefined) &&
  (lane === 'doing' || (lane === 'for_review' && agent.phase === 'review'));

const latestFirst = ({ since: a }: { readonly since: string }, { since: b }: { readonly since: string }) =>
  a < b ? 1 : a > b ? -1 : 0;

const isoOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();
