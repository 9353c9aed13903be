import { beginsSealed, lineWithoutNewline, splitJoined, openMembers } from '../fs/sealed-log.js';
import {
  type SegmentHeader,
  type StoredRecord,
  decodeHeader,
  decodeRecord,
  decodeMembers,
  LEADING_ID,
} from './record-format.js';

/** A record whose line cannot be read keeps its number. */
export interface DamagedRecord {
  readonly record: number;
  readonly damaged: true;
}

export interface SegmentScan {
  readonly header: SegmentHeader | undefined;
  readonly records: readonly (StoredRecord | DamagedRecord)[];
  /** The number of the first record, or of the one that will be. */
  readonly first: number;
  /** The number after the last record. */
  readonly next: number;
  /** At least the highest Lamport clock of the segment. */
  readonly clock: number;
  /** Length of the file up to and including the last newline. */
  readonly completeBytes: number;
  /** What follows the last newline: an append in progress, or the torn tail of one. */
  readonly rest: Buffer;
}

/**
 * Reads a whole segment. `expectedFirst` is the number of its first record where the header cannot tell; where nobody
 * can, the first readable record does. A line that cannot be read stands for one record, unless the number of the next
 * readable line says that it stood for more or fewer.
 */
export const scanSegment = (bytes: Buffer, expectedFirst?: number): SegmentScan => {
  const completeBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const openingEnd = completeBytes === 0 ? 0 : bytes.indexOf(NEWLINE);
  const opening = completeBytes === 0 ? [] : splitJoined(bytes.subarray(0, openingEnd));
  const header = opening[0] === undefined ? undefined : decodeHeader(opening[0]);
  const isHeadless =
    header === undefined && opening[0] !== undefined && decodeRecord(opening[0]) !== undefined;
  const bodyStart = isHeadless ? 0 : Math.min(completeBytes, (opening[0]?.length ?? 0) + 1);
  const body = bytes.subarray(bodyStart, completeBytes);
  const first = header?.first ?? expectedFirst ?? guessFirst(body);
  const records: (StoredRecord | DamagedRecord)[] = [];
  let next = first;
  let clock = header?.clock ?? 0;
  let unreadable = 0;
  const loseUpTo = (end: number): void => {
    // Each lost event had its own tick, so the clock was at least this far.
    clock += end - next;
    for (; next < end; next++) records.push({ record: next, damaged: true });
  };
  readLines(body, (stored, isBeginning) => {
    if (stored === undefined || stored.record - next > MAX_GAP) {
      // The second half of a line that damage cut in two does not begin as a line does.
      if (unreadable === 0 || isBeginning) unreadable += 1;
    } else if (stored.record >= next) {
      loseUpTo(stored.record);
      records.push(stored);
      next += 1;
      unreadable = 0;
      clock = Math.max(clock, stored.clock);
    }
  });
  loseUpTo(next + unreadable);
  const rest = bytes.subarray(completeBytes);
  // A whole record that only lost its newline will be kept, and its timestamp with it.
  const last = lineWithoutNewline(rest);
  clock = Math.max(clock, (last === undefined ? undefined : decodeRecord(last))?.clock ?? 0);
  return { header, records, first, next, clock, completeBytes, rest };
};

// No journal loses this many records and goes on; a number beyond it is as good as damage, and costs no memory.
const MAX_GAP = 1_000_000;

const guessFirst = (body: Buffer): number => {
  let before = 0;
  let first: number | undefined;
  readLines(body, (stored) => {
    if (first === undefined && stored !== undefined) first = stored.record - before;
    before += 1;
  });
  return Math.max(1, first ?? 1);
};

/**
 * Shows the record of each complete line, and whether the line begins as one does. Nearly every line is one whole
 * record: only another one is looked at for two that damage joined.
 */
const readLines = (
  body: Buffer,
  show: (stored: StoredRecord | undefined, isBeginning: boolean) => void,
): void => {
  const decoder = new RecordDecoder();
  for (let start = 0; start < body.length;) {
    const end = body.indexOf(NEWLINE, start);
    const stored = decoder.decode(body, start, end);
    if (stored !== undefined) show(stored, true);
    else {
      for (const part of splitJoined(body.subarray(start, end))) show(decodeRecord(part), beginsSealed(part));
    }
    start = end + 1;
  }
};

