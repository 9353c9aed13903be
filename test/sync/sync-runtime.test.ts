import { SyncRuntime } from '../../src/app/sync/sync-runtime.js';

/** A runtime that notes what it does with its service. */
const runtime = (isLongLived: boolean, mayStart = true) => {
  const done: string[] = [];
  const broken: Error[] = [];
  const sync = new SyncRuntime(
    {
      mayStart,
      service: async () => {
        const error = broken.shift();
        if (error !== undefined) throw error;
        done.push('made');
        return {
          start: () => void done.push('started'),
          nudge: () => void done.push('nudged'),
          stop: async () => void done.push('stopped'),
          status: () => ({ connection: 'Connected' as const }),
        };
      },
    },
    isLongLived,
  );
  return { sync, done, broken };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the sync runtime', () => {
  it('makes nothing before the first emission, and one service for all of them', async () => {
    const { sync, done } = runtime(true);
    expect(done).toEqual([]);
    expect(await sync.status()).toBeUndefined();
    sync.emitted(true);
    sync.emitted(true);
    await turn();
    expect(done).toEqual(['made', 'started', 'nudged', 'nudged']);
    expect(await sync.status()).toEqual({ connection: 'Connected' });
  });

  it('never starts in a short-lived process, nor for a project that does not let it', async () => {
    const short = runtime(false);
    short.sync.emitted(true);
    const long = runtime(true);
    long.sync.emitted(false);
    await turn();
    expect([...short.done, ...long.done]).toEqual([]);
  });

  it('starts nothing where the user turned it off', async () => {
    const { sync, done } = runtime(true, false);
    sync.emitted(true);
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
    sync.emitted(true);
    await turn();
    expect(done.slice(3)).toEqual(['made', 'started', 'nudged']);
  });

  it('a start that fails does not disturb an emission, and the next one tries again', async () => {
    const { sync, done, broken } = runtime(true);
    broken.push(new Error('no transport'));
    sync.emitted(true);
    await turn();
    expect(done).toEqual([]);
    sync.emitted(true);
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
    sync.emitted(true);
    await sync.stop();
  });
});
