import { normalizeEventId } from '../ids.js';
import { ownMember, writtenKey } from './check-payload.js';
import type { EnvelopeDocument } from './envelope-document.js';
import { withoutLineEnd } from './check-value.js';
import { extendedTime, isoDuration } from './iso-time.js';
import { fromOlderLane } from './older-vocabulary.js';
import { payloadRule, type KeyRule } from './payload-rules.js';
import { isEventType, type EventType } from './payloads.js';

/**
 * A document of any client in our vocabulary: our payload keys and lanes, canonical ids, defaults filled in. What
 * the writer left out of the envelope stays absent, unknown keys and unknown types stay as they are, and the
 * document itself is not touched: it keeps its own keys and values.
 */
export const upcast = (document: EnvelopeDocument): EnvelopeDocument => ({
  ...document,
  event_id: canonical(document.event_id),
  aggregate_id: withoutLineEnd(document.aggregate_id),
  timestamp: extendedTime(document.timestamp) ?? document.timestamp,
  payload: isEventType(document.event_type)
    ? upcastPayload(document.event_type, document.payload)
    : document.payload,
  ...canonicalIds(document),
});

type Fields = Readonly<Record<string, unknown>>;

const upcastPayload = (type: EventType, payload: Fields): Fields => {
  const { rules, read } = readingOf(type);
  const result: Record<string, unknown> = {};
  for (const [name, rule] of rules) {
    const value = upcastValue(ownMember(payload, writtenKey(payload, name, rule)), rule);
    if (value !== undefined) result[name] = value;
  }
  for (const key of Object.keys(payload)) {
    if (!read.has(key) && payload[key] !== undefined) define(result, key, payload[key]);
  }
  return result;
};

interface Reading {
  readonly rules: readonly (readonly [string, KeyRule])[];
  /** Every key that a rule reads, today's and the older ones. */
  readonly read: ReadonlySet<string>;
}

const readings = new Map<EventType, Reading>();

const readingOf = (type: EventType): Reading => {
  const known = readings.get(type);
  if (known !== undefined) return known;
  const rules = Object.entries(payloadRule(type).keys);
  const read = rules.flatMap(([name, rule]) =>
    rule.formerly === undefined ? [name] : [name, rule.formerly],
  );
  const reading = { rules, read: new Set(read) };
  readings.set(type, reading);
  return reading;
};

/** Adds a member under any name; plain assignment would take `__proto__` for something else. */
const define = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
};

const upcastValue = (value: unknown, { rule, default: fallback }: KeyRule): unknown => {
  if (value === undefined || value === null) return fallback ?? (isNullable(rule) ? value : undefined);
  if (value === '' && fallback !== undefined) return fallback;
  switch (rule.is) {
    case 'lane':
      return typeof value === 'string' ? (fromOlderLane(value) ?? value) : value;
    case 'count':
      return Number(value);
    case 'list':
      return (value as readonly string[]).map(withoutLineEnd);
    case 'time':
      return extendedTime(value as string) ?? value;
    case 'duration':
      return isoDuration(value as string);
    case 'text':
      return rule.pattern === undefined ? value : withoutLineEnd(value as string);
    case 'choice':
      return value;
  }
};

const isNullable = (rule: KeyRule['rule']): boolean =>
  rule.is === 'duration' || (rule.is === 'text' && rule.nullable === true);

const OPTIONAL_IDS = ['causation_id', 'correlation_id', 'project_uuid'] as const;

const canonicalIds = (document: EnvelopeDocument): Fields => {
  const ids: Record<string, unknown> = {};
  for (const key of OPTIONAL_IDS) {
    const id = document[key];
    if (typeof id === 'string') ids[key] = canonical(id);
  }
  return ids;
};

const canonical = (id: string): string => normalizeEventId(id) ?? id;
