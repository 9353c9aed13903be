import fc from 'fast-check';
import { encodeHeader, encodeRecord } from '../../../src/adapters/outbox/record-format.js';
import type { JournalRecord } from '../../../src/ports/outbox.js';
import { scanSegment, type SegmentScan } from '../../../src/adapters/outbox/scan-segment.js';

const HEADER = encodeHeader({ journal: 'j', first: 5, clock: 40 });
const line = (record: number): string =>
  encodeRecord({
    record,
    clock: record + 40,
    team: 'local',
    json: `{"event_id":"E${record}","n":${record}}`,
  });
const LINES = [line(5), line(6), line(7)];
const SEGMENT = Buffer.from([HEADER, ...LINES].join(''));

/** The line of a record that can be read; `undefined` for a damaged one. */
const written = (record: JournalRecord): string | undefined =>
  record.json === undefined
    ? undefined
    : encodeRecord({ ...record, json: record.json, clock: record.record + 40 });

const scan = (text: string, expectedFirst?: number): SegmentScan =>
  scanSegment(Buffer.from(text), expectedFirst);

/** The numbers of a scan; a damaged one is negative. */
const numbers = ({ records }: SegmentScan): number[] =>
  records.map(({ record, json }) => (json === undefined ? -record : record));

const expectOrder = (result: SegmentScan): void => {
  expect(result.records.map(({ record }) => record)).toEqual(
    Array.from({ length: result.next - result.first }, (_, index) => result.first + index),
  );
  for (const record of result.records) {
    if (record.json !== undefined) expect(LINES).toContain(written(record));
  }
};

describe('a scan of a segment', () => {
  it('finds every record, the next number and the highest clock', () => {
    const result = scanSegment(SEGMENT);
    expect(numbers(result)).toEqual([5, 6, 7]);
    expect(result).toMatchObject({
      first: 5,
      next: 8,
      clock: 47,
      header: { journal: 'j', first: 5, clock: 40 },
    });
    expect(result.rest).toHaveLength(0);
  });

  it('scenario 4: loses at most one record to any single flipped bit, and counts it under its number', () => {
    for (let bit = 0; bit < SEGMENT.length * 8; bit++) {
      const flipped = Buffer.from(SEGMENT);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const result = scanSegment(flipped);
      expectOrder(result);
      expect(result.first).toBe(5);
      const readable = numbers(result).filter((number) => number > 0).length;
      if (result.rest.length === 0) {
        expect(result.next).toBe(8);
        expect(readable).toBeGreaterThanOrEqual(2);
        // A lost event had its own tick, which nobody may be given again.
        expect(result.clock).toBeGreaterThanOrEqual(47);
      } else {
        expect(numbers(result)).toEqual([5, 6]);
      }
    }
  });

  it('scenario 4: yields the whole records before any point where it was cut off, and nothing of what follows', () => {
    for (let length = 0; length < SEGMENT.length; length++) {
      const result = scanSegment(SEGMENT.subarray(0, length), 5);
      expectOrder(result);
      expect(result.completeBytes + result.rest.length).toBe(length);
      const whole = LINES.filter(
        (_, index) => length >= Buffer.byteLength(HEADER + LINES.slice(0, index + 1).join('')),
      );
      expect(numbers(result)).toEqual(whole.map((_, index) => 5 + index));
    }
  });

  it('never fails and never yields a record whose checksum is wrong, whatever the bytes are', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(HEADER, ...LINES, '\n', line(900), line(1)).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), (parts) => {
        const result = scanSegment(Buffer.concat(parts));
        const allowed = [...LINES, line(900), line(1)];
        for (const record of result.records) {
          if (record.json !== undefined) expect(allowed).toContain(written(record));
        }
        expect(result.records.map(({ record }) => record)).toEqual(
          Array.from({ length: result.next - result.first }, (_, index) => result.first + index),
        );
      }),
    );
  });

  it('counts lost records in the middle by the numbers around them', () => {
    expect(numbers(scan(HEADER + line(5) + line(9)))).toEqual([5, -6, -7, -8, 9]);
    expect(numbers(scan(`${HEADER + line(5)}gone\ngone too\n${line(6)}`))).toEqual([5, 6]);
  });

  it('counts one record for a damaged line at the end, also when damage cut it in two', () => {
    expect(numbers(scan(`${HEADER}${line(5)}x\n`))).toEqual([5, -6]);
    const half = line(6).slice(0, 40);
    expect(numbers(scan(`${HEADER}${line(5)}${half}\n${line(6).slice(41)}`))).toEqual([5, -6]);
    expect(numbers(scan(`${HEADER}${line(5)}${half}\n${half}\n`))).toEqual([5, -6, -7]);
  });

  it('reads both of two lines whose newline was damaged', () => {
    expect(numbers(scan(`${HEADER}${line(5).replace('\n', '*')}${line(6)}`))).toEqual([5, 6]);
    expect(numbers(scan(`${HEADER.replace('\n', '*')}${line(5)}`))).toEqual([5]);
  });

  it('takes the first number from the caller, else from the first readable record, when the header is damaged', () => {
    expect(numbers(scan(`x\n${LINES.join('')}`))).toEqual([5, 6, 7]);
    expect(numbers(scan(`x\nx\n${LINES.slice(1).join('')}`))).toEqual([-5, 6, 7]);
    expect(numbers(scan(`x\n${LINES.slice(1).join('')}`, 5))).toEqual([-5, 6, 7]);
    expect(numbers(scan(LINES.join('')))).toEqual([5, 6, 7]);
    expect(scan('')).toMatchObject({ first: 1, next: 1, clock: 0, records: [] });
    expect(scan('', 12)).toMatchObject({ first: 12, next: 12 });
  });

  it('takes a number far beyond all others for damage instead of filling memory with lost records', () => {
    expect(numbers(scan(HEADER + line(5) + line(2 ** 40)))).toEqual([5, -6]);
  });

  it('passes over a record that is there twice', () => {
    expect(numbers(scan(HEADER + line(5) + line(5) + line(6)))).toEqual([5, 6]);
  });
});
