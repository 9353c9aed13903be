import fc from 'fast-check';
import { stringWidth, truncate } from '../../src/app/cli/render/width.js';

describe('stringWidth', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['日本語', 6],
    ['한국', 4],
    ['🐈', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['❤', 1],
    ['1️⃣', 2],
    ['\u200f', 0],
    ['\x1b[1mbold\x1b[22m', 4],
    ['─', 1],
    ['ﾊ', 1],
    ['Ｆ', 2],
  ])('counts the columns of %j', (text, columns) => {
    expect(stringWidth(text)).toBe(columns);
  });
});

describe('what stands alone', () => {
  it('is measured as beside a character that needs a closer look', () => {
    for (let code = 0x20; code < 0x2700; code++) {
      const character = String.fromCodePoint(code);
      expect([character, stringWidth(`日\n${character}\n`) - 2]).toEqual([character, stringWidth(character)]);
    }
  });

  it('is cut as beside such a character', () => {
    expect(truncate('──·── done ✓', 6)).toBe('──·──…');
  });
});

describe('truncate', () => {
  it('leaves what fits', () => {
    expect(truncate('fits', 4)).toBe('fits');
  });

  it('marks what was cut off', () => {
    expect(truncate('too long', 5)).toBe('too …');
  });

  it('does not cut a wide character in half', () => {
    expect(truncate('日本語', 4)).toBe('日…');
  });

  it('has no room at all in no columns', () => {
    expect(truncate('x', 0)).toBe('');
  });

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.nat(30),
        (text, width) => stringWidth(truncate(text, width)) <= width,
      ),
    );
  });
});
