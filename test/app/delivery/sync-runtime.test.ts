import { NOTHING_PASSED } from '../../../src/app/delivery/pass-report.js';
import { SyncRuntime } from '../../../src/app/delivery/sync-runtime.js';

/** A runtime that notes what it does with its service. */
const runtime = (isLongLived: boolean, mayStart = true) => {
  const done: string[] = [];
  const broken: Error[] = [];
  const sync = new SyncRuntime(
    {
      mayStart,
      summon: async () => {
        done.push('summoned');
        const error = broken.shift();
        if (error !== undefined) throw error;
      },
      service: async () => {
        const error = broken.shift();
        if (error !== undefined) throw error;
        done.push('made');
        return {
          start: () => void done.push('started'),
          nudge: () => void done.push('nudged'),
          stop: async () => void done.push('stopped'),
          status: () => ({ connection: 'Connected' as const, isFlushing: false, totals: NOTHING_PASSED }),
        };
      },
    },
    isLongLived,
  );
  return { sync, done, broken };
};

const DELIVERABLE = { autoStart: true, isDeliverable: true };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the sync runtime', () => {
  it('makes nothing before the first emission, and one service for all of them', async () => {
    const { sync, done } = runtime(true);
    expect(done).toEqual([]);
    expect(await sync.status()).toBeUndefined();
    sync.emitted(DELIVERABLE);
    sync.emitted(DELIVERABLE);
    await turn();
    expect(done).toEqual(['made', 'started', 'nudged', 'nudged']);
    expect(await sync.status()).toEqual({
      connection: 'Connected',
      isFlushing: false,
      totals: NOTHING_PASSED,
    });
  });

  it('sees to it once that the background process runs, for a short-lived process that emits', async () => {
    const { sync, done } = runtime(false);
    sync.emitted(DELIVERABLE);
    sync.emitted(DELIVERABLE);
    await sync.stop();
    expect(done).toEqual(['summoned']);
  });

  it('a summons that fails disturbs neither the emission nor the end', async () => {
    const { sync, done, broken } = runtime(false);
    broken.push(new Error('no process'));
    sync.emitted(DELIVERABLE);
    await sync.stop();
    expect(done).toEqual(['summoned']);
  });

  it('summons nobody where nothing could be delivered, or the user turned it off', async () => {
    const idle = runtime(false);
    idle.sync.emitted({ ...DELIVERABLE, isDeliverable: false });
    const off = runtime(false, false);
    off.sync.emitted(DELIVERABLE);
    await turn();
    expect([...idle.done, ...off.done]).toEqual([]);
  });

  it('never starts in a short-lived process, nor for a project that does not let it', async () => {
    const short = runtime(false);
    short.sync.emitted({ ...DELIVERABLE, autoStart: false });
    const long = runtime(true);
    long.sync.emitted({ ...DELIVERABLE, autoStart: false });
    await turn();
    expect([...short.done, ...long.done]).toEqual([]);
  });

  it('starts nothing where the user turned it off', async () => {
    const { sync, done } = runtime(true, false);
    sync.emitted(DELIVERABLE);
    await sync.start();
    await sync.stop();
    expect(done).toEqual([]);
  });

  it('starts for a host that asks, once', async () => {
    const { sync, done } = runtime(true);
    await sync.start();
    await sync.start();
    expect(done).toEqual(['made', 'started']);
  });

  it('stops without a start, twice, and can start again', async () => {
    const { sync, done } = runtime(true);
    await sync.stop();
    await sync.start();
    await sync.stop();
    await sync.stop();
    expect(done).toEqual(['made', 'started', 'stopped']);
    sync.emitted(DELIVERABLE);
    await turn();
    expect(done.slice(3)).toEqual(['made', 'started', 'nudged']);
  });

  it('a start that fails does not disturb an emission, and the next one tries again', async () => {
    const { sync, done, broken } = runtime(true);
    broken.push(new Error('no transport'));
    sync.emitted(DELIVERABLE);
    await turn();
    expect(done).toEqual([]);
    sync.emitted(DELIVERABLE);
    await turn();
    expect(done).toEqual(['made', 'started', 'nudged']);
  });

  it('a start that fails is told to a host that asked for it, and stopping is still clean', async () => {
    const { sync, broken } = runtime(true);
    broken.push(new Error('no transport'));
    await expect(sync.start()).rejects.toThrow('no transport');
    await sync.stop();
    expect(await sync.status()).toBeUndefined();
  });

  it('a start that fails while it is being stopped is nobody’s failure', async () => {
    const { sync, broken } = runtime(true);
    broken.push(new Error('no transport'));
    sync.emitted(DELIVERABLE);
    await sync.stop();
  });
});
