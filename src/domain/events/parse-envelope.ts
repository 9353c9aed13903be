import { err, ok, type Issue, type Result } from '../result.js';
import { aggregateOf } from './aggregate.js';
import { checkJson, UNSAFE_INTEGER } from './check-json.js';
import { checkPayload, ownMember } from './check-payload.js';
import type { ParseMode } from './check-value.js';
import { ENVELOPE_KEYS, type EventEnvelope } from './envelope.js';
import type { EnvelopeDocument } from './envelope-document.js';
import { FOREIGN_RULES, OWN_RULES } from './envelope-rules.js';
import { isEventType } from './payloads.js';
import { utf8Length } from './utf8-length.js';

/** What one envelope of ours may measure as JSON, in bytes. */
export const MAX_ENVELOPE_BYTES = 65_536;

/**
 * Judges a document and reports every issue, each with its path. `own` is what this program writes, without
 * exception; `foreign` is what a reader takes from any version of any client: unknown event types, unknown keys, the
 * older vocabulary and what older clients leave out all pass. The document itself is the value; nothing is converted.
 */
export function parseEnvelope(value: unknown, mode: 'own'): Result<EventEnvelope, readonly Issue[]>;
export function parseEnvelope(value: unknown, mode: 'foreign'): Result<EnvelopeDocument, readonly Issue[]>;
export function parseEnvelope(
  value: unknown,
  mode: ParseMode,
): Result<EventEnvelope | EnvelopeDocument, readonly Issue[]> {
  if (!isFields(value)) return err([{ path: '', reason: 'must be an object' }]);
  const issues = [
    ...checkKeys(value, mode),
    ...checkKnownPayload(value, mode),
    ...checkJson(value).filter((issue) => mode === 'own' || !isBearable(issue)),
  ];
  if (mode === 'own' && issues.length === 0) issues.push(...checkSize(value));
  return issues.length === 0 ? ok(value as unknown as EnvelopeDocument) : err(distinct(issues));
}

/** A number in a payload that other readers may round is no reason to lose what has happened. */
const isBearable = ({ path, reason }: Issue): boolean =>
  path.startsWith('payload.') && reason === UNSAFE_INTEGER;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const checkKeys = (document: Fields, mode: ParseMode): readonly Issue[] => {
  const rules = mode === 'own' ? OWN_RULES : FOREIGN_RULES;
  const issues: Issue[] = [];
  for (const key of ENVELOPE_KEYS) {
    const value = ownMember(document, key);
    const rule = rules[key];
    if (value === undefined) {
      if (rule.optional !== true) issues.push({ path: key, reason: 'is required' });
    } else if (!rule.holds(value)) {
      issues.push({ path: key, reason: `must be ${rule.expected}` });
    }
  }
  if (mode === 'own') {
    for (const key of Object.keys(document)) {
      if (!Object.hasOwn(rules, key)) issues.push({ path: key, reason: 'is not a key of an envelope' });
    }
  }
  return issues;
};

const checkKnownPayload = (document: Fields, mode: ParseMode): readonly Issue[] => {
  const type = ownMember(document, 'event_type');
  const payload = ownMember(document, 'payload');
  if (typeof type !== 'string' || !isEventType(type) || !isFields(payload)) return [];
  const issues = [...checkPayload(type, payload, mode)];
  if (mode === 'own') {
    const aggregate = aggregateOf(type, payload);
    if (document['aggregate_id'] !== aggregate.id)
      issues.push({ path: 'aggregate_id', reason: 'is not what the payload is about' });
    if (document['aggregate_type'] !== aggregate.type) {
      issues.push({ path: 'aggregate_type', reason: `must be ${aggregate.type} for ${type}` });
    }
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
