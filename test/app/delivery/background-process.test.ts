import { ControlledTime, RecordingLog } from '../../../src/adapters/memory/memory-host.js';
import {
  MemoryBackgroundPost,
  MemoryBackgroundStarter,
  MemoryDoorbell,
} from '../../../src/adapters/memory/memory-background.js';
import { BackgroundProcess } from '../../../src/app/delivery/background-process.js';
import type { BackgroundStatus } from '../../../src/app/delivery/background-sync.js';
import { addCounts, NOTHING_PASSED, type PassEnd } from '../../../src/app/delivery/pass-report.js';
import { Summons } from '../../../src/app/delivery/summons.js';
import { LONGEST_DELAY_MS, LONGEST_RETRY_AFTER_MS } from '../../../src/domain/delivery/backoff.js';
import { GIVE_UP_AFTER_MS } from '../../../src/domain/delivery/background-life.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { Heartbeat } from '../../../src/ports/delivery.js';

const LINGER_MS = 60_000;

const flushed = (atMs: number, delivered = 0, ended: PassEnd = { end: 'complete' }) => ({
  atMs,
  report: { ...NOTHING_PASSED, delivered, ended },
});

/** A process whose service says what the test wants. */
const ready = (post = new MemoryBackgroundPost(), version = '1.2.3') => {
  const time = new ControlledTime();
  const doorbell = new MemoryDoorbell();
  const done: string[] = [];
  const log = new RecordingLog();
  const said: { status: BackgroundStatus } = {
    status: { connection: 'Connected', isFlushing: false, totals: NOTHING_PASSED },
  };
  const process = new BackgroundProcess({
    backgroundPost: post,
    doorbell,
    backgroundSync: {
      start: () => void done.push('started'),
      nudge: () => void done.push('nudged'),
      stop: async () => void done.push('stopped'),
      status: () => said.status,
    },
    timer: time,
    wallClock: time,
    backgroundLog: log,
    version,
    processId: 42,
  });
  const controller = new AbortController();
  const run = (lingerMs = LINGER_MS) => process.run({ lingerMs }, controller.signal);
  const beside = () => process.runBeside(controller.signal);
  return { time, post, doorbell, done, log, said, run, beside, interrupt: () => controller.abort() };
};

