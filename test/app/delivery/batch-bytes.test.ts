import fc from 'fast-check';
import { BatchBytes } from '../../../src/app/delivery/delivery-pass.js';
import type { DueEvent } from '../../../src/app/delivery/due-records.js';

const due = (record: number, json: Uint8Array): DueEvent => ({
  record,
  eventId: `E${record}`,
  attempts: record,
  json,
  bytes: json.length,
  isUnclaimed: record % 2 === 0,
});

const plain = ({ record, eventId, attempts, json, bytes, isUnclaimed }: DueEvent) => ({
  record,
  eventId,
  attempts,
  json: Buffer.from(json).toString('latin1'),
  bytes,
  isUnclaimed,
});

describe('the bytes of a batch', () => {
  it('hold until they are cleared, whatever becomes of those that they were copied from', () => {
    const bytes = new BatchBytes();
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 200_000, max: 900_000 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(sizes, (lengths) => {
        bytes.clear();
        const events = lengths.map((length, index) => due(index, Buffer.alloc(length, index + 1)));
        const expected = events.map(plain);
        const kept = events.map((event) => {
          const own = bytes.keep(event);
          event.json.fill(0);
          return own;
        });
        expect(kept.map(plain)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});
