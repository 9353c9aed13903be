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
  const payload = fill(type, unfit.length === 0 ? given : toJson(given, wellFormed), redaction);
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

/**
 * In the order of the wire, with what is standard where nothing was given; unknown keys follow and are reported by the
 * judgement. Free text is redacted as its kind says; a value that nobody has described may hold anything, so every text in
 * it is redacted. Values that are confined stay as they are.
 */
const fill = (type: EventType, given: unknown, scope: RedactionScope): Fields => {
  const members = typeof given === 'object' && given !== null ? (given as Fields) : {};
  const keys = payloadKeys(type);
  const known = Object.entries(keys).map(([name, { default: standard, free }]) => {
    const value = members[name] ?? (standard === undefined ? members[name] : standard);
    if (free === undefined || typeof value !== 'string') return [name, value];
    return [name, free === 'trace' ? redactTrace(value, scope) : redact(value, scope)];
  });
  const unknown = Object.entries(members)
    .filter(([name]) => !Object.hasOwn(keys, name))
    .map(([name, value]) => [name, toJson(value, (text) => redact(text, scope))]);
  return Object.fromEntries([...known, ...unknown].filter(([, value]) => value !== undefined)) as Fields;
};

/**
 * Saves the bytes that an envelope has too many: cuts the free texts of its payload, the longest first, and where that is
 * not enough leaves out the largest other values, which makes the payload invalid and is seen as such. Every cut is
 * visible.
 */
const fit = <T extends EventType>(event: EventFacts<T>): EventFacts<T> => {
  let excess = utf8Length(JSON.stringify(sample(event))) - MAX_ENVELOPE_BYTES;
  if (excess <= 0) return event;
  const keys = payloadKeys(event.event_type);
  const isFree = (key: string, value: unknown): value is string =>
    typeof value === 'string' && (ownMember(keys, key) as PayloadKey | undefined)?.free !== undefined;
  const bySize = Object.entries(event.payload).sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  const fitted = new Map<string, unknown>(Object.entries(event.payload));
  const replace = (key: string, value: string): void => {
    excess -= sizeOf(fitted.get(key)) - sizeOf(value);
    fitted.set(key, value);
  };
  for (const [key, value] of bySize) {
    if (excess > 0 && isFree(key, value))
      replace(key, cutText(value, Math.max(SMALLEST_CUT_BYTES, jsonLength(value) - excess)));
  }
  for (const [key, value] of bySize) {
    if (excess > 0 && !isFree(key, value)) replace(key, `[left out: ${sizeOf(value)} bytes]`);
  }
  return { ...event, payload: Object.fromEntries(fitted) as unknown as EventFacts<T>['payload'] };
};

/** A free text is not cut below this many bytes while there are others to cut. */
const SMALLEST_CUT_BYTES = 512;

const sizeOf = (value: unknown): number => utf8Length(JSON.stringify(value) ?? '');

/** The envelope as it will be at most: the largest node id and Lamport timestamp there can be. */
const sample = (event: EventFacts) => seal(event, 'ffffffffffff', 2 ** 48);

/**
 * The nearest value that JSON can hold, with every text and key rewritten: what JSON does not know becomes text, what is
 * nested too deeply or appears for a second time is left out.
 */
const toJson = (value: unknown, rewrite: (text: string) => string, depth = 0, seen = new Set()): unknown => {
  if (typeof value === 'string') return rewrite(value);
  if (value === null || value === undefined || typeof value === 'boolean' || Number.isFinite(value))
    return value;
  if (typeof value !== 'object') return String(value);
  if (depth >= MAX_DEPTH || seen.has(value)) return LEFT_OUT;
  seen.add(value);
  const inner = (each: unknown): unknown => toJson(each, rewrite, depth + 1, seen);
  if (Array.isArray(value)) return Array.from(value, inner);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [rewrite(key), inner(member)]));
};

const LEFT_OUT = '[left out]';
