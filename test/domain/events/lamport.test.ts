import fc from 'fast-check';
import { isLamport, MAX_FOLLOWED, MAX_LAMPORT, receive, tick } from '../../../src/domain/events/lamport.js';

describe('a Lamport clock', () => {
  it('goes past what it hears of, and stays as it is for what is beyond reason', () => {
    expect(receive(3, 7)).toEqual({ ok: true, value: 8 });
    expect(receive(9, 7)).toEqual({ ok: true, value: 10 });
    expect(receive(0, MAX_FOLLOWED)).toEqual({ ok: true, value: MAX_FOLLOWED + 1 });
    for (const remote of [
      MAX_FOLLOWED + 1,
      MAX_LAMPORT - 1,
      MAX_LAMPORT,
      2 ** 53 - 1,
      -1,
      0.5,
      Infinity,
      NaN,
    ])
      expect(receive(3, remote)).toEqual({ ok: false, error: 'poison' });
  });

  it('can still tick after any remote value', () => {
    const remote = fc.oneof(
      fc.maxSafeNat(),
      fc.constantFrom(MAX_FOLLOWED, MAX_LAMPORT - 1, MAX_LAMPORT),
      fc.double(),
    );
    fc.assert(
      fc.property(fc.array(remote), (heard) => {
        const value = heard.reduce((clock, next) => {
          const received = receive(clock, next);
          return received.ok ? received.value : clock;
        }, 0);
        expect(isLamport(tick(value))).toBe(true);
      }),
    );
  });
});
