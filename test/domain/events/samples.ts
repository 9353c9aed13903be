import type { EventType, PayloadInput } from '../../../src/domain/events/payloads.js';
import type { BuiltFacts, FactContext } from '../../../src/domain/events/build-facts.js';
import { buildFacts } from '../../../src/domain/events/build-facts.js';
import { type EventEnvelope, seal } from '../../../src/domain/events/envelope.js';

export const redaction = { homeDirectory: '/home/alice', projectRoot: '/home/alice/work/demo' };

export const context: FactContext = {
  event_id: '01KH0000000000000000000001',
  causation_id: '01KH0000000000000000000000',
  timestamp: '2026-03-01T09:30:00.123Z',
  team_slug: 'local',
  project_uuid: '3b241101-e2bb-4255-8caf-4136c566a962',
  project_slug: 'demo',
  git_branch: 'main',
  head_commit_sha: '0123456789abcdef0123456789abcdef01234567',
  repo_slug: 'acme/demo',
  correlation_id: '01KH0000000000000000000000',
};

/** One valid payload of each type, with only what a caller has to give. */
export const payloads: { readonly [T in EventType]: PayloadInput<T> } = {
  WPStatusChanged: {
    wp_id: 'WP03',
    previous_status: 'planned',
    new_status: 'doing',
    feature_slug: '007-demo',
  },
  WPCreated: { wp_id: 'WP100', title: 'Make "it" 🚀 so', feature_slug: '007-demo' },
  WPAssigned: { wp_id: 'WP03', agent_id: 'claude', phase: 'implementation', feature_slug: '007-demo' },
  FeatureCreated: { feature_slug: '007-demo', feature_number: '007', target_branch: 'main', wp_count: 3 },
  FeatureCompleted: {
    feature_slug: '007-demo',
    total_wps: 3,
    completed_at: '2026-03-01',
    total_duration: 'P1DT2H',
  },
  HistoryAdded: { wp_id: 'WP03', entry_type: 'note', entry_content: 'done so far', feature_slug: '007-demo' },
  ErrorLogged: { error_type: 'network', error_message: 'no route' },
  DependencyResolved: {
    wp_id: 'WP04',
    dependency_wp_id: 'WP03',
    resolution_type: 'completed',
    feature_slug: '007-demo',
  },
};

export const build = <T extends EventType>(
  type: T,
  payload: unknown = payloads[type],
  given: Partial<FactContext> = {},
): BuiltFacts<T> => buildFacts(type, payload as PayloadInput<T>, { ...context, ...given }, redaction);

export const sealed = <T extends EventType>(type: T, payload?: unknown): EventEnvelope<T> =>
  seal(build(type, payload).event, '0f1e2d3c4b5a', 17);
