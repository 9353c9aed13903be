import {
  connectionOf,
  HEARTBEAT_STALE_MS,
  STALLED_AFTER_MS,
  stalledSinceMs,
} from '../../../src/app/delivery/background-reading.js';
import type { Heartbeat } from '../../../src/ports/delivery.js';

const NOW = 1_000_000_000;

const beat = (changes: Partial<Heartbeat> = {}): Heartbeat => ({
  version: '1.2.3',
  processId: 1,
  startedAtMs: 0,
  atMs: NOW,
  connection: 'Connected',
  progressAtMs: NOW,
  ...changes,
});

describe('the connection as the heartbeat tells it', () => {
  it.each<[string, Heartbeat | undefined, string]>([
    ['what it says', beat(), 'Connected'],
    ['what it says', beat({ connection: 'Reconnecting' }), 'Reconnecting'],
    ['offline without one', undefined, 'Offline'],
    ['offline when its writer has left', beat({ left: 'idle' }), 'Offline'],
    ['what it says to the last moment', beat({ atMs: NOW - HEARTBEAT_STALE_MS }), 'Connected'],
    ['offline when it is old', beat({ atMs: NOW - HEARTBEAT_STALE_MS - 1 }), 'Offline'],
    ['offline when it is of the future', beat({ atMs: NOW + HEARTBEAT_STALE_MS + 1 }), 'Offline'],
  ])('%s: %j', (_name, heartbeat, connection) => {
    expect(connectionOf(heartbeat, NOW)).toBe(connection);
  });
});

describe('delivery that does not move', () => {
  const old = beat({ progressAtMs: NOW - STALLED_AFTER_MS - 1 });
  it.each<[string, Heartbeat | undefined, number | undefined, number | undefined]>([
    ['is told after an hour', old, 1, old.progressAtMs],
    ['is not told within the hour', beat({ progressAtMs: NOW - STALLED_AFTER_MS }), 2, undefined],
    ['is none when what was captured just now waits alone', old, 0, undefined],
    [
      'is none when the last process left with everything delivered',
      beat({ ...old, left: 'idle', lastFlush: { atMs: 1, delivered: 1, ended: 'complete' } }),
      1,
      undefined,
    ],
    ['is not known when nobody counted', old, undefined, undefined],
    ['is not known without a heartbeat', undefined, 2, undefined],
  ])('%s', (_name, heartbeat, waiting, since) => {
    expect(stalledSinceMs(heartbeat, waiting, NOW)).toBe(since);
  });
});
