import { ControlledTime, RecordingLog } from '../../../src/adapters/memory/memory-host.js';
import {
  BackgroundProcess,
  FINAL_FLUSH_MS,
  FLUSH_INTERVAL_MS,
  GIVE_UP_AFTER_MS,
} from '../../../src/app/delivery/background-process.js';
import { Flush, type FlushReport } from '../../../src/app/delivery/flush.js';
import { NOTHING_PASSED, type PassEnd } from '../../../src/app/delivery/pass-report.js';
import { Summons } from '../../../src/app/delivery/summons.js';
import { LONGEST_DELAY_MS, LONGEST_RETRY_AFTER_MS } from '../../../src/domain/delivery/backoff.js';
import type { ConnectionStatus } from '../../../src/domain/delivery/connection.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { Heartbeat } from '../../../src/ports/delivery.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import {
  MemoryBackgroundPost,
  MemoryBackgroundStarter,
  MemoryDoorbell,
} from '../../support/memory-background.js';

const LINGER_MS = 60_000;

const report = (ended: PassEnd = { end: 'complete' }, counts: object = {}): FlushReport => ({
  ...NOTHING_PASSED,
  ...counts,
  ended,
});

const OUT_OF_REACH: PassEnd = { end: 'unavailable', reason: '503' };

type Answer = (call: number, signal: AbortSignal) => FlushReport | Promise<FlushReport>;

/** Resolves when it is cut off, and not before. */
const untilCut = (signal: AbortSignal): Promise<FlushReport> =>
  new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(report({ end: 'interrupted' })), { once: true }),
  );

