import { Flush } from '../../../src/app/delivery/flush.js';
import { MAX_EXCEPTIONS } from '../../../src/domain/outbox/ledger.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { Outbox, Outboxes } from '../../../src/ports/outbox.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const SECOND = '660e8400-e29b-41d4-a716-446655440001';

const ready = async () => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  return { world, account };
};

/** The outboxes of the world, one of which breaks when it is passed over. */
const breaking = (world: DeliveryWorld, broken: string, error: Error): Outboxes => ({
  list: () => world.outboxes.list(),
  open: (project): Outbox => {
    const outbox = world.outboxes.open(project);
    if (project !== broken) return outbox;
    return new Proxy(outbox, {
      get: (target, key) => {
        if (key === 'pass') return () => Promise.reject(error);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  },
});

describe('a flush', () => {
  it('does nothing while nobody is signed in, and says so', async () => {
    const world = new DeliveryWorld();
    await world.capture(2);
    expect(await world.flush()).toMatchObject({ delivered: 0, ended: { end: 'signed-out' } });
  });

  it('says that credentials cannot be used, and changes nothing', async () => {
    const { world } = await ready();
    world.credentials.break('not TOML');
    expect(await world.flush()).toMatchObject({ ended: { end: 'unavailable', reason: 'not TOML' } });
  });

  it('delivers every project', async () => {
    const { world, account } = await ready();
    const first = await world.capture(2, account);
    const second = await world.capture(2, account, SECOND);
    expect(await world.flush()).toMatchObject({ delivered: 4, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual([...first, ...second]);
  });

  it.each([
    ['a storage failure', new SyncError('storage-failed', 'EIO')],
    ['an error of the operating system', Object.assign(new Error('EMFILE'), { code: 'EMFILE' })],
  ])('%s of one outbox does not stop the others', async (_name, error) => {
    const { world, account } = await ready();
    await world.capture(2, account);
    await world.capture(2, account, SECOND);
    const flush = new Flush(world.flushHost({ outboxes: breaking(world, PROJECT, error) }));
    expect(await flush.run({ isInsisted: false })).toMatchObject({
      delivered: 2,
      ended: { end: 'storage-failed', reason: error.message },
    });
    expect((await world.statusOf(SECOND)).accounting).toMatchObject({ delivered: 2 });
    await world.expectBalanced();
    expect(await world.flush()).toMatchObject({ delivered: 2, ended: { end: 'complete' } });
  });

  it('asks a restored hub about no project that is kept here', async () => {
    const { world, account } = await ready();
    await world.capture(1, account);
    await world.registry.setPreference(PROJECT, 'off');
    const asked: string[] = [];
    let history = 'first';
    const hubReceipts = {
      historyOf: async () => history,
      idsAtHub: async (_: unknown, project: string) => new Set([String(asked.push(project))]),
    };
    const flush = new Flush(world.flushHost({ hubReceipts }));
    await flush.run({ isInsisted: false });
    history = 'second';
    await flush.run({ isInsisted: false });
    expect(asked).toEqual([]);
    await world.registry.setPreference(PROJECT, 'on');
    await flush.run({ isInsisted: false });
    history = 'third';
    await flush.run({ isInsisted: false });
    expect(asked).toEqual([PROJECT]);
  });

  it('a defect is not hidden', async () => {
    const { world, account } = await ready();
    await world.capture(1, account);
    const flush = new Flush(world.flushHost({ outboxes: breaking(world, PROJECT, new TypeError('a bug')) }));
    await expect(flush.run({ isInsisted: false })).rejects.toThrow('a bug');
  });

  it('an outage at the first project is not asked for again at the second', async () => {
    const { world, account } = await ready();
    await world.capture(1, account);
    await world.capture(1, account, SECOND);
    world.hub.batchFaults.next('lost-before');
    expect(await world.flush()).toMatchObject({ delivered: 0, ended: { end: 'unavailable' } });
    expect(await world.flush()).toMatchObject({ delivered: 2 });
  });

  it('a project of which nothing moves does not keep the others', async () => {
    const { world, account } = await ready();
    const silent = new Set(await world.capture(1, account));
    await world.capture(1, account, SECOND);
    world.hub.judge = (event) => (silent.has(String(event['event_id'])) ? { status: 'pending' } : undefined);
    expect(await world.flush()).toMatchObject({ delivered: 1, ended: { end: 'nothing-moved' } });
  });
});

describe('an interruption', () => {
  it('ends the pass after the batch that is under way; what it answered counts', async () => {
    const { world, account } = await ready();
    await world.capture(2500, account);
    const interruption = new AbortController();
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      const outcome = await send(request, signal);
      interruption.abort();
      return outcome;
    };
    expect(await world.flush(false, interruption.signal)).toMatchObject({
      delivered: 1000,
      ended: { end: 'interrupted' },
    });
    expect((await world.status()).accounting).toMatchObject({ delivered: 1000, pending: 1500 });
  });

  it('of a request on its way is no outage', async () => {
    const { world, account } = await ready();
    await world.capture(1, account);
    const interruption = new AbortController();
    world.batches.send = () => {
      interruption.abort();
      return Promise.resolve({ outcome: 'unavailable', reason: 'interrupted' });
    };
    expect(await world.flush(false, interruption.signal)).toMatchObject({ ended: { end: 'interrupted' } });
  });
});

describe('scenario 16: two passes at once', () => {
  it('one sends, the other finds the outbox busy; nothing is sent twice and capture waits for neither', async () => {
    const { world, account } = await ready();
    await world.capture(3, account);
    let late: Promise<unknown> | undefined;
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      late ??= world.capture(1, account);
      await late;
      return send(request, signal);
    };
    const flush = new Flush(world.flushHost());
    const reports = await Promise.all([flush.run({ isInsisted: false }), flush.run({ isInsisted: false })]);
    await world.expectBalanced();
    expect(reports.map(({ ended }) => ended.end).sort()).toEqual(['busy', 'complete']);
    expect(reports.map(({ delivered, duplicate }) => delivered + duplicate).sort()).toEqual([0, 3]);
    expect(await world.flush()).toMatchObject({ delivered: 1, duplicate: 0 });
  });

  it('who insists waits for the sender, and delivers what came after it', async () => {
    const { world, account } = await ready();
    await world.capture(2, account);
    const send = world.batches.send.bind(world.batches);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    world.batches.send = async (request, signal) => {
      await held;
      return send(request, signal);
    };
    const flush = new Flush(world.flushHost());
    const sending = flush.run({ isInsisted: false });
    const insisting = flush.run({ isInsisted: true });
    await world.time.advance(1000);
    await world.capture(1, account);
    letGo();
    expect(await sending).toMatchObject({ delivered: 2, ended: { end: 'complete' } });
    await world.time.advance(1000);
    expect(await insisting).toMatchObject({ delivered: 1, ended: { end: 'complete' } });
    await world.expectBalanced();
  });
});

describe('a ledger with as many exceptions as it may hold', () => {
  const reject = { status: 'rejected' };

  it('stops sending further events and says so', async () => {
    const { world, account } = await ready();
    await world.capture(MAX_EXCEPTIONS + 1500, account);
    world.hub.judge = () => reject;
    expect(await world.flush()).toMatchObject({
      rejected: MAX_EXCEPTIONS,
      ended: { end: 'too-many-exceptions' },
    });
    expect((await world.status()).accounting).toMatchObject({ pending: MAX_EXCEPTIONS + 1500 });
  });

  it('still tries those that it has, so that it can empty again', async () => {
    const { world, account } = await ready();
    await world.capture(MAX_EXCEPTIONS + 10, account);
    world.hub.judge = () => reject;
    await world.flush();
    world.hub.judge = () => undefined;
    expect(await world.flush(true)).toMatchObject({ delivered: MAX_EXCEPTIONS, ended: { end: 'complete' } });
    expect(await world.flush(true)).toMatchObject({ delivered: 10, ended: { end: 'complete' } });
  });

  it('does not stop the other projects', async () => {
    const { world, account } = await ready();
    await world.capture(MAX_EXCEPTIONS, account);
    world.hub.judge = () => reject;
    await world.flush();
    const second = await world.capture(1, account, SECOND);
    world.hub.judge = (event) => (event['event_id'] === second[0] ? undefined : reject);
    expect(await world.flush()).toMatchObject({ delivered: 1, ended: { end: 'too-many-exceptions' } });
  });
});
