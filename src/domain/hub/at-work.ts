import type { AgentAtWork } from './api.js';
import { heardIn, outputsIn, type WatchedProject } from './attention.js';
import type { WorkPackageState } from './cell-state.js';

/** Who is at work, whoever began last first: implementing what is in `doing`, or reviewing what is in `for_review`. */
export const atWorkOf = (projects: readonly WatchedProject[]): readonly AgentAtWork[] =>
  projects
    .flatMap((watched) => {
      const heardAtMs = heardIn(watched);
      const outputs = outputsIn(watched);
      return watched.features.flatMap(({ feature_slug: feature, work_packages: all }) =>
        all.filter(isInHand).map((state): AgentAtWork => {
          const { node_id: node, timestamp } = state.last_event;
          const heard = heardAtMs.get(node);
          const output = outputs(feature, state);
          return {
            agent: state.agent?.agent_id ?? '',
            phase: state.agent?.phase ?? null,
            project: watched.project,
            feature,
            wp_id: state.wp_id,
            title: state.title,
            node_id: node,
            since: state.agent?.since ?? timestamp,
            last_heard: isoOf(heard),
            last_output: isoOf(output),
          };
        }),
      );
    })
    .sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0));

const isoOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

const isInHand = ({ agent, lane, recent_errors: errors, last_event: last }: WorkPackageState): boolean =>
  agent !== null &&
  // Whoever had it when its orchestration began to wait for a person has it no more.
  !errors.some((each) => each.event_id === last.event_id && each.pause_reason !== undefined) &&
  (lane === 'doing' || (lane === 'for_review' && agent.phase === 'review'));
