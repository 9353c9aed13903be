import fc from 'fast-check';
import { ceilingMs, clampRetryAfter, delayMs, eventDelayMs } from '../../../src/domain/delivery/backoff.js';

describe('backoff', () => {
  it('doubles its ceiling from half a second to thirty seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map(ceilingMs)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('does not wait before the first failure, nor after a receipt', () => {
    expect(delayMs(0, 0.999)).toBe(0);
  });

  it('spreads the delay over everything below the ceiling', () => {
    expect(delayMs(3, 0)).toBe(0);
    expect(delayMs(3, 0.5)).toBe(1000);
    expect(delayMs(3, 0.9999)).toBe(1999);
  });

  it('lets a longer retry-after win, and a shorter one not', () => {
    expect(delayMs(1, 0.5, 10_000)).toBe(10_000);
    expect(delayMs(7, 0.5, 10_000)).toBe(15_000);
  });

  it.each([
    [-5000, 1000],
    [0, 1000],
    [1500, 1500],
    [86_400_000, 300_000],
  ])('moves a retry-after of %d ms to %d ms', (asked, kept) => {
    expect(clampRetryAfter(asked)).toBe(kept);
  });

  it('stays within its bounds for any number of failures and any random number', () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.integer(), { nil: undefined }),
        (failures, random, asked) => {
          const delay = delayMs(failures, random, asked);
          expect(delay).toBeGreaterThanOrEqual(asked === undefined ? 0 : 1000);
          expect(delay).toBeLessThanOrEqual(asked === undefined ? 30_000 : 300_000);
        },
      ),
    );
  });

  it('leaves a rejected event alone for longer after each attempt', () => {
    expect([1, 2, 3, 4, 5].map((attempts) => eventDelayMs(attempts, 0.5))).toEqual([
      250, 500, 1000, 2000, 4000,
    ]);
  });
});
