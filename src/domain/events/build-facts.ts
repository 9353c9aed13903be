import type { Issue } from '../result.js';
import {
  aggregateOf,
  payloadKeys,
  type EventType,
  type PayloadInput,
  type PayloadKey,
  type PayloadOf,
} from './payloads.js';
import { checkJson, MAX_DEPTH } from './check-json.js';
import { cutText, jsonLength, utf8Length } from './utf8-length.js';
import { SCHEMA_VERSION, type EventFacts, seal } from './envelope.js';
import { MAX_ENVELOPE_BYTES, parseEnvelope } from './parse-envelope.js';
import { redactTrace, redact, type RedactionScope } from './redact.js';

/** What happened, where, when and for whom. `null` means known to be absent. */
export interface FactsInput<T extends EventType = EventType> {
  /** ULID of the event. */
  readonly eventId: string;
  readonly eventType: T;
  /** The work package id, the feature slug, or the literal `error`: what the payload is about. */
  readonly aggregateId: string;
  readonly payload: PayloadInput<T> | PayloadOf<T>;
  /** ULID of the event or command run that led to this event. */
  readonly causationId: string | null;
  /** ULID of the command run. */
  readonly correlationId: string;
  /** Occurrence time, ISO 8601 UTC. */
  readonly timestamp: string;
  /** The signed-in team when the work began, else the team of local events. */
  readonly teamSlug: string;
  readonly projectUuid: string | null;
  readonly projectSlug: string | null;
  readonly gitBranch: string | null;
  readonly headCommitSha: string | null;
  readonly repoSlug: string | null;
  /** What the redactor has to know. */
  readonly redaction: RedactionScope;
}

export interface BuiltFacts<T extends EventType = EventType> {
  readonly event: EventFacts<T>;
  /** Empty when the event is valid; otherwise it is captured as a dead letter with these. */
  readonly issues: readonly Issue[];
}

/**
 * Makes the facts of an event: fills in defaults, redacts free text, cuts what is too long, and judges the result by
 * the rules of our own writers. Never throws, whatever the payload is at run time, and the facts always survive JSON.
 */
export const buildFacts = <T extends EventType>(input: FactsInput<T>): BuiltFacts<T> => {
  const given: unknown = input.payload;
  const unfit = checkJson(given).map(({ path, reason }) => ({
    path: path === '' ? 'payload' : `payload.${path}`,
    reason,
  }));
  const payload = redactAll(
    input.eventType,
    withDefaults(input.eventType, unfit.length === 0 ? given : toJson(given)),
    input.redaction,
  );
  const event = fit(input.eventType, factsOf(input, payload));
  const judged = parseEnvelope(sample(event), 'own');
  return { event, issues: [...unfit, ...(judged.ok ? [] : judged.error)] };
};

type Fields = Readonly<Record<string, unknown>>;

/** In the order of the wire; unknown keys follow and are reported by the judgement. */
const withDefaults = (type: EventType, given: unknown): Fields => {
  const members: Fields = typeof given === 'object' && given !== null ? (given as Fields) : {};
  const keys = payloadKeys(type);
  const known = Object.entries(keys).map(
    ([key, rule]) =>
      [key, members[key] ?? (rule.default === undefined ? members[key] : rule.default)] as const,
  );
  const unknown = Object.entries(members).filter(([key]) => !Object.hasOwn(keys, key));
  return Object.fromEntries([...known, ...unknown].filter(([, value]) => value !== undefined));
};

const redactAll = (type: EventType, payload: Fields, scope: RedactionScope): Fields =>
  Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [key, redactMember(keyOf(type, key), value, scope)]),
  );

const keyOf = (type: EventType, name: string): PayloadKey | undefined => {
  const keys = payloadKeys(type);
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
};

const factsOf = <T extends EventType>(input: FactsInput<T>, payload: Fields): EventFacts<T> => ({
  event_id: input.eventId,
  event_type: input.eventType,
  aggregate_id: input.aggregateId,
  aggregate_type: aggregateOf(input.eventType, payload).type,
  payload: payload as EventFacts<T>['payload'],
  causation_id: input.causationId,
  timestamp: input.timestamp,
  team_slug: input.teamSlug,
  project_uuid: input.projectUuid,
  project_slug: input.projectSlug,
  git_branch: input.gitBranch,
  head_commit_sha: input.headCommitSha,
  repo_slug: input.repoSlug,
  correlation_id: input.correlationId,
  schema_version: SCHEMA_VERSION,
});

