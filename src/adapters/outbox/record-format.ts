import { isFields, parseJson } from '../../domain/document.js';
import type { JournalRecord } from '../../ports/outbox.js';
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
export interface StoredRecord extends JournalRecord {
  /** Lamport clock after the event. */
  readonly clock: number;
  readonly json: string;
}

/** A record of which nothing is left but its number. */
export const damagedRecord = (record: number): JournalRecord => ({
  record,
  eventId: `record-${record}`,
  team: 'local',
  invalid: 'the record is damaged',
});

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

export const encodeRecord = (record: Omit<StoredRecord, 'eventId'>): string => {
  const { record: number, clock, hub, team, invalid, json } = record;
  const head = JSON.stringify({ record: number, clock, hub, team, invalid });
  return `${sealLine(`${head.slice(0, -1)}${EVENT_KEY}${json}}`)}\n`;
};

/** The record of a line, or `undefined` when any byte of it is not as it was written. */
export const decodeRecord = (line: Buffer): StoredRecord | undefined => {
  const members = openMembers(line);
  // A quote inside a JSON string is escaped, so the first occurrence is the key.
  const end = members?.indexOf(EVENT_KEY) ?? -1;
  if (members === undefined || end === -1) return undefined;
  const head = parseJson(`{${members.toString('utf8', 0, end)}}`);
  const start = end + EVENT_KEY.length;
  const json = members.toString('utf8', start, members.length - 1);
  const eventId = leadingId(members, start) ?? idIn(json);
  if (!isFields(head) || eventId === undefined) return undefined;
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

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Our own envelopes begin with their id. It is cut from the bytes: a piece of the text would keep all of it in memory. */
const leadingId = (members: Buffer, start: number): string | undefined => {
  const from = start + LEADING_KEY.length;
  if (members.toString('latin1', start, from) !== LEADING_KEY) return undefined;
  const id = members.toString('utf8', from, members.indexOf('"', from));
  return id === '' || id.includes('\\') ? undefined : id;
};

const LEADING_KEY = '{"event_id":"';

/** An imported one may have it anywhere. */
const idIn = (json: string): string | undefined => {
  const event = parseJson(json);
  const id = isFields(event) ? event['event_id'] : undefined;
  return typeof id === 'string' ? id : undefined;
};
