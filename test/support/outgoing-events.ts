import { createHash } from 'node:crypto';
import type { EventEnvelope } from '../../src/domain/events/envelope.js';
import type { OutgoingEvent } from '../../src/ports/delivery.js';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID made of a name: the same name gives the same id, and ids of numbered names ascend. */
export const ulidOf = (number: number, series = ''): string => {
  const digest = createHash('sha256').update(series).digest();
  const tail = [...digest.subarray(0, 10)].map((byte) => CROCKFORD[byte % 32]).join('');
  let count = '';
  for (let rest = number, each = 0; each < 6; each++, rest = Math.floor(rest / 32))
    count = CROCKFORD[rest % 32] + count;
  return `01J0000000${tail}${count}`;
};

/** A whole, valid event. */
export const envelopeOf = (number: number, change: Partial<EventEnvelope> = {}, series = ''): EventEnvelope =>
  ({
    event_id: ulidOf(number, series),
    event_type: 'WPStatusChanged',
    aggregate_id: 'WP01',
    aggregate_type: 'WorkPackage',
    payload: {
      wp_id: 'WP01',
      previous_status: 'planned',
      new_status: 'doing',
      changed_by: 'user',
      feature_slug: '001-x',
    },
    node_id: 'a1b2c3d4e5f6',
    lamport_clock: number,
    causation_id: null,
    timestamp: '2026-02-03T12:00:00.000Z',
    team_slug: 'acme',
    project_uuid: '550e8400-e29b-41d4-a716-446655440000',
    project_slug: 'my-project',
    git_branch: 'main',
    head_commit_sha: null,
    repo_slug: 'acme/my-project',
    correlation_id: ulidOf(0, 'run'),
    schema_version: '1.0',
    ...change,
  }) as EventEnvelope;

export const outgoing = (envelope: EventEnvelope): OutgoingEvent => ({
  eventId: envelope.event_id,
  json: JSON.stringify(envelope),
});

/** Valid events with the numbers from 1 to `count`. */
export const outgoingEvents = (count: number, series = ''): OutgoingEvent[] =>
  Array.from({ length: count }, (_, index) => outgoing(envelopeOf(index + 1, {}, series)));
