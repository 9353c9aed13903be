import { isDocument, ownMember, writtenKey, type Fields } from '../document.js';
import { normalizeEventId } from '../ids.js';
import type { EnvelopeDocument } from './envelope.js';
import { extendedTime } from './iso-time.js';
import { isEventType, payloadKeys, type EventType, type PayloadKey } from './payloads.js';
import { withoutLineEnd } from './values.js';

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

const canonicalIds = (document: EnvelopeDocument): Fields => {
  const ids: Record<string, unknown> = {};
  for (const key of OPTIONAL_IDS) {
    const id = document[key];
    if (typeof id === 'string') ids[key] = canonical(id);
  }
  return ids;
};

const OPTIONAL_IDS = ['causation_id', 'correlation_id', 'project_uuid'] as const;

const canonical = (id: string): string => normalizeEventId(id) ?? id;

const upcastPayload = (type: EventType, payload: Fields): Fields => {
  const keys = payloadKeys(type);
  const known: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(keys)) {
    const value = upcastValue(ownMember(payload, writtenKey(payload, name, key.formerly)), key);
    if (value !== undefined) known[name] = value;
  }
  const unknown = Object.entries(payload).filter(
    ([name, value]) => value !== undefined && !isRead(keys, name),
  );
  // Under any name: assigned one by one, `__proto__` would be taken for something else.
  return unknown.length === 0 ? known : { ...known, ...Object.fromEntries(unknown) };
};

/** Whether a key is one of the type's, today's or an older one. */
const isRead = (keys: ReturnType<typeof payloadKeys>, name: string): boolean =>
  Object.hasOwn(keys, name) || Object.values(keys).some(({ formerly }) => formerly === name);

const upcastValue = (value: unknown, { own, meaning, default: fallback }: PayloadKey): unknown => {
  if (value === undefined || (value === null && !isDocument(own, null))) return fallback;
  if (value === null || value === '') return fallback ?? value;
  return meaning(value as never);
};
