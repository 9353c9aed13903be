import { parseJson, type Fields } from '../../domain/document.js';
import { openMembers, parseLine, sealLine } from '../fs/sealed-log.js';

/** First line of a segment. */
export interface SegmentHeader {
  /** Id of the journal, made with its first segment. */
  readonly journal: string;
  /** Number of the first record of this segment. */
  readonly first: number;
  /** Lamport clock when the segment was begun. */
  readonly clock: number;
}

/** One captured event as it stands in a segment. */
export interface StoredRecord {
  readonly record: number;
  /** Lamport clock after the event. */
  readonly clock: number;
  readonly hub?: string;
  readonly team: string;
  /** Why the event can never be sent. */
  readonly invalid?: string;
  readonly eventId: string;
  /** The event's exact document in UTF-8. */
  readonly json: Buffer;
}

const FORMAT_VERSION = 1;

export const encodeHeader = (header: SegmentHeader): string =>
  `${sealLine(JSON.stringify({ journal: header.journal, first: header.first, clock: header.clock, format: FORMAT_VERSION }))}\n`;

export const decodeHeader = (line: Buffer): SegmentHeader | undefined => {
  const fields = parseLine(line);
  if (fields === undefined) return undefined;
  const { journal, first, clock, format } = fields;
  if (format !== FORMAT_VERSION || typeof journal !== 'string') return undefined;
  return isCount(first) && isCount(clock) ? { journal, first, clock } : undefined;
};

export const encodeRecord = (
  record: Omit<StoredRecord, 'eventId' | 'json'> & { readonly json: string },
): string => {
  const { record: number, clock, hub, team, invalid } = record;
  const head = JSON.stringify({ record: number, clock, hub, team, invalid });
  return `${sealLine(`${head.slice(0, -1)}${EVENT_KEY}${record.json}}`)}\n`;
};

/** The record of a line, or `undefined` when any byte of it is not as it was written. */
export const decodeRecord = (line: Buffer): StoredRecord | undefined => {
  const members = openMembers(line);
  return members === undefined ? undefined : decodeMembers(members);
};

/** The same for what follows the checksum of a line that is as it was written. */
export const decodeMembers = (members: Buffer): StoredRecord | undefined => {
  // A quote inside a JSON string is escaped, so the first occurrence is the key.
  const end = members.indexOf(EVENT_KEY_BYTES);
  if (end === -1) return undefined;
  const head = parseObject(`{${members.toString('utf8', 0, end)}}`);
  const json = members.subarray(end + EVENT_KEY_BYTES.length, -1);
  const eventId = eventIdOf(json);
  if (head === undefined || eventId === undefined) return undefined;
  const { record, clock, hub, team, invalid } = head;
  if (!isCount(record) || !isCount(clock) || typeof team !== 'string') return undefined;
  return {
    record,
    clock,
    team,
    eventId,
    json,
    ...(typeof hub === 'string' ? { hub } : {}),
    ...(typeof invalid === 'string' ? { invalid } : {}),
  };
};

const EVENT_KEY = ',"event":';
const EVENT_KEY_BYTES = Buffer.from(EVENT_KEY);

/** How nearly every event begins. */
export const LEADING_ID = Buffer.from('{"event_id":"');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const parseObject = (json: string): Fields | undefined => parseJson(json) as Fields | undefined;

/** Our own envelopes begin with their id; an imported one may have it anywhere. */
const eventIdOf = (json: Buffer): string | undefined => {
  const leading = leadingIdOf(json);
  if (leading !== undefined) return leading;
  const id = parseObject(json.toString('utf8'))?.['event_id'];
  return typeof id === 'string' ? id : undefined;
};

const leadingIdOf = (json: Buffer): string | undefined => {
  for (let at = 0; at < LEADING_ID.length; at++) if (json[at] !== LEADING_ID[at]) return undefined;
  let end = LEADING_ID.length;
  while (end < json.length && json[end] !== QUOTE) {
    if (json[end] === BACKSLASH) return undefined;
    end += 1;
  }
  return end === json.length || end === LEADING_ID.length
    ? undefined
    : json.toString('utf8', LEADING_ID.length, end);
};
