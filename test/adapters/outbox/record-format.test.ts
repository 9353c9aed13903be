import fc from 'fast-check';
import {
  decodeHeader,
  decodeRecord,
  encodeHeader,
  encodeRecord,
} from '../../../src/adapters/outbox/record-format.js';

const text = fc.string({ unit: 'binary' });
const count = fc.nat(2 ** 48);
const line = (encoded: string): Buffer => Buffer.from(encoded.slice(0, -1), 'utf8');

const record = fc
  .record(
    {
      record: count,
      clock: count,
      hub: text,
      team: text,
      invalid: text,
      eventId: fc.string({ minLength: 1 }),
      more: fc.dictionary(text, fc.jsonValue()),
    },
    { requiredKeys: ['record', 'clock', 'team', 'eventId', 'more'] },
  )
  .map(({ more, ...rest }) => ({ ...rest, json: JSON.stringify({ event_id: rest.eventId, payload: more }) }));

describe('a record line', () => {
  it('gives back exactly what was written, whatever text is in it', () => {
    fc.assert(
      fc.property(record, (given) => {
        const encoded = encodeRecord(given);
        expect(encoded.indexOf('\n')).toBe(encoded.length - 1);
        // Text with unpaired surrogates reaches a line only as escapes, so bytes and text agree.
        expect(decodeRecord(line(encoded))).toEqual(JSON.parse(JSON.stringify(given)));
        expect(typeof JSON.parse(encoded)).toBe('object');
      }),
    );
  });

  it('finds the event id wherever an imported event has it', () => {
    const stored = { record: 1, clock: 1, team: 'local', json: '{"payload":{},"event_id":"abc"}' };
    expect(decodeRecord(line(encodeRecord(stored)))).toEqual({ ...stored, eventId: 'abc' });
  });

  it('is nothing when any bit of it is another', () => {
    const bytes = line(encodeRecord({ record: 7, clock: 9, team: 'local', json: '{"event_id":"A","n":1}' }));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeRecord(flipped)).toBeUndefined();
    }
  });

  it.each([
    '',
    '{}',
    '{"record":1}',
    encodeHeader({ journal: 'j', first: 1, clock: 0 }).trim(),
    encodeRecord({ record: -1, clock: 1, team: 'local', json: '{"event_id":"A"}' }).trim(),
    encodeRecord({ record: 1, clock: 1, team: 'local', json: '{"event_id":7}' }).trim(),
    encodeRecord({ record: 1, clock: 1, team: 'local', json: 'nonsense' }).trim(),
  ])('is nothing when it says %j', (content) => {
    expect(decodeRecord(Buffer.from(content))).toBeUndefined();
  });
});

describe('a segment header', () => {
  it('gives back exactly what was written', () => {
    fc.assert(
      fc.property(fc.record({ journal: text, first: count, clock: count }), (header) => {
        expect(decodeHeader(line(encodeHeader(header)))).toEqual(JSON.parse(JSON.stringify(header)));
      }),
    );
  });

  it('is nothing when it is damaged or a record', () => {
    expect(
      decodeHeader(line(encodeHeader({ journal: 'j', first: 1, clock: 0 })).subarray(1)),
    ).toBeUndefined();
    const encoded = encodeRecord({ record: 1, clock: 1, team: 'local', json: '{"event_id":"A"}' });
    expect(decodeHeader(line(encoded))).toBeUndefined();
  });
});
