import { err, ok, type Result } from '../result.js';
import { isFields, parseJson, type Fields } from '../document.js';
import { ENVELOPE_KEYS } from './envelope.js';

/** An event in the structured mode of CloudEvents 1.0: attributes and data side by side. */
export type CloudEvent = Fields;

/**
 * An envelope document as a CloudEvent, without loss: every key has an attribute of its own, and what no attribute can
 * hold, such as `null` and keys that this version does not know, travels as JSON in one of them. A document that is no
 * envelope travels whole.
 */
export const toCloudEvent = (eventId: string, document: Fields): CloudEvent => {
  const { event_id: id, event_type: type, node_id: node, payload } = document;
  if (!isText(id) || !isText(type) || !isText(node) || !isFields(payload)) {
    const source = `${SOURCE}unknown`;
    return { specversion: '1.0', id: eventId, source, type: 'unknown', [WHOLE]: asciiJson(document) };
  }
  const said = ENVELOPE_KEYS.filter((key) => key !== 'payload' && hasAttribute(key, document[key]));
  const rest = Object.entries(document).filter(([key, value]) => !hasAttribute(key, value));
  return {
    specversion: '1.0',
    id,
    source: `${SOURCE}${encodeURIComponent(node)}`,
    type,
    ...Object.fromEntries(said.map((key) => [attributeOf(key), String(document[key])])),
    ...(rest.length === 0 ? {} : { [REST]: asciiJson(Object.fromEntries(rest)) }),
    datacontenttype: 'application/json',
    data: payload,
  };
};

/** Whether a document claims to be a CloudEvent. */
export const isCloudEvent = (document: unknown): document is CloudEvent =>
  isFields(document) && 'specversion' in document;

/** The envelope document of a CloudEvent; the error says why there is none in it. */
export const fromCloudEvent = (event: CloudEvent): Result<Fields, string> => {
  if (event['specversion'] !== '1.0') return err('a CloudEvent of another version than 1.0');
  for (const name of ['id', 'source', 'type'])
    if (!isText(event[name])) return err(`a CloudEvent without ${name}`);
  const whole = event[WHOLE] === undefined ? undefined : members(event[WHOLE]);
  if (whole !== undefined) return ok(whole);
  const rest = event[REST] === undefined ? {} : members(event[REST]);
  if (event[WHOLE] !== undefined || rest === undefined) return err('a CloudEvent whose envelope is no JSON');
  if (!isText(event['nodeid'])) return err('a CloudEvent of somebody else, without nodeid');
  if (!isFields(event['data'])) return err('a CloudEvent whose data is no JSON object');
  return ok(documentOf(event, event['data'], rest));
};

/** In the order of the envelope, whatever the order of the attributes is. */
const documentOf = (event: CloudEvent, payload: Fields, rest: Fields): Fields => {
  const known = ENVELOPE_KEYS.flatMap((key): readonly (readonly [string, unknown])[] => {
    if (key === 'payload') return [[key, payload]];
    if (Object.hasOwn(rest, key)) return [[key, rest[key]]];
    const value = event[attributeOf(key)];
    return value === undefined || value === null ? [] : [[key, valueOf(key, value)]];
  });
  return { ...Object.fromEntries(known), ...rest };
};

/** A number travels as text, since an integer attribute has 32 bits; some tool may have made one of it all the same. */
const valueOf = (key: string, value: unknown): unknown =>
  key === CLOCK && typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;

/** Whether the attribute of a key says exactly what the key says. */
const hasAttribute = (key: string, value: unknown): boolean => {
  if (key === 'payload') return true;
  if (!(ENVELOPE_KEYS as readonly string[]).includes(key)) return false;
  if (key === CLOCK) return Number.isSafeInteger(value) && /^\d{1,15}$/.test(String(value));
  return isText(value) && (key !== 'timestamp' || RFC_3339.test(value));
};

/** Text that an attribute may hold: not empty, and without what CloudEvents forbid. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !FORBIDDEN.test(value);

const FORBIDDEN = /[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}]/u;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** JSON in characters that every attribute may hold. */
const asciiJson = (value: object): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const members = (json: unknown): Fields | undefined => {
  const value = parseJson(String(json));
  return isFields(value) ? value : undefined;
};

const CLOCK = 'lamport_clock';

const SOURCE = 'urn:spec-kitty-sync:node:';

/** Attribute that holds the whole document, and attribute that holds what has no attribute of its own. */
const WHOLE = 'envelope';
const REST = 'envelopeextra';

/** The attribute of an envelope's key: a name of CloudEvents, else the key in the letters that attributes may have. */
const attributeOf = (key: string): string => NAMED_OTHERWISE.get(key) ?? key.replaceAll('_', '');

const NAMED_OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['event_id', 'id'],
  ['event_type', 'type'],
  ['aggregate_id', 'subject'],
  ['timestamp', 'time'],
]);
