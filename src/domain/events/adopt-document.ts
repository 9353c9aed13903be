import { normalizeEventId } from '../ids.js';
import { describeIssues, err, ok, type Result } from '../result.js';
import { isFields, parseJson } from '../document.js';
import { fromCloudEvent, isCloudEvent } from './cloud-event.js';
import { LOCAL_TEAM } from './envelope.js';
import { parseEnvelope } from './parse-envelope.js';

/** An event of another program as an outbox can take it over. */
export interface AdoptableEvent {
  readonly projectUuid: string | undefined;
  readonly eventId: string;
  /** The document as it was stored there. */
  readonly json: string;
  readonly lamport: number;
  readonly team: string;
  /** What is wrong with it; it is kept, but never sent. */
  readonly invalid?: string;
}

/**
 * Reads a stored document of another program, an envelope or the CloudEvent of one. The error says why it cannot be
 * kept at all.
 */
export const adoptDocument = (json: string): Result<AdoptableEvent, string> => {
  const document = parseJson(json);
  if (document === undefined) return err('not JSON');
  const envelope = isCloudEvent(document) ? fromCloudEvent(document) : ok(document);
  return envelope.ok ? adoptEnvelope(envelope.value) : envelope;
};

const adoptEnvelope = (document: unknown): Result<AdoptableEvent, string> => {
  if (!isFields(document)) return err('not an object');
  const { event_id: id, project_uuid: project, lamport_clock: clock, team_slug: team } = document;
  const eventId = typeof id === 'string' ? normalizeEventId(id) : undefined;
  if (eventId === undefined) return err('without a usable event id');
  const parsed = parseEnvelope(document, 'foreign');
  return ok({
    eventId,
    json: JSON.stringify(document),
    projectUuid: typeof project === 'string' ? project.toLowerCase() : undefined,
    lamport: typeof clock === 'number' ? clock : 0,
    team: typeof team === 'string' && team !== '' ? team : LOCAL_TEAM,
    ...(parsed.ok ? {} : { invalid: describeIssues(parsed.error) }),
  });
};
