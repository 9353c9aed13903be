import fc from 'fast-check';
import {
  failedAttempts,
  NOT_TRIED,
  pauseAfterMs,
  PROBE_INTERVAL_MS,
  RECONNECT_DELAYS_MS,
  statusAfter,
  type ConnectionEnd,
} from '../../../src/domain/delivery/connection.js';

const NO_JITTER = 0.5;

/** Status and pause after each of these ends. */
const after = (...ends: readonly ConnectionEnd[]) => {
  let failed = NOT_TRIED;
  return ends.map((end) => {
    failed = failedAttempts(failed, end);
    return [statusAfter(failed), pauseAfterMs(failed, NO_JITTER)] as const;
  });
};

describe('connection', () => {
  it('is tried ten times after a loss, then leaves delivery to batches and probes', () => {
    const history = after('lost', ...new Array<ConnectionEnd>(11).fill('attempt-failed'));
    expect(history.slice(0, 10)).toEqual(RECONNECT_DELAYS_MS.map((delay) => ['Reconnecting', delay]));
    expect(history.slice(10)).toEqual([
      ['OfflineBatchMode', PROBE_INTERVAL_MS],
      ['OfflineBatchMode', PROBE_INTERVAL_MS],
    ]);
  });

  it('treats a first attempt that fails like a loss', () => {
    expect(after('attempt-failed')).toEqual([['Reconnecting', 500]]);
  });

  it('has a whole series of attempts again after it was there', () => {
    const exhausted = new Array<ConnectionEnd>(12).fill('attempt-failed');
    expect(after(...exhausted, 'lost').at(-1)).toEqual(['Reconnecting', 500]);
  });

  it('leaves delivery to batches at once when the token is refused', () => {
    expect(after('unauthorized')).toEqual([['OfflineBatchMode', PROBE_INTERVAL_MS]]);
    expect(after('lost', 'attempt-failed', 'unauthorized', 'attempt-failed')[3]).toEqual([
      'OfflineBatchMode',
      PROBE_INTERVAL_MS,
    ]);
  });

  it('spreads every pause by a fifth', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat({ max: 20 }), random, (failed, roll) => {
        const nominal = pauseAfterMs(failed, NO_JITTER);
        expect(Math.abs(pauseAfterMs(failed, roll) - nominal)).toBeLessThanOrEqual(nominal / 5 + 1);
      }),
    );
  });
});
