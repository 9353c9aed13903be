import { isNodeId, isUlid, isUuidV4, normalizeEventId } from '../ids.js';
import { isLamport } from './lamport.js';
import { SCHEMA_VERSION, type ENVELOPE_KEYS } from './envelope.js';
import { extendedTime, isUtcTime } from './iso-time.js';
import { isEventType } from './payloads.js';

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
const isFields = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textThat = (holds: (text: string) => boolean) => (value: unknown) =>
  typeof value === 'string' && holds(value);
const nullOr = (holds: (value: unknown) => boolean) => (value: unknown) => value === null || holds(value);
const isEventId = textThat((text) => normalizeEventId(text) !== undefined);
const isUuid = textThat((text) => text.length === 36 && normalizeEventId(text) !== undefined);

const payload: EnvelopeRule = { expected: 'an object', holds: isFields };
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