const runs = async (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** A process whose flushes are answered by `answer`, and counted. */
const ready = (answer: Answer = () => report(), post = new MemoryBackgroundPost(), version = '1.2.3') => {
  const time = new ControlledTime();
  const doorbell = new MemoryDoorbell();
  const log = new RecordingLog();
  const live = { status: 'Connected' as ConnectionStatus, connect: () => {} };
  const flushedAtMs: number[] = [];
  const process = new BackgroundProcess({
    backgroundPost: post,
    doorbell,
    flush: {
      run: async (_input, signal) => {
        flushedAtMs.push(time.nowMs());
        return answer(flushedAtMs.length, signal!);
      },
    },
    liveLink: {
      get status() {
        return live.status;
      },
      run: (onConnected, signal) => {
        live.connect = onConnected;
        return runs(signal);
      },
    },
    machineReports: { run: runs, changed: () => undefined },
    timer: time,
    wallClock: time,
    // Half of every ceiling.
    randomness: { next: () => 0.5, uuid: () => '' },
    backgroundLog: log,
    version,
    processId: 42,
  });
  const controller = new AbortController();
  const run = (lingerMs = LINGER_MS) => process.run({ lingerMs }, controller.signal);
  const beside = () => process.runBeside(controller.signal);
  const calls = (): number => flushedAtMs.length;
  return { time, post, doorbell, log, live, calls, run, beside, interrupt: () => controller.abort() };
};

describe('the place of the background process', () => {
  it('is taken, and given back when there was no work for as long as it lingers', async () => {
    const { time, post, calls, run } = ready();
    const running = run();
    await time.advance(0);
    await time.advance(LINGER_MS - 1000);
    expect(post.isOccupied()).toBe(true);
    expect(calls()).toBe(1);
    await time.advance(2000);
    expect(await running).toBe('idle');
    expect(calls()).toBe(2);
    expect(post.isOccupied()).toBe(false);
    expect(await post.heartbeat()).toMatchObject({ left: 'idle', version: '1.2.3', processId: 42 });
    expect(time.sleeping).toBe(0);
  });

  it('is taken already: nothing is done', async () => {
    const first = ready();
    const running = first.run();
    await first.time.advance(0);
    const second = ready(undefined, first.post);
    expect(await second.run()).toBe('busy');
    expect(second.calls()).toBe(0);
    first.interrupt();
    await running;
  });

  it('is waited for beside other work, and taken when the other one ends', async () => {
    const first = ready();
    const running = first.run();
    await first.time.advance(0);
    const second = ready(undefined, first.post);
    const staying = second.beside();
    await second.time.advance(60_000);
    expect(second.calls()).toBe(0);
    first.interrupt();
    await running;
    await second.time.advance(3000);
    expect(second.calls()).toBe(1);
    expect(first.post.isOccupied()).toBe(true);
    second.interrupt();
    await staying;
    expect(second.calls()).toBe(2);
    expect(first.post.isOccupied()).toBe(false);
  });

  it('is left beside other work for a newer program, and not taken again at once', async () => {
    const { time, post, calls, beside, interrupt } = ready();
    const staying = beside();
    await time.advance(0);
    await time.advance(1000);
    await post.askToLeave('1.3.0');
    await time.advance(1000);
    expect(calls()).toBe(2);
    const place = await post.occupy();
    await time.advance(50_000);
    place?.release();
    expect(calls()).toBe(2);
    await time.advance(20_000);
    expect(calls()).toBe(3);
    interrupt();
    await staying;
  });

  it('is taken beside work that is over at once, so that what it captured goes out', async () => {
    const { time, calls, beside, interrupt } = ready();
    interrupt();
    await beside();
    expect(calls()).toBeGreaterThan(0);
    expect(time.sleeping).toBe(0);
  });

  it('is left to the next command when the hub stays out of reach, with the time of the next try', async () => {
    const { time, post, run } = ready(() => report(OUT_OF_REACH));
    const running = run();
    await time.advance(0);
    await time.advance(GIVE_UP_AFTER_MS - 1000);
    expect(post.isOccupied()).toBe(true);
    await time.advance(2000);
    expect(await running).toBe('hub out of reach');
    const left = await post.heartbeat();
    expect(left?.nextTryAtMs).toBe((left?.atMs ?? 0) + LONGEST_DELAY_MS);
  });

  it('is left for a newer version, also during a flush, and for no other', async () => {
    const { time, post, run } = ready((_, signal) => untilCut(signal));
    const running = run();
    await time.advance(0);
    await post.askToLeave('1.2.2');
    await time.advance(1000);
    await post.askToLeave('1.2.3');
    await time.advance(1000);
    expect((await post.heartbeat())?.left).toBeUndefined();
    await post.askToLeave('1.3.0');
    await time.advance(1000 + FINAL_FLUSH_MS);
    expect(await running).toBe('another version takes over');
  });

  it('is left when the state root is gone', async () => {
    const { time, post, run } = ready();
    const running = run();
    await time.advance(0);
    await time.advance(1000);
    post.remove();
    await time.advance(10_000);
    expect(await running).toBe('state root gone');
  });

  it('is kept for good where it is meant to', async () => {
    const { time, post, run, interrupt } = ready();
    const running = run(Infinity);
    await time.advance(0);
    for (let hour = 0; hour < 2; hour++) await time.advance(60 * LINGER_MS);
    expect(post.isOccupied()).toBe(true);
    interrupt();
    expect(await running).toBe('asked to stop');
  });

  it('is kept while a bell rings, something moves, or a flush is under way', async () => {
    let finish: () => void = () => undefined;
    const { time, post, doorbell, run } = ready((call) => {
      if (call === 2) return report({ end: 'complete' }, { delivered: 1 });
      return call === 3 ? new Promise((resolve) => (finish = () => resolve(report()))) : report();
    });
    const running = run();
    await time.advance(0);
    for (let ring = 0; ring < 2; ring++) {
      await time.advance(LINGER_MS - 1000);
      doorbell.ring();
    }
    await time.advance(2 * LINGER_MS);
    expect((await post.heartbeat())?.left).toBeUndefined();
    finish();
    await time.advance(1000);
    expect(await running).toBe('idle');
  });

  it('is given back after a defect, when delivery has stopped', async () => {
    const { time, post, calls, run } = ready();
    post.askedToLeave = () => Promise.reject(new TypeError('a bug'));
    const failed = expect(run()).rejects.toThrow('a bug');
    await time.advance(0);
    await time.advance(1000);
    await failed;
    expect(calls()).toBe(2);
    expect(time.sleeping).toBe(0);
    expect(post.isOccupied()).toBe(false);
  });
});

describe('what the background process says', () => {
  it('that it leaves, before its last flush, so that whoever captures then starts a successor', async () => {
    const said: (string | undefined)[] = [];
    const post = new MemoryBackgroundPost();
    const { time, run } = ready(async () => {
      said.push((await post.heartbeat())?.left);
      return report();
    }, post);
    const running = run();
    await time.advance(0);
    await time.advance(LINGER_MS + 1000);
    await running;
    expect(said).toEqual([undefined, 'idle']);
  });

  it('to its log, when the disk takes no heartbeat; it stays', async () => {
    const { time, post, log, run, interrupt } = ready();
    post.beat = () => Promise.reject(new SyncError('storage-failed', 'no space left'));
    const running = run();
    await time.advance(0);
    await time.advance(1000);
    expect(post.isOccupied()).toBe(true);
    expect(log.messages('warn')).toContain('no space left');
    interrupt();
    expect(await running).toBe('asked to stop');
  });

  it('to its log, when it comes and goes, what it delivered, and each trouble once', async () => {
    const { time, log, run, interrupt } = ready((call) => {
      if (call > 4) return report();
      return call === 4
        ? report(undefined, { delivered: 2 })
        : report(OUT_OF_REACH, call === 1 ? { delivered: 3 } : {});
    });
    const running = run();
    await time.advance(0);
    await time.advance(5000);
    interrupt();
    await running;
    expect(log.entries.map(({ message }) => message)).toEqual([
      'version 1.2.3 delivers as process 42',
      'delivered 3, already there 0, rejected 0, given up on 0',
      'unavailable: 503',
      'delivered 2, already there 0, rejected 0, given up on 0',
      'process 42 leaves: asked to stop',
    ]);
  });

  it('in a heartbeat at least every five seconds, and at once when there is news', async () => {
    const { time, post, doorbell, live, run, interrupt } = ready((call) =>
      call === 1 ? report() : report(OUT_OF_REACH, { delivered: 2 }),
    );
    const running = run();
    await time.advance(0);
    for (let beats = 0; beats < 4; beats++) {
      await time.advance(5500);
      const age = time.nowMs() - ((await post.heartbeat())?.atMs ?? 0);
      expect(age).toBeLessThanOrEqual(5500);
    }
    live.status = 'Reconnecting';
    doorbell.ring();
    await time.advance(0);
    await time.advance(500);
    expect(await post.heartbeat()).toMatchObject({
      connection: 'Reconnecting',
      nextTryAtMs: expect.any(Number),
      lastFlush: { delivered: 2, ended: 'unavailable', reason: '503' },
    });
    interrupt();
    await running;
  });

  it('since when its predecessors made no progress, until something is delivered', async () => {
    const post = new MemoryBackgroundPost();
    await post.beat({ ...BEAT, progressAtMs: 5 });
    const { time, doorbell, run, interrupt } = ready(
      (call) => report({ end: 'signed-out' }, { delivered: call - 1 }),
      post,
    );
    const running = run();
    await time.advance(0);
    await time.advance(500);
    expect((await post.heartbeat())?.progressAtMs).toBe(5);
    doorbell.ring();
    const atMs = time.nowMs();
    await time.advance(0);
    await time.advance(500);
    expect((await post.heartbeat())?.progressAtMs).toBe(atMs);
    interrupt();
    await running;
  });
});

describe('when the background process flushes', () => {
  /** The same, as a service that stays until it is stopped. */
  const started = async (answer?: Answer) => {
    const { run, interrupt, ...rest } = ready(answer);
    const running = run(Infinity);
    await rest.time.advance(0);
    const stop = (): Promise<unknown> => {
      interrupt();
      return running;
    };
    return { ...rest, stop };
  };

  it('at start and every five minutes', async () => {
    const { time, calls, stop } = await started();
    expect(calls()).toBe(1);
    await time.advance(FLUSH_INTERVAL_MS - 1);
    expect(calls()).toBe(1);
    await time.advance(1);
    expect(calls()).toBe(2);
    await stop();
  });

  it('at once when the bell rings, and no more when it is over', async () => {
    const { time, doorbell, calls, stop } = await started();
    doorbell.ring();
    await time.advance(0);
    expect(calls()).toBe(2);
    await stop();
    doorbell.ring();
    await time.advance(FLUSH_INTERVAL_MS);
    expect(calls()).toBe(3);
  });

  it('whenever the live link connects', async () => {
    const { time, live, calls, stop } = await started();
    live.connect();
    await time.advance(0);
    expect(calls()).toBe(2);
    await stop();
  });

  it('once more when the bell rang during a flush', async () => {
    let finish: () => void = () => undefined;
    const { time, doorbell, calls, stop } = await started((call) =>
      call === 1 ? new Promise((resolve) => (finish = () => resolve(report()))) : report(),
    );
    doorbell.ring();
    finish();
    await time.advance(0);
    expect(calls()).toBe(2);
    await stop();
  });

  it('a hub in trouble after a growing backoff, which no bell cuts short', async () => {
    const { time, doorbell, calls, stop } = await started(() => report(OUT_OF_REACH));
    for (const [index, ceiling] of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].entries()) {
      doorbell.ring();
      await time.advance(ceiling / 2 - 1);
      expect(calls()).toBe(index + 1);
      await time.advance(1);
      expect(calls()).toBe(index + 2);
    }
    await stop();
  });

  it("after the hub's own retry-after, when it is longer", async () => {
    const retryAfterMs = 90_000;
    const { time, calls, stop } = await started(() =>
      report({ end: 'unavailable', reason: '429', retryAfterMs }),
    );
    await time.advance(retryAfterMs - 1);
    expect(calls()).toBe(1);
    await time.advance(1);
    expect(calls()).toBe(2);
    await stop();
  });

  it('sooner again after a receipt', async () => {
    const { time, calls, stop } = await started((call) =>
      report(OUT_OF_REACH, call === 4 ? { delivered: 1 } : {}),
    );
    await time.advance(250 + 500 + 1000);
    expect(calls()).toBe(4);
    await time.advance(250);
    expect(calls()).toBe(5);
    await stop();
  });

  it.each<PassEnd>([{ end: 'busy' }, { end: 'nothing-moved' }])('soon again after %j', async (ended) => {
    const { time, calls, stop } = await started(() => report(ended));
    await time.advance(250);
    expect(calls()).toBe(2);
    await stop();
  });

  it('within half a minute where events were rejected', async () => {
    const { time, calls, stop } = await started(() => report({ end: 'complete' }, { rejected: 1 }));
    await time.advance(30_000);
    expect(calls()).toBe(2);
    await stop();
  });

  it('also after one that throws, which is told', async () => {
    const { time, post, doorbell, calls, stop } = await started((call) => {
      if (call === 1) throw new Error('EIO');
      return report();
    });
    await time.advance(500);
    expect((await post.heartbeat())?.lastFlush).toMatchObject({ ended: 'storage-failed', reason: 'EIO' });
    doorbell.ring();
    await time.advance(0);
    expect(calls()).toBe(2);
    await stop();
  });

  it('not when it is stopped during a backoff for longer than the last flush takes', async () => {
    const { time, stop } = await started(() => report({ ...OUT_OF_REACH, retryAfterMs: 300_000 } as PassEnd));
    await stop();
    expect(time.sleeping).toBe(0);
  });

  it('at the end for two seconds', async () => {
    const { time, post, stop } = await started((call, signal) => (call === 1 ? report() : untilCut(signal)));
    let stopped = false;
    const stopping = stop().then(() => (stopped = true));
    await time.advance(0);
    await time.advance(FINAL_FLUSH_MS - 1);
    expect(stopped).toBe(false);
    await time.advance(1);
    await stopping;
    expect((await post.heartbeat())?.lastFlush?.ended).toBe('interrupted');
  });

  it('at the end after one that is under way, which ends by itself', async () => {
    let finish: (report: FlushReport) => void = () => undefined;
    let wasCut = false;
    const { time, calls, stop } = await started((call, signal) => {
      signal.addEventListener('abort', () => (wasCut ||= calls() === 1), { once: true });
      return call === 1 ? new Promise((resolve) => (finish = resolve)) : report();
    });
    const stopping = stop();
    await time.advance(0);
    await time.advance(FINAL_FLUSH_MS / 2);
    expect([wasCut, calls()]).toEqual([false, 1]);
    finish(report());
    await stopping;
    expect([wasCut, calls()]).toEqual([false, 2]);
    expect(time.sleeping).toBe(0);
  });

  it('not at the end when one is still under way after two seconds, which is cut off', async () => {
    const { time, post, calls, stop } = await started((_, signal) => untilCut(signal));
    const stopping = stop();
    await time.advance(0);
    await time.advance(FINAL_FLUSH_MS);
    await stopping;
    expect(calls()).toBe(1);
    expect((await post.heartbeat())?.lastFlush?.ended).toBe('interrupted');
    expect(time.sleeping).toBe(0);
  });
});

