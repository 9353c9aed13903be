import { openMembers } from '../fs/sealed-line.js';
import { decodeMembers, LEADING_ID, type StoredRecord } from './record-format.js';

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
