import { isNodeId, isUlid, isUuidV4, normalizeEventId } from '../ids.js';
import { err, ok } from '../result.js';
import type { Issue, Result } from '../result.js';
import { aggregateOf } from './aggregate.js';
import { checkJson, UNSAFE_INTEGER } from './check-json.js';
import { checkPayload, ownMember } from './check-payload.js';
import type { ParseMode } from './check-value.js';
import type { EnvelopeDocument } from './envelope-document.js';
import { ENVELOPE_KEYS, SCHEMA_VERSION } from './envelope.js';
import type { EventEnvelope } from './envelope.js';
import { extendedTime, isUtcTime } from './iso-time.js';
import { isLamport } from './lamport.js';
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

export type EnvelopeKey = (typeof ENVELOPE_KEYS)[number];

export interface EnvelopeRule {
  /** What is expected, as the end of "must be …". */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  /** Whether the key may be missing. */
  readonly optional?: true;
}

type EnvelopeRules = Readonly<Record<EnvelopeKey, EnvelopeRule>>;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textThat = (holds: (text: string) => boolean) => (value: unknown) =>
  typeof value === 'string' && holds(value);
const nullOr = (holds: (value: unknown) => boolean) => (value: unknown) => value === null || holds(value);
const isEventId = textThat((text) => normalizeEventId(text) !== undefined);
const isUuid = textThat((text) => text.length === 36 && normalizeEventId(text) !== undefined);

const payload: EnvelopeRule = { expected: 'an object', holds: isObject };
const text: EnvelopeRule = { expected: 'text that is not empty', holds: isText };
const textOrNull: EnvelopeRule = {
  expected: 'text or null',
  holds: nullOr((value) => typeof value === 'string'),
};
const optionalText: EnvelopeRule = { ...textOrNull, optional: true };
const ulid: EnvelopeRule = { expected: 'a ULID in upper case', holds: textThat(isUlid) };
const optionalId: EnvelopeRule = {
  expected: 'a ULID, a UUID or null',
  holds: nullOr(isEventId),
  optional: true,
};

/** What this program writes: every key, nothing but these keys. */
export const OWN_RULES: EnvelopeRules = {
  event_id: ulid,
  event_type: { expected: 'a known event type', holds: textThat(isEventType) },
  aggregate_id: text,
  aggregate_type: {
    expected: 'WorkPackage or Feature',
    holds: (value) => value === 'WorkPackage' || value === 'Feature',
  },
  payload,
  node_id: { expected: 'a node id of 12 hex characters', holds: textThat(isNodeId) },
  lamport_clock: { expected: 'a Lamport timestamp', holds: isLamport },
  causation_id: { expected: 'a ULID in upper case or null', holds: nullOr(textThat(isUlid)) },
  timestamp: { expected: 'a date-time in ISO 8601, in UTC', holds: textThat(isUtcTime) },
  team_slug: text,
  project_uuid: { expected: 'a UUID of version 4 in lower case or null', holds: nullOr(textThat(isUuidV4)) },
  project_slug: textOrNull,
  git_branch: textOrNull,
  head_commit_sha: textOrNull,
  repo_slug: textOrNull,
  correlation_id: ulid,
  schema_version: { expected: SCHEMA_VERSION, holds: (value) => value === SCHEMA_VERSION },
};

/** What a reader takes from anybody. */
export const FOREIGN_RULES: EnvelopeRules = {
  event_id: { expected: 'a ULID or a UUID', holds: isEventId },
  event_type: text,
  aggregate_id: text,
  aggregate_type: text,
  payload,
  node_id: text,
  lamport_clock: {
    expected: 'an integer from 0 up',
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  },
  causation_id: optionalId,
  timestamp: {
    expected: 'a date or date-time in ISO 8601',
    holds: textThat((text) => extendedTime(text) !== undefined),
  },
  team_slug: text,
  project_uuid: { expected: 'a UUID or null', holds: nullOr(isUuid), optional: true },
  project_slug: optionalText,
  git_branch: optionalText,
  head_commit_sha: optionalText,
  repo_slug: optionalText,
  correlation_id: optionalId,
  schema_version: optionalText,
};
