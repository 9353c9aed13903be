import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import {
  BackgroundSyncService,
  FINAL_FLUSH_MS,
  FLUSH_INTERVAL_MS,
  type BackgroundHost,
} from '../../../src/app/delivery/background-sync.js';
import type { FlushReport } from '../../../src/app/delivery/flush.js';
import { NOTHING_PASSED, type PassEnd } from '../../../src/app/delivery/pass-report.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { Flush } from '../../../src/app/delivery/flush.js';

const report = (ended: PassEnd = { end: 'complete' }, counts: object = {}): FlushReport => ({
  ...NOTHING_PASSED,
  ...counts,
  ended,
});

/** A service whose flushes are answered by `answer`; counts them. */
const service = (
  answer: (call: number, signal?: AbortSignal) => FlushReport | Promise<FlushReport>,
  changes: Partial<BackgroundHost> = {},
) => {
  const time = new ControlledTime();
  const calls: number[] = [];
  const sync = new BackgroundSyncService({
    flush: {
      run: async (_input, signal) => {
        calls.push(time.nowMs());
        return answer(calls.length, signal);
      },
    },
    timer: time,
    wallClock: time,
    // Half of every ceiling.
    randomness: { next: () => 0.5, uuid: () => '' },
    ...changes,
  });
  return { sync, time, calls: () => calls.length };
};

