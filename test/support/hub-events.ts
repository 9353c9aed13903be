import type { EnvelopeDocument } from '../../src/domain/events/envelope.js';
import { upcast } from '../../src/domain/events/upcast.js';
import type { FeatureBoard } from '../../src/domain/hub/cell-state.js';
import type { IncomingEvent, TeamEvents } from '../../src/ports/hub.js';

export const PROJECT = '0b54a1a2-6c1e-4d3a-9b1f-2f6c1d9e8a77';
export const FEATURE = '001-login';

let minted = 0;

/** A ULID that no earlier call gave. */
export const mintId = (): string => `01JCX${String(++minted).padStart(21, '0')}`;

/** A transition of WP01, or whatever the overrides make of it. */
export const makeEvent = (
  overrides: Partial<EnvelopeDocument> = {},
  payload: Readonly<Record<string, unknown>> = {},
): EnvelopeDocument => ({
  event_id: mintId(),
  event_type: 'WPStatusChanged',
  aggregate_id: 'WP01',
  aggregate_type: 'WorkPackage',
  payload: {
    wp_id: 'WP01',
    previous_status: 'planned',
    new_status: 'doing',
    changed_by: 'user',
    feature_slug: FEATURE,
    ...payload,
  },
  node_id: 'aaaaaaaaaaaa',
  lamport_clock: 1,
  causation_id: null,
  timestamp: '2026-01-01T00:00:00.000Z',
  team_slug: 'acme',
  project_uuid: PROJECT,
  project_slug: 'shop',
  git_branch: null,
  head_commit_sha: null,
  repo_slug: null,
  correlation_id: '01JCX00000000000000000000Z',
  schema_version: '1.0',
  ...overrides,
});

/** A document as it reaches the store. */
export const incoming = (document: EnvelopeDocument): IncomingEvent => {
  const event = upcast(document);
  return { eventId: event.event_id, document: JSON.stringify(document), event, known: true };
};

/** All features of a project, page by page; while late events are being given their places, it asks again. */
export const featuresOf = async (
  events: TeamEvents,
  project: string,
  feature?: string,
): Promise<readonly FeatureBoard[]> => {
  const features: FeatureBoard[] = [];
  for (let after = ''; ;) {
    const page = await events.board({ project, after, ...(feature === undefined ? {} : { feature }) });
    if (page === 'behind') continue;
    features.push(...page.features);
    if (page.next === undefined) return features;
    after = page.next;
  }
};
