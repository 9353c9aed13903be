import fc from 'fast-check';
import { sealLine } from '../../../src/adapters/fs/sealed-log.js';
import { RecordDecoder } from '../../../src/adapters/outbox/scan-segment.js';
import { decodeRecord, encodeRecord } from '../../../src/adapters/outbox/record-format.js';

const few = fc.constantFrom('acme', 'local', 'ü"', 'a,"clock":3');
const written = fc
  .record(
    { record: fc.nat(2 ** 48), clock: fc.nat(2 ** 48), hub: few, team: few, invalid: few, id: few },
    { requiredKeys: ['record', 'clock', 'team', 'id'] },
  )
  .map(({ id, ...head }) =>
    encodeRecord({ ...head, json: JSON.stringify({ event_id: id, n: 1 }) }).trimEnd(),
  );

/** Whole lines whose checksum is right, whatever they say. */
const odd = fc
  .record({
    record: fc.constantFrom('1', '01', '1.0', '-1', '', '9007199254740993', '123456789012345', '1e3'),
    clock: fc.constantFrom('2', '02', 'x', '9999999999999999'),
    more: fc.constantFrom('', ',"hub":"h"', ',"record":7', ',"clock":8', ' ,"hub":"h"', ',"event":{},"x":1'),
    team: fc.constantFrom(',"team":"acme"', ',"team":7', ''),
    event: fc.constantFrom(
      '{"event_id":"A"}',
      '{"event_id":""}',
      '{"event_id":"A\\u0041"}',
      '{"event_id":"',
      '{}',
      '',
    ),
    end: fc.constantFrom('}', ''),
  })
  .map(({ record, clock, more, team, event, end }) =>
    sealLine(`{"record":${record},"clock":${clock}${more}${team},"event":${event}${end}`),
  );

describe('records read one after the other', () => {
  it('are what each of them is alone, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(written, odd), { maxLength: 12 }), (lines) => {
        const decoder = new RecordDecoder();
        const bytes = Buffer.from(lines.join(''));
        let start = 0;
        for (const line of lines) {
          const end = start + Buffer.byteLength(line);
          expect(decoder.decode(bytes, start, end)).toEqual(decodeRecord(bytes.subarray(start, end)));
          start = end;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are nothing when any bit of one is another, also after one like it', () => {
    const lineOf = (record: number): Buffer =>
      Buffer.from(
        encodeRecord({ record, clock: 9, hub: 'h', team: 't', json: '{"event_id":"A"}' }).trimEnd(),
      );
    const decoder = new RecordDecoder();
    const line = lineOf(8);
    for (let bit = 0; bit < line.length * 8; bit++) {
      expect(decoder.decode(lineOf(7), 0, line.length)).toMatchObject({ record: 7, hub: 'h', team: 't' });
      const flipped = Buffer.from(line);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decoder.decode(flipped, 0, flipped.length)).toBeUndefined();
    }
  });
});