const NEWLINE = 0x0a;

/**
 * Reads the records of a segment one after the other, as {@link decodeRecord} does. The head of a record nearly always
 * differs from the one before in its numbers only; such a head is not parsed again.
 */
export class RecordDecoder {
  /** What stands between the numbers of the head that was parsed last and the event's id. */
  #between: Buffer | undefined;
  #origin: Pick<StoredRecord, 'hub' | 'team' | 'invalid'> = { team: '' };
  #at = 0;

  /** The record in the line between `start` and `end`, or `undefined` when any byte of it is not as it was written. */
  decode(bytes: Buffer, start: number, end: number): StoredRecord | undefined {
    const members = openMembers(bytes, start, end);
    if (members === undefined) return undefined;
    const record = this.#decodeLikeBefore(members);
    if (record !== undefined) return record;
    const parsed = decodeMembers(members);
    if (parsed !== undefined) this.#remember(members, parsed);
    return parsed;
  }

  /** The record whose head says the same as the one before, but for its numbers; anything else is `undefined`. */
  #decodeLikeBefore(members: Buffer): StoredRecord | undefined {
    const between = this.#between;
    if (between === undefined) return undefined;
    this.#at = 0;
    const record = this.#numberAfter(members, RECORD_KEY);
    const clock = this.#numberAfter(members, CLOCK_KEY);
    if (record === -1 || clock === -1 || !this.#passOver(members, between)) return undefined;
    const idStart = this.#at;
    while (members[this.#at] !== QUOTE) {
      if (this.#at === members.length || members[this.#at] === BACKSLASH) return undefined;
      this.#at += 1;
    }
    if (this.#at === idStart) return undefined;
    const eventId = members.toString('utf8', idStart, this.#at);
    const { hub, team, invalid } = this.#origin;
    const json = members.subarray(idStart - LEADING_ID.length, -1);
    if (invalid !== undefined) return { record, clock, ...this.#origin, eventId, json };
    return hub === undefined
      ? { record, clock, team, eventId, json }
      : { record, clock, hub, team, eventId, json };
  }

  #remember(members: Buffer, { hub, team, invalid, json }: StoredRecord): void {
    this.#between = undefined;
    this.#at = 0;
    if (this.#numberAfter(members, RECORD_KEY) === -1 || this.#numberAfter(members, CLOCK_KEY) === -1) return;
    const end = members.length - 1 - json.length;
    const between = Buffer.concat([members.subarray(this.#at, end), LEADING_ID]);
    // A head that says its numbers twice means the second ones.
    if (between.includes(RECORD_KEY) || between.includes(CLOCK_KEY.subarray(1))) return;
    this.#between = between;
    this.#origin = {
      team,
      ...(hub === undefined ? {} : { hub }),
      ...(invalid === undefined ? {} : { invalid }),
    };
  }

  /** The number behind a key, or -1 when it is not there or not spelt as a number of ours is. */
  #numberAfter(members: Buffer, key: Buffer): number {
    if (!this.#passOver(members, key)) return -1;
    const start = this.#at;
    let value = 0;
    for (let digit = digitAt(members, start); digit >= 0 && digit <= 9; digit = digitAt(members, this.#at)) {
      value = value * 10 + digit;
      this.#at += 1;
    }
    const length = this.#at - start;
    if (length === 0 || length > SAFE_DIGITS || (length > 1 && members[start] === ZERO)) return -1;
    return value;
  }

  #passOver(members: Buffer, expected: Buffer): boolean {
    for (let offset = 0; offset < expected.length; offset++) {
      if (members[this.#at + offset] !== expected[offset]) return false;
    }
    this.#at += expected.length;
    return true;
  }
}

const RECORD_KEY = Buffer.from('"record":');
const CLOCK_KEY = Buffer.from(',"clock":');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
// Every number of so many digits is exact.
const SAFE_DIGITS = 15;

const digitAt = (members: Buffer, at: number): number => (members[at] ?? 0) - ZERO;