describe('scenario 14: after an outage the outbox drains with no new local event', () => {
  it('over batches and the live link of a whole world', async () => {
    const world = new DeliveryWorld();
    const ids = await world.capture(3, await world.signIn());
    world.hub.down = true;
    const liveLink = world.link();
    const process = new BackgroundProcess({
      backgroundPost: new MemoryBackgroundPost(),
      doorbell: new MemoryDoorbell(),
      flush: new Flush(world.flushHost({ route: (signal) => world.route.find(signal, liveLink) })),
      liveLink,
      machineReports: { run: runs, changed: () => undefined },
      timer: world.time,
      wallClock: world.time,
      randomness: world.randomness,
      backgroundLog: new RecordingLog(),
      version: '1.2.3',
      processId: 42,
    });
    const over = new AbortController();
    const running = process.run({ lingerMs: Infinity }, over.signal);
    await world.time.advance(60_000);
    expect(world.hub.storedIds('acme')).toEqual([]);
    world.hub.down = false;
    await world.time.advance(60_000);
    expect(world.hub.storedIds('acme')).toEqual(ids);
    expect(liveLink.status).toBe('Connected');
    over.abort();
    await running;
    await world.expectBalanced();
  });
});

const BEAT: Heartbeat = {
  version: '1.2.3',
  processId: 1,
  startedAtMs: 0,
  atMs: 0,
  connection: 'Connected',
  progressAtMs: 0,
};

