import fc from 'fast-check';
import { inspect } from 'node:util';
import { canonicalJson } from '../../../src/domain/events/canonical-json.js';
import { cutText, jsonLength, isWellFormed, utf8Length } from '../../../src/domain/events/utf8-length.js';
import { isIsoDuration, isIsoTime, isUtcTime } from '../../../src/domain/events/iso-time.js';
import { sealed } from './samples.js';

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('🚀', 'é', '\ud800', '\udc00', 'a', '\n') }),
);

describe('the length of a text', () => {
  it('is that of its UTF-8 encoding', () => {
    fc.assert(fc.property(anyText, (text) => expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'))));
  });

  it('knows an unpaired surrogate', () => {
    fc.assert(
      fc.property(anyText, (text) =>
        expect(isWellFormed(text)).toBe(Buffer.from(text, 'utf8').toString('utf8') === text),
      ),
    );
  });
});

describe('a text that is cut', () => {
  it('fits, stays well formed, begins like the original and says how long that was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }),
        fc.integer({ min: 80, max: 180 }),
        (text, limit) => {
          const cut = cutText(text, limit);
          if (jsonLength(text) <= limit) return expect(cut).toBe(text);
          expect(jsonLength(cut)).toBeLessThanOrEqual(limit);
          expect(isWellFormed(cut)).toBe(true);
          const [kept = '', said] = cut.split(' … [cut: ');
          expect(text.startsWith(kept)).toBe(true);
          expect(said).toBe(`${[...text].length} characters originally]`);
        },
      ),
    );
  });
});

describe('canonical JSON', () => {
  it('is the same for equal documents, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  it('treats what JSON cannot hold as JSON does', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, () => 1, NaN], c: 1n })).toBe(
      '{"a":[null,null,null]}',
    );
    expect(canonicalJson(undefined)).toBe('null');
  });
});

describe('times in ISO 8601', () => {
  it.each([
    '2026-03-01',
    '2024-02-29T23:59:59.123456+00:00',
    '2026-03-01T09:30Z',
    '2026-03-01 09:30:00-0530',
    '2000-02-29',
  ])('%s is one', (text) => expect(isIsoTime(text)).toBe(true));
  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-01T24:00Z',
    '2026-01-01T10:60Z',
    '20260301',
    ' 2026-03-01',
    'x',
  ])('%s is none', (text) => expect(isIsoTime(text)).toBe(false));
  it('say themselves whether they are UTC', () => {
    expect(isUtcTime('2026-03-01T09:30:00.5Z')).toBe(true);
    expect(isUtcTime('2026-03-01T09:30:00+00:00')).toBe(true);
    expect(isUtcTime('2026-03-01T09:30:00')).toBe(false);
  });
  it.each(['P1D', 'PT0S', 'P1Y2M3W4DT5H6M7.5S', 'P2W'])('%s is a duration', (text) =>
    expect(isIsoDuration(text)).toBe(true),
  );
  it.each(['P', 'PT', 'P1DT', '1D', 'P1H', 'P-1D', ''])('%j is no duration', (text) =>
    expect(isIsoDuration(text)).toBe(false),
  );
});

describe('a sealed envelope', () => {
  it('shows no payload when it is printed', () => {
    const envelope = sealed('HistoryAdded');
    expect(inspect(envelope)).toBe('EventEnvelope(HistoryAdded 01KH0000000000000000000001 WP03 lamport 17)');
    expect(JSON.stringify(envelope)).toContain('done so far');
  });

  it('does not change any more', () => {
    const envelope = sealed('HistoryAdded') as { lamport_clock: number };
    expect(() => (envelope.lamport_clock = 1)).toThrow(TypeError);
  });
});

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
};
