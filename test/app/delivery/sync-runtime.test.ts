import { SyncRuntime } from '../../../src/app/delivery/sync-runtime.js';

const DELIVERABLE = { autoStart: true, isDeliverable: true };

/** A runtime that notes how often it starts delivery, which goes on until it is over. */
const runtime = (fails = false) => {
  const done: string[] = [];
  const sync = new SyncRuntime(async (over) => {
    done.push('started');
    if (fails) throw new Error('no transport');
    if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve));
    done.push('over');
  });
  return { sync, done };
};

describe('the sync runtime', () => {
  it('starts nothing before the first emission, and one delivery for all of them', async () => {
    const { sync, done } = runtime();
    expect(done).toEqual([]);
    sync.emitted(DELIVERABLE);
    sync.emitted(DELIVERABLE);
    expect(done).toEqual(['started']);
    await sync.stop();
    expect(done).toEqual(['started', 'over']);
  });

  it('a start that fails disturbs neither the emission nor the end', async () => {
    const { sync, done } = runtime(true);
    sync.emitted(DELIVERABLE);
    await sync.stop();
    expect(done).toEqual(['started']);
  });

  it.each([
    ['nothing could be delivered', { ...DELIVERABLE, isDeliverable: false }],
    ['the project does not let it', { ...DELIVERABLE, autoStart: false }],
  ])('starts nothing where %s', async (_, situation) => {
    const { sync, done } = runtime();
    sync.emitted(situation);
    await sync.stop();
    expect(done).toEqual([]);
  });

  it('stops without a start, and twice', async () => {
    const { sync, done } = runtime();
    await sync.stop();
    await sync.stop();
    expect(done).toEqual([]);
  });
});