describe('the background sync', () => {
  it('flushes at start and every five minutes, however often it is started', async () => {
    const { sync, time, calls } = service(() => report());
    expect(sync.status()).toEqual({ connection: 'Offline', isFlushing: false, totals: NOTHING_PASSED });
    sync.start();
    sync.start();
    await time.advance(0);
    expect(calls()).toBe(1);
    await time.advance(FLUSH_INTERVAL_MS - 1);
    expect(calls()).toBe(1);
    await time.advance(1);
    expect(calls()).toBe(2);
    expect(sync.status()).toEqual({
      connection: 'Offline',
      isFlushing: false,
      totals: NOTHING_PASSED,
      progressAtMs: time.nowMs(),
      last: { report: report(), atMs: time.nowMs() },
    });
    await sync.stop();
  });

  it('a nudge wakes it at once', async () => {
    const { sync, time, calls } = service(() => report());
    sync.start();
    await time.advance(0);
    sync.nudge();
    await time.advance(0);
    expect(calls()).toBe(2);
    await sync.stop();
  });

  it('a nudge during a flush is not lost', async () => {
    let finish: () => void = () => undefined;
    const { sync, time, calls } = service((call) =>
      call === 1 ? new Promise((resolve) => (finish = () => resolve(report()))) : report(),
    );
    sync.start();
    await time.advance(0);
    sync.nudge();
    finish();
    await time.advance(0);
    expect(calls()).toBe(2);
    await sync.stop();
  });

  it('a hub in trouble is asked again after a growing backoff, which nudges do not cut short', async () => {
    const { sync, time, calls } = service(() => report({ end: 'unavailable', reason: '503' }));
    sync.start();
    await time.advance(0);
    for (const [index, ceiling] of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].entries()) {
      sync.nudge();
      await time.advance(ceiling / 2 - 1);
      expect(calls()).toBe(index + 1);
      await time.advance(1);
      expect(calls()).toBe(index + 2);
    }
    await sync.stop();
  });

  it("the hub's own retry-after wins when it is longer", async () => {
    const retryAfterMs = 90_000;
    const { sync, time, calls } = service(() => report({ end: 'unavailable', reason: '429', retryAfterMs }));
    sync.start();
    await time.advance(0);
    await time.advance(retryAfterMs - 1);
    expect(calls()).toBe(1);
    await time.advance(1);
    expect(calls()).toBe(2);
    await sync.stop();
  });

  it('a receipt resets the backoff', async () => {
    const { sync, time, calls } = service((call) =>
      report({ end: 'unavailable', reason: '503' }, call === 4 ? { delivered: 1 } : {}),
    );
    sync.start();
    await time.advance(0);
    await time.advance(250 + 500 + 1000);
    expect(calls()).toBe(4);
    await time.advance(250);
    expect(calls()).toBe(5);
    await sync.stop();
  });

  it.each<PassEnd>([{ end: 'busy' }, { end: 'nothing-moved' }])('%j is tried again soon', async (ended) => {
    const { sync, time, calls } = service(() => report(ended));
    sync.start();
    await time.advance(0);
    await time.advance(250);
    expect(calls()).toBe(2);
    await sync.stop();
  });

  it('rejected events are looked at again within half a minute', async () => {
    const { sync, time, calls } = service(() => report({ end: 'complete' }, { rejected: 1 }));
    sync.start();
    await time.advance(0);
    await time.advance(30_000);
    expect(calls()).toBe(2);
    await sync.stop();
  });

  it('a flush that throws does not end the loop, and is told', async () => {
    const { sync, time, calls } = service((call) => {
      if (call === 1) throw new Error('EIO');
      return report();
    });
    sync.start();
    await time.advance(0);
    expect(sync.status().last?.report).toMatchObject({ ended: { end: 'storage-failed', reason: 'EIO' } });
    sync.nudge();
    await time.advance(0);
    expect(calls()).toBe(2);
    await sync.stop();
  });

  it('stops with one last flush, also when it is asked twice, and leaves nothing asleep', async () => {
    const { sync, time, calls } = service(() => report());
    sync.start();
    await time.advance(0);
    await Promise.all([sync.stop(), sync.stop()]);
    await sync.stop();
    expect(calls()).toBe(2);
    expect(time.sleeping).toBe(0);
    await time.advance(FLUSH_INTERVAL_MS);
    expect(calls()).toBe(2);
  });

  it('stops at once while it backs off', async () => {
    const { sync, time } = service(() =>
      report({ end: 'unavailable', reason: '503', retryAfterMs: 300_000 }),
    );
    sync.start();
    await time.advance(0);
    await sync.stop();
    expect(time.sleeping).toBe(0);
  });

  it('gives the last flush two seconds', async () => {
    const { sync, time } = service((call, signal) =>
      call === 1
        ? report()
        : new Promise((resolve) =>
            signal?.addEventListener('abort', () => resolve(report({ end: 'interrupted' })), { once: true }),
          ),
    );
    sync.start();
    await time.advance(0);
    let stopped = false;
    const stopping = sync.stop().then(() => (stopped = true));
    await time.advance(0);
    await time.advance(FINAL_FLUSH_MS - 1);
    expect(stopped).toBe(false);
    await time.advance(1);
    await stopping;
    expect(sync.status().last?.report.ended).toEqual({ end: 'interrupted' });
  });

  it('lets a flush that is under way end by itself before the last one', async () => {
    let finish: (report: FlushReport) => void = () => undefined;
    let wasCut = false;
    const { sync, time, calls } = service((call, signal) => {
      signal?.addEventListener('abort', () => (wasCut ||= calls() === 1), { once: true });
      return call === 1 ? new Promise((resolve) => (finish = resolve)) : report();
    });
    sync.start();
    await time.advance(0);
    const stopping = sync.stop();
    await time.advance(FINAL_FLUSH_MS / 2);
    expect([wasCut, calls()]).toEqual([false, 1]);
    finish(report());
    await stopping;
    expect([wasCut, calls()]).toEqual([false, 2]);
    expect(time.sleeping).toBe(0);
  });

  it('cuts a flush off that is still under way after two seconds, and begins no other', async () => {
    const { sync, time, calls } = service(
      (_call, signal) =>
        new Promise((resolve) =>
          signal?.addEventListener('abort', () => resolve(report({ end: 'interrupted' })), { once: true }),
        ),
    );
    sync.start();
    await time.advance(0);
    const stopping = sync.stop();
    await time.advance(FINAL_FLUSH_MS);
    await stopping;
    expect(calls()).toBe(1);
    expect(sync.status().last?.report.ended).toEqual({ end: 'interrupted' });
    expect(time.sleeping).toBe(0);
  });

  it('does nothing when it is stopped without a start', async () => {
    const { sync, calls } = service(() => report());
    await sync.stop();
    expect(calls()).toBe(0);
  });

  it('can be started again', async () => {
    const { sync, time, calls } = service(() => report());
    sync.start();
    await time.advance(0);
    await sync.stop();
    sync.start();
    await time.advance(0);
    expect(calls()).toBe(3);
    await sync.stop();
  });

  it('flushes whenever the live link connects, and shows its state', async () => {
    let connect: () => void = () => undefined;
    const { sync, time, calls } = service(() => report(), {
      live: {
        status: 'Connected',
        run: async (onConnected, signal) => {
          connect = onConnected;
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        },
      },
    });
    sync.start();
    await time.advance(0);
    connect();
    await time.advance(0);
    expect(calls()).toBe(2);
    expect(sync.status().connection).toBe('Connected');
    await sync.stop();
  });
});

describe('scenario 14: after an outage the outbox drains with no new local event', () => {
  it('over batches and the live link of a whole world', async () => {
    const world = new DeliveryWorld();
    const ids = await world.capture(3, await world.signIn());
    world.hub.down = true;
    const live = world.link();
    const flush = new Flush(world.flushHost({ route: (signal) => world.route.find(signal, live) }));
    const sync = new BackgroundSyncService({
      flush,
      live,
      timer: world.time,
      wallClock: world.time,
      randomness: world.randomness,
    });
    sync.start();
    await world.time.advance(60_000);
    expect(world.hub.storedIds('acme')).toEqual([]);
    world.hub.down = false;
    await world.time.advance(60_000);
    expect(world.hub.storedIds('acme')).toEqual(ids);
    expect(sync.status().connection).toBe('Connected');
    await sync.stop();
    await world.expectBalanced();
  });
});