describe('a summons', () => {
  const summons = (version = '1.2.3') => {
    const post = new MemoryBackgroundPost();
    const starter = new MemoryBackgroundStarter();
    const time = new ControlledTime(1000);
    return {
      post,
      starter,
      run: () =>
        new Summons({ backgroundPost: post, backgroundStarter: starter, wallClock: time, version }).run(),
    };
  };

  it('starts a process where there is none', async () => {
    const { starter, run } = summons();
    expect(await run()).toBe('started');
    expect(starter.started).toBe(1);
  });

  it('leaves one that runs alone', async () => {
    const { post, starter, run } = summons();
    await post.occupy();
    await post.beat(BEAT);
    expect(await run()).toBe('running');
    expect(starter.started).toBe(0);
    expect(await post.askedToLeave()).toBeUndefined();
  });

  it('asks an older one to leave, and starts its successor, once', async () => {
    const { post, starter, run } = summons('2.0.0');
    await post.occupy();
    await post.beat(BEAT);
    expect(await run()).toBe('started');
    expect(await post.askedToLeave()).toBe('2.0.0');
    expect(await run()).toBe('running');
    expect(starter.started).toBe(1);
  });

  it('starts a successor for one that has said that it leaves', async () => {
    const { post, run } = summons();
    await post.occupy();
    await post.beat({ ...BEAT, left: 'idle' });
    expect(await run()).toBe('started');
    await post.beat({ ...BEAT, left: 'hub out of reach', nextTryAtMs: 2000 });
    expect(await run()).toBe('too early');
  });

  it('starts nothing before the hub may be asked again', async () => {
    const { post, starter, run } = summons();
    await post.beat({ ...BEAT, nextTryAtMs: 1001 });
    expect(await run()).toBe('too early');
    expect(starter.started).toBe(0);
    await post.beat({ ...BEAT, nextTryAtMs: 1000 });
    expect(await run()).toBe('started');
    // Written by a clock that was set back since.
    await post.beat({ ...BEAT, nextTryAtMs: 1001 + LONGEST_RETRY_AFTER_MS });
    expect(await run()).toBe('started');
  });

  it('never throws', async () => {
    const { post, run } = summons();
    post.heartbeat = () => Promise.reject(new Error('EIO'));
    expect(await run()).toBe('failed');
  });
});
