import { normalizeEventId } from '../ids.js';
import { ownMember, writtenKey } from './check-payload.js';
import type { EnvelopeDocument } from './envelope-document.js';
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
  payload: isEventType(document.event_type)
    ? upcastPayload(document.event_type, document.payload)
    : document.payload,
  ...canonicalIds(document),
});

type Fields = Readonly<Record<string, unknown>>;

const upcastPayload = (type: EventType, payload: Fields): Fields => {
  const rules = Object.entries(payloadRule(type).keys);
  const known = rules.map(
    ([name, rule]) => [name, upcastValue(ownMember(payload, writtenKey(payload, name, rule)), rule)] as const,
  );
  const read = new Set(
    rules.flatMap(([name, rule]) => (rule.formerly === undefined ? [name] : [name, rule.formerly])),
  );
  const unknown = Object.entries(payload).filter(([key]) => !read.has(key));
  return Object.fromEntries([...known, ...unknown].filter(([, value]) => value !== undefined));
};

const upcastValue = (value: unknown, { rule, default: fallback }: KeyRule): unknown => {
  if (value === undefined || value === null) return fallback ?? (isNullable(rule) ? value : undefined);
  return rule.is === 'lane' && typeof value === 'string' ? (fromOlderLane(value) ?? value) : value;
};

const isNullable = (rule: KeyRule['rule']): boolean =>
  rule.is === 'duration' || (rule.is === 'text' && rule.nullable === true);

const OPTIONAL_IDS = ['causation_id', 'correlation_id', 'project_uuid'] as const;

const canonicalIds = (document: EnvelopeDocument): Fields =>
  Object.fromEntries(
    OPTIONAL_IDS.flatMap((key) => {
      const id = document[key];
      return typeof id === 'string' ? [[key, canonical(id)]] : [];
    }),
  );

const canonical = (id: string): string => normalizeEventId(id) ?? id;
