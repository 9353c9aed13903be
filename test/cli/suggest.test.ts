import fc from 'fast-check';
import { closest, editDistance } from '../../src/app/cli/unknown-words.js';

describe('closest', () => {
  it.each([
    ['statsu', ['status', 'on', 'off'], 'status'],
    ['Sync now', ['sync now', 'sync on'], 'sync now'],
    ['of', ['on', 'off'], 'on'],
    ['zzz', ['status', 'on'], undefined],
    ['x', [], undefined],
  ])('finds what %j was meant to be among %j', (given, candidates, expected) => {
    expect(closest(given, candidates)).toBe(expected);
  });
});

describe('editDistance', () => {
  it('counts a swap of neighbours once', () => {
    expect(editDistance('ab', 'ba')).toBe(1);
  });

  it('is nothing between equals, symmetric, and at most the longer length', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
