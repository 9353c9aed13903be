import fc from 'fast-check';
import { makeVisible, toJsonDocument } from '../../src/app/cli/render/visible.js';

// eslint-disable-next-line no-control-regex -- these are the characters in question
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
  ])('scenario 32: shows %j as an escape', (given, shown) => {
    expect(makeVisible(given)).toBe(shown);
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

  it('prints null for what JSON does not know', () => {
    expect(toJsonDocument(undefined)).toBe('null');
  });
});
