import { ownMember, type Fields } from '../document.js';
import type { Issue } from '../result.js';
import { aggregateOf, payloadKeys, type EventType, type PayloadInput, type PayloadKey } from './payloads.js';
import { checkJson, MAX_DEPTH } from './check-json.js';
import { cutText, jsonLength, utf8Length, wellFormed } from './utf8-length.js';
import { SCHEMA_VERSION, type EventFacts, seal } from './envelope.js';
import { MAX_ENVELOPE_BYTES, parseEnvelope } from './parse-envelope.js';
import { redactTrace, redact, type RedactionScope } from './redact.js';

/** Where, when and for whom something happened. `null` means known to be absent. */
export type FactContext = Omit<
  EventFacts,
  'event_type' | 'aggregate_id' | 'aggregate_type' | 'payload' | 'schema_version'
>;

export interface BuiltFacts<T extends EventType = EventType> {
  readonly event: EventFacts<T>;
  /** Empty when the event is valid; otherwise it is captured as a dead letter with these. */
  readonly issues: readonly Issue[];
}

/**
 * Makes the facts of an event: fills in defaults, redacts free text, cuts what is too long, and judges the result by
 * the rules of our own writers. Never throws, whatever the payload is at run time, and the facts always survive JSON.
 */
export const buildFacts = <T extends EventType>(
  type: T,
  given: PayloadInput<T>,
  context: FactContext,
  redaction: RedactionScope,
): BuiltFacts<T> => {
  const unfit = checkJson(given).map(({ path, reason }) => ({
    path: path === '' ? 'payload' : `payload.${path}`,
    reason,
  }));
  const payload = redactAll(type, withDefaults(type, unfit.length === 0 ? given : toJson(given)), redaction);
  const about = aggregateOf(type, payload);
  const event = fit<T>({
    event_type: type,
    aggregate_id: about.id,
    aggregate_type: about.type,
    payload: payload as EventFacts<T>['payload'],
    ...context,
    schema_version: SCHEMA_VERSION,
  });
  const judged = parseEnvelope(sample(event), 'own');
  return { event, issues: [...unfit, ...(judged.ok ? [] : judged.error)] };
};

/** In the order of the wire; unknown keys follow and are reported by the judgement. */
const withDefaults = (type: EventType, given: unknown): Fields => {
  const members = typeof given === 'object' && given !== null ? (given as Fields) : {};
  const keys = payloadKeys(type);
  const known = Object.entries(keys).map(([key, { default: standard }]) => [
    key,
    members[key] ?? (standard === undefined ? members[key] : standard),
  ]);
  const unknown = Object.entries(members).filter(([key]) => !Object.hasOwn(keys, key));
  return Object.fromEntries([...known, ...unknown].filter(([, value]) => value !== undefined)) as Fields;
};

const redactAll = (type: EventType, payload: Fields, scope: RedactionScope): Fields => {
  const keys = payloadKeys(type);
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [
      key,
      redactMember(ownMember(keys, key) as PayloadKey | undefined, value, scope),
    ]),
  );
};

const fit = <T extends EventType>(event: EventFacts<T>): EventFacts<T> => {
  const excess = utf8Length(JSON.stringify(sample(event))) - MAX_ENVELOPE_BYTES;
  if (excess <= 0) return event;
  const keys = payloadKeys(event.event_type);
  const free = Object.keys(keys).filter((key) => keys[key]?.free !== undefined);
  return { ...event, payload: fitPayload(event.payload as Fields, free, excess) as EventFacts<T>['payload'] };
};

/** The envelope as it will be at most: the largest node id and Lamport timestamp there can be. */
const sample = (event: EventFacts) => seal(event, 'ffffffffffff', 2 ** 48);

/**
 * Redacts one value of a payload. Free text is redacted as its kind says; a value that nobody has described may
 * hold anything, so every text in it is redacted. Values that are confined stay as they are.
 */
const redactMember = (key: PayloadKey | undefined, value: unknown, scope: RedactionScope): unknown => {
  if (key === undefined) return redactDeep(value, scope);
  if (key.free === undefined || typeof value !== 'string') return value;
  return key.free === 'trace' ? redactTrace(value, scope) : redact(value, scope);
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
const toJson = (value: unknown, depth = 0, seen = new Set<object>()): unknown => {
  if (typeof value === 'string') return wellFormed(value);
  if (value === null || value === undefined || typeof value === 'boolean' || Number.isFinite(value))
    return value;
  if (typeof value !== 'object') return String(value);
  if (depth >= MAX_DEPTH || seen.has(value)) return LEFT_OUT;
  seen.add(value);
  if (Array.isArray(value)) return Array.from(value, (item) => toJson(item, depth + 1, seen));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [wellFormed(key), toJson(member, depth + 1, seen)]),
  );
};

const LEFT_OUT = '[left out]';

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
