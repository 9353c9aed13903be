import { isFields, issuesOf, ownMember, type Fields } from '../document.js';
import { err, ok } from '../result.js';
import type { Issue, Result } from '../result.js';
import { aggregateOf, isEventType, payloadDescription } from './payloads.js';
import { checkJson } from './check-json.js';
import { ENVELOPE } from './envelope.js';
import type { EnvelopeDocument, EventEnvelope } from './envelope.js';
import { utf8Length } from './utf8-length.js';

/** What one envelope of ours may measure as JSON, in bytes. */
export const MAX_ENVELOPE_BYTES = 65_536;

/** Whose document is judged: one of our writers', or anybody's. */
export type ParseMode = 'own' | 'foreign';

/**
 * Judges a document and reports every issue, each with its path. `own` is what this program writes, without
 * exception; `foreign` is what a reader takes from any version of any client: unknown event types, unknown keys, the
 * older vocabulary and what older clients leave out all pass. The document itself is the value; nothing is converted.
 * Whoever judges documents of strangers says how many issues are of interest: looking for them ends there.
 */
export function parseEnvelope(value: unknown, mode: 'own'): Result<EventEnvelope, readonly Issue[]>;
export function parseEnvelope(
  value: unknown,
  mode: 'foreign',
  mostIssues?: number,
): Result<EnvelopeDocument, readonly Issue[]>;
export function parseEnvelope(
  value: unknown,
  mode: ParseMode,
  mostIssues = Infinity,
): Result<EventEnvelope | EnvelopeDocument, readonly Issue[]> {
  const issues = [...issuesOf(ENVELOPE[mode], value)];
  if (!isFields(value)) return err(issues);
  issues.push(...checkKnownPayload(value, mode));
  // A number in a payload that other readers may round is no reason to lose what has happened.
  const bears = mode === 'own' ? undefined : 'payload';
  issues.push(...checkJson(value, { most: mostIssues - issues.length, bearsNumbersIn: bears }));
  if (mode === 'own' && issues.length === 0) issues.push(...checkSize(value));
  return issues.length === 0
    ? ok(value as unknown as EnvelopeDocument)
    : err(distinct(issues).slice(0, mostIssues));
}

const checkKnownPayload = (document: Fields, mode: ParseMode): readonly Issue[] => {
  const type = ownMember(document, 'event_type');
  const payload = ownMember(document, 'payload');
  if (typeof type !== 'string' || !isEventType(type) || !isFields(payload)) return [];
  const issues = issuesOf(payloadDescription(type, mode), payload).map(({ path, reason }) => ({
    path: `payload.${path}`,
    reason,
  }));
  if (mode === 'own') {
    const aggregate = aggregateOf(type, payload);
    if (document['aggregate_id'] !== aggregate.id)
      issues.push({ path: 'aggregate_id', reason: 'is not what the payload is about' });
    if (document['aggregate_type'] !== aggregate.type)
      issues.push({ path: 'aggregate_type', reason: `must be ${aggregate.type} for ${type}` });
  }
  return issues;
};

const checkSize = (document: Fields): readonly Issue[] => {
  const bytes = utf8Length(JSON.stringify(document));
  return bytes <= MAX_ENVELOPE_BYTES
    ? []
    : [{ path: '', reason: `measures ${bytes} bytes, more than ${MAX_ENVELOPE_BYTES}` }];
};

/** One issue for each path and reason: several rules may find the same. */
const distinct = (issues: readonly Issue[]): readonly Issue[] => {
  const seen = new Map(issues.map((issue) => [`${issue.path}\n${issue.reason}`, issue]));
  return [...seen.values()];
};
