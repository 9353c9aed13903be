import fc from 'fast-check';
import {
  advance,
  OFFLINE,
  PROBE_INTERVAL_MS,
  RECONNECT_DELAYS_MS,
  type Connection,
  type ConnectionEvent,
} from '../../../src/domain/delivery/connection.js';

const NO_JITTER = 0.5;

const run = (events: readonly ConnectionEvent[], start: Connection = OFFLINE) =>
  events.map((event) => {
    const { connection, attemptInMs } = advance(start, event, NO_JITTER);
    start = connection;
    return [connection.status, attemptInMs] as const;
  });

describe('connection', () => {
  it('starts offline and is connected only with the snapshot', () => {
    expect(OFFLINE.status).toBe('Offline');
    expect(run(['snapshot'])).toEqual([['Connected', undefined]]);
  });

  it('tries ten times after a loss, then leaves delivery to batches and probes', () => {
    const history = run(['snapshot', 'lost', ...new Array<ConnectionEvent>(11).fill('attempt-failed')]);
    expect(history.slice(1, 11)).toEqual(RECONNECT_DELAYS_MS.map((delay) => ['Reconnecting', delay]));
    expect(history.slice(11)).toEqual([
      ['OfflineBatchMode', PROBE_INTERVAL_MS],
      ['OfflineBatchMode', PROBE_INTERVAL_MS],
    ]);
  });

  it('treats a first attempt that fails like a loss', () => {
    expect(run(['attempt-failed'])).toEqual([['Reconnecting', 500]]);
  });

  it('comes back from batch mode with a whole series of attempts', () => {
    const exhausted: Connection = { status: 'OfflineBatchMode', failedAttempts: 10 };
    expect(run(['snapshot', 'lost'], exhausted)).toEqual([
      ['Connected', undefined],
      ['Reconnecting', 500],
    ]);
  });

  it('leaves delivery to batches at once when the token is refused', () => {
    expect(run(['unauthorized'])).toEqual([['OfflineBatchMode', PROBE_INTERVAL_MS]]);
    expect(run(['lost', 'attempt-failed', 'unauthorized', 'attempt-failed'])[3]).toEqual([
      'OfflineBatchMode',
      PROBE_INTERVAL_MS,
    ]);
  });

  it('is offline and tries nothing when we ended it', () => {
    expect(run(['snapshot', 'closed'])[1]).toEqual(['Offline', undefined]);
  });

  it('fails loudly for a happening that nobody knows', () => {
    expect(() => advance(OFFLINE, 'eclipse' as ConnectionEvent, 0)).toThrow(/unhandled case/);
  });

  it('spreads every pause by a fifth, and always has one unless it is connected or was ended', () => {
    const events = fc.array(
      fc.constantFrom<ConnectionEvent>('snapshot', 'lost', 'attempt-failed', 'unauthorized', 'closed'),
    );
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(events, random, (happenings, roll) => {
        let connection = OFFLINE;
        for (const happening of happenings) {
          const nominal = advance(connection, happening, NO_JITTER).attemptInMs;
          const step = advance(connection, happening, roll);
          connection = step.connection;
          const rests = connection.status === 'Connected' || connection.status === 'Offline';
          expect(step.attemptInMs === undefined).toBe(rests);
          if (nominal === undefined || step.attemptInMs === undefined) continue;
          expect(Math.abs(step.attemptInMs - nominal)).toBeLessThanOrEqual(nominal / 5 + 1);
        }
      }),
    );
  });
});
