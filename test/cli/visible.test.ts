import fc from 'fast-check';
import { makeVisible, toJsonDocument } from '../../src/app/cli/render/visible.js';

// oxlint-disable-next-line no-control-regex -- these are the characters in question
const DANGEROUS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;
const text = fc.string({ unit: 'binary', maxLength: 40 });

describe('makeVisible', () => {
  it.each([
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['a\rb', 'a\\rb'],
    ['\x9b2J', '\\x9b2J'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['\ud800', '\\ud800'],
    ['pass\u200bword', 'pass\\u200bword'],
    ['a\u200cb\u200dc', 'a\\u200cb\\u200dc'],
    ['\ufeffa\u2060b\u00adc', '\\ufeffa\\u2060b\\xadc'],
    ['x\u{e0041}\u{e007f}', 'x\\u{e0041}\\u{e007f}'],
    ['a\ufe00\u{e0100}', 'a\\ufe00\\u{e0100}'],
    ['\ufe0f a\ufe0f \u{1f408}\ufe0f\ufe0f', '\\ufe0f a\\ufe0f \u{1f408}\ufe0f\\ufe0f'],
    ['\u3164\u115f\uffa0\u034f', '\\u3164\\u115f\\uffa0\\u034f'],
    ['\u{1f408}\u200d', '\u{1f408}\\u200d'],
  ])('scenario 32: shows %j as an escape', (given, shown) => {
    expect(makeVisible(given)).toBe(shown);
  });

  it.each([
    '\u{1f469}\u200d\u{1f4bb} \u2764\ufe0f \u{1f3f3}\ufe0f\u200d\u{1f308} 1\ufe0f\u20e3 \u{1f44d}\u{1f3fd} \u{1f1e9}\u{1f1ea}',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937',
    'caf\u00e9 e\u0301 \u65e5\u672c\u8a9e \u200fx\u200e',
  ])('leaves %s as people write it', (given) => {
    expect(makeVisible(given)).toBe(given);
  });

  it('shows any two texts that differ in what has no picture as two', () => {
    const plain = fc.stringMatching(/^[a-z]{0,5}$/);
    const hidden = fc.constantFrom(
      '\u200b',
      '\u2060',
      '\ufeff',
      '\u{e0061}',
      '\u180e',
      '\u2064',
      '\u{e0155}',
      '\u00ad',
    );
    fc.assert(
      fc.property(plain, hidden, plain, (before, character, after) => {
        expect(makeVisible(`${before}${character}${after}`)).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });

  it('keeps line breaks, tabs, emoji and right-to-left marks of a text', () => {
    expect(makeVisible('a\n\tb 🐈 \u200f')).toBe('a\n\tb 🐈 \u200f');
  });

  it('shows line breaks and tabs of what has to stay on one line', () => {
    expect(makeVisible('a\n\tb', 'line')).toBe('a\\n\\tb');
  });

  it('scenario 32: lets no control character through, whatever the text is', () => {
    fc.assert(fc.property(text, (given) => !DANGEROUS.test(makeVisible(given))));
  });

  it('has nothing left to do the second time', () => {
    fc.assert(fc.property(text, (given) => makeVisible(makeVisible(given)) === makeVisible(given)));
  });
});

describe('toJsonDocument', () => {
  it('scenario 32: reads back as the same value and holds no control character', () => {
    fc.assert(
      fc.property(fc.jsonValue(), text, (value, extra) => {
        const document = toJsonDocument({ value, extra });
        expect(JSON.parse(document)).toEqual(JSON.parse(JSON.stringify({ value, extra })));
        expect(document).not.toMatch(DANGEROUS);
      }),
    );
  });

  it('writes what has no picture as JSON escapes, of which the value is the same', () => {
    const document = toJsonDocument({ a: '\u{e0041}\u200b\u{1f408}' });
    expect(document).toBe('{\n  "a": "\\udb40\\udc41\\u200b\u{1f408}"\n}');
    expect(JSON.parse(document)).toEqual({ a: '\u{e0041}\u200b\u{1f408}' });
  });

  it('prints null for what JSON does not know', () => {
    expect(toJsonDocument(undefined)).toBe('null');
  });
});