describe('the background process', () => {
  it('takes its place, delivers, and leaves when there was no work for as long as it lingers', async () => {
    const { time, post, done, run } = ready();
    const running = run();
    await time.advance(LINGER_MS - 1000);
    expect(post.isOccupied()).toBe(true);
    expect(done).toEqual(['started']);
    await time.advance(2000);
    expect(await running).toBe('idle');
    expect(done).toEqual(['started', 'stopped']);
    expect(post.isOccupied()).toBe(false);
    expect(await post.heartbeat()).toMatchObject({ left: 'idle', version: '1.2.3', processId: 42 });
  });

  it('finds its place taken and does nothing', async () => {
    const first = ready();
    const running = first.run();
    await first.time.advance(0);
    const second = ready(first.post);
    expect(await second.run()).toBe('busy');
    expect(second.done).toEqual([]);
    first.interrupt();
    await running;
  });

  it('beside other work waits while another one has the place, and takes over when that one ends', async () => {
    const first = ready();
    const running = first.run();
    await first.time.advance(0);
    const second = ready(first.post);
    const staying = second.beside();
    await second.time.advance(60_000);
    expect(second.done).toEqual([]);
    first.interrupt();
    await running;
    await second.time.advance(3000);
    expect(second.done).toEqual(['started']);
    expect(first.post.isOccupied()).toBe(true);
    second.interrupt();
    await staying;
    expect(second.done).toEqual(['started', 'stopped']);
    expect(first.post.isOccupied()).toBe(false);
  });

  it('beside other work leaves for a newer program, and is not there again at once', async () => {
    const { time, post, done, beside, interrupt } = ready();
    const staying = beside();
    await time.advance(1000);
    await post.askToLeave('1.3.0');
    await time.advance(1000);
    expect(done).toEqual(['started', 'stopped']);
    const place = await post.occupy();
    await time.advance(50_000);
    place?.release();
    expect(done).toEqual(['started', 'stopped']);
    await time.advance(20_000);
    expect(done).toEqual(['started', 'stopped', 'started']);
    interrupt();
    await staying;
  });

  it('wakes the service when the bell rings, and stays for that', async () => {
    const { time, doorbell, done, run, interrupt } = ready();
    const running = run();
    await time.advance(LINGER_MS - 1000);
    doorbell.ring();
    expect(done).toEqual(['started', 'nudged']);
    await time.advance(LINGER_MS - 1000);
    expect(done).not.toContain('stopped');
    interrupt();
    expect(await running).toBe('asked to stop');
    doorbell.ring();
    expect(done).toEqual(['started', 'nudged', 'stopped']);
  });

  it('stays while something moves, and while a flush is under way', async () => {
    const { time, said, done, run } = ready();
    const running = run();
    await time.advance(LINGER_MS - 1000);
    said.status = { ...said.status, totals: { ...NOTHING_PASSED, delivered: 1 } };
    await time.advance(LINGER_MS - 1000);
    expect(done).toEqual(['started']);
    said.status = { ...said.status, isFlushing: true };
    await time.advance(LINGER_MS);
    expect(done).toEqual(['started']);
    said.status = { ...said.status, isFlushing: false };
    await time.advance(1000);
    expect(await running).toBe('idle');
  });

  it('leaves a hub that stays out of reach to the next command', async () => {
    const { time, said, run } = ready();
    const since = time.nowMs();
    said.status = {
      connection: 'Reconnecting',
      isFlushing: false,
      totals: NOTHING_PASSED,
      setBackSinceMs: since,
    };
    const running = run();
    await time.advance(GIVE_UP_AFTER_MS - 1000);
    await time.advance(2000);
    expect(await running).toBe('hub out of reach');
  });

  it('notes when the hub may be asked again, when it leaves one that is out of reach', async () => {
    const { time, post, said, run } = ready();
    said.status = {
      connection: 'Reconnecting',
      isFlushing: false,
      totals: NOTHING_PASSED,
      setBackSinceMs: time.nowMs(),
      nextTryAtMs: 1,
    };
    const running = run();
    await time.advance(GIVE_UP_AFTER_MS);
    expect(await running).toBe('hub out of reach');
    const left = await post.heartbeat();
    expect(left?.nextTryAtMs).toBe((left?.atMs ?? 0) + LONGEST_DELAY_MS);
  });

  it('says that it leaves before its last flush, so that whoever captures then starts a successor', async () => {
    const { time, post, run, done } = ready();
    const said: (string | undefined)[] = [];
    const running = run();
    done.push = (...items: string[]) => {
      if (items[0] === 'stopped') void post.heartbeat().then((beat) => said.push(beat?.left));
      return Array.prototype.push.apply(done, items);
    };
    await time.advance(LINGER_MS + 1000);
    await running;
    expect(said).toEqual(['idle']);
  });

  it('stays when the disk takes no heartbeat, and tells its log', async () => {
    const { time, post, log, run, interrupt } = ready();
    post.beat = () => Promise.reject(new SyncError('storage-failed', 'no space left'));
    const running = run();
    await time.advance(1000);
    expect(post.isOccupied()).toBe(true);
    expect(log.messages('warn')).toContain('no space left');
    interrupt();
    expect(await running).toBe('asked to stop');
  });

  it('logs when it comes and goes, what it delivered, and each trouble once', async () => {
    const { time, log, said, run, interrupt } = ready();
    const running = run();
    await time.advance(500);
    for (const delivered of [3, 0, 0]) {
      said.status = {
        ...said.status,
        totals: addCounts(said.status.totals, { ...NOTHING_PASSED, delivered }),
        last: flushed(time.nowMs(), delivered, { end: 'unavailable', reason: '503' }),
      };
      await time.advance(500);
    }
    said.status = {
      ...said.status,
      totals: addCounts(said.status.totals, { ...NOTHING_PASSED, delivered: 2 }),
      last: flushed(time.nowMs(), 2),
    };
    await time.advance(500);
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

  it('leaves for a newer version, and for no other', async () => {
    const { time, post, run } = ready();
    const running = run();
    await time.advance(0);
    await post.askToLeave('1.2.2');
    await time.advance(1000);
    expect(post.isOccupied()).toBe(true);
    await post.askToLeave('1.3.0');
    await time.advance(1000);
    expect(await running).toBe('another version takes over');
  });

  it('leaves when the state root is gone', async () => {
    const { time, post, run } = ready();
    const running = run();
    await time.advance(1000);
    post.remove();
    await time.advance(10_000);
    expect(await running).toBe('state root gone');
  });

  it('stays for good where it is meant to', async () => {
    const { time, done, run, interrupt } = ready();
    const running = run(Infinity);
    for (let hour = 0; hour < 2; hour++) await time.advance(60 * LINGER_MS);
    expect(done).toEqual(['started']);
    interrupt();
    expect(await running).toBe('asked to stop');
  });

  it('a defect gives the place back only after delivery has stopped', async () => {
    const { time, post, done, run } = ready();
    post.askedToLeave = () => Promise.reject(new TypeError('a bug'));
    const running = run();
    const failed = expect(running).rejects.toThrow('a bug');
    await time.advance(1000);
    await failed;
    expect(done).toEqual(['started', 'stopped']);
    expect(post.isOccupied()).toBe(false);
  });

  it('writes a heartbeat at least every five seconds, and at once when it has news', async () => {
    const { time, post, said, run, interrupt } = ready();
    const running = run();
    for (let beats = 0; beats < 4; beats++) {
      await time.advance(5500);
      const age = time.nowMs() - ((await post.heartbeat())?.atMs ?? 0);
      expect(age).toBeLessThanOrEqual(5500);
    }
    said.status = {
      connection: 'Reconnecting',
      isFlushing: false,
      totals: NOTHING_PASSED,
      nextTryAtMs: 7,
      last: flushed(time.nowMs(), 2, { end: 'unavailable', reason: '503' }),
    };
    await time.advance(500);
    expect(await post.heartbeat()).toMatchObject({
      connection: 'Reconnecting',
      nextTryAtMs: 7,
      lastFlush: { delivered: 2, ended: 'unavailable', reason: '503' },
    });
    interrupt();
    await running;
  });

  it('remembers since when its predecessors made no progress, until something is delivered', async () => {
    const post = new MemoryBackgroundPost();
    await post.beat({ ...BEAT, progressAtMs: 5 });
    const { time, said, run, interrupt } = ready(post);
    const running = run();
    await time.advance(500);
    expect((await post.heartbeat())?.progressAtMs).toBe(5);
    const atMs = time.nowMs();
    said.status = { ...said.status, progressAtMs: atMs };
    await time.advance(500);
    expect((await post.heartbeat())?.progressAtMs).toBe(atMs);
    interrupt();
    await running;
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