const fit = <T extends EventType>(type: T, event: EventFacts<T>): EventFacts<T> => {
  const excess = utf8Length(JSON.stringify(sample(event))) - MAX_ENVELOPE_BYTES;
  if (excess <= 0) return event;
  const freeKeys = Object.entries(payloadKeys(type)).flatMap(([key, { kind }]) =>
    kind.free === undefined ? [] : [key],
  );
  return {
    ...event,
    payload: fitPayload(event.payload as Fields, freeKeys, excess) as EventFacts<T>['payload'],
  };
};

/** The envelope as it will be at most: the largest node id and Lamport timestamp there can be. */
const sample = (event: EventFacts) => seal(event, 'ffffffffffff', 2 ** 48);

/**
 * Redacts one value of a payload. Free text is redacted as its kind says; a value that nobody has described may
 * hold anything, so every text in it is redacted. Values that are confined stay as they are.
 */
const redactMember = (key: PayloadKey | undefined, value: unknown, scope: RedactionScope): unknown => {
  if (key === undefined) return redactDeep(value, scope);
  if (key.kind.free === undefined || typeof value !== 'string') return value;
  return key.kind.free === 'trace' ? redactTrace(value, scope) : redact(value, scope);
};

const redactDeep = (value: unknown, scope: RedactionScope): unknown => {
  if (typeof value === 'string') return redact(value, scope);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redact(key, scope), redactDeep(member, scope)]),
  );
};

/**
 * The nearest value that JSON can hold, for keeping what is not valid: what JSON does not know becomes text, what is
 * nested too deeply or appears for a second time is left out, unpaired surrogates become the replacement character.
 */
const toJson = (value: unknown): unknown => convert(value, 0, new Set());

const convert = (value: unknown, depth: number, seen: Set<object>): unknown => {
  switch (typeof value) {
    case 'string':
      return replaceUnpaired(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      return value === null ? null : convertContainer(value, depth, seen);
    default:
      return String(value);
  }
};

const convertContainer = (value: object, depth: number, seen: Set<object>): unknown => {
  if (depth >= MAX_DEPTH || seen.has(value)) return LEFT_OUT;
  seen.add(value);
  if (Array.isArray(value)) return Array.from(value, (item) => convert(item, depth + 1, seen));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [replaceUnpaired(key), convert(member, depth + 1, seen)]),
  );
};

const LEFT_OUT = '[left out]';
const UNPAIRED = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const replaceUnpaired = (text: string): string => text.replace(UNPAIRED, '\ufffd');

/**
 * Saves `excess` bytes of a payload: cuts its free texts, the longest first, and where that is not enough leaves out
 * the largest other values, which makes the payload invalid and is seen as such. Every cut is visible.
 */
const fitPayload = (payload: Fields, freeKeys: readonly string[], excess: number): Fields => {
  const fitted = new Map(Object.entries(payload));
  let left = excess;
  const replace = (key: string, value: string): void => {
    left -= sizeOf(fitted.get(key)) - sizeOf(value);
    fitted.set(key, value);
  };
  for (const [key, value] of largestFirst(payload, (name) => freeKeys.includes(name))) {
    if (left > 0 && typeof value === 'string') {
      replace(key, cutText(value, Math.max(SMALLEST_CUT_BYTES, jsonLength(value) - left)));
    }
  }
  for (const [key, value] of largestFirst(payload, (name) => !freeKeys.includes(name))) {
    if (left > 0) replace(key, `[left out: ${sizeOf(value)} bytes]`);
  }
  return Object.fromEntries(fitted);
};

/** A free text is not cut below this many bytes while there are others to cut. */
const SMALLEST_CUT_BYTES = 512;

const largestFirst = (
  payload: Fields,
  isChosen: (key: string) => boolean,
): readonly (readonly [string, unknown])[] =>
  Object.entries(payload)
    .filter(([key]) => isChosen(key))
    .sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));

const sizeOf = (value: unknown): number => utf8Length(JSON.stringify(value) ?? '');
