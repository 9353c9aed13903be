import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle, openLedger } from '../../../src/domain/outbox/ledger.js';
import { highestCapturedClock } from '../../../src/adapters/outbox/lowdb-outbox.js';
import { outboxPaths, segmentName } from '../../../src/adapters/outbox/outbox-paths.js';
import { collect, fact, facts, PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();
const ROOM = { maxWaiting: 10_000 };

describe('the outboxes of a state root', () => {
  it('are those in which something was captured', async () => {
    const outboxes = outboxesOf(root.path);
    expect(await outboxes.list()).toEqual([]);
    const [named, unnamed] = [outboxes.open(PROJECT), outboxes.open(undefined)];
    expect(await outboxes.list()).toEqual([]);
    await named.capture([fact(1)], ROOM);
    await unnamed.capture([fact(2)], ROOM);
    mkdirSync(join(root.path, 'outbox', 'something else'));
    expect(await outboxes.list()).toHaveLength(2);
    expect(new Set(await outboxes.list())).toEqual(new Set([PROJECT, undefined]));
    expect(unnamed.project).toBeUndefined();
  });

  it('are opened for project uuids only', () => {
    expect(() => outboxesOf(root.path).open('../elsewhere')).toThrow('not a project uuid');
  });

  it('share one clock', async () => {
    const outboxes = outboxesOf(root.path);
    await outboxes.open(PROJECT).capture(facts(1, 2), ROOM);
    const [captured] = await outboxes.open(undefined).capture([fact(3)], ROOM);
    expect(captured).toMatchObject({ record: 1, event: { lamport_clock: 3 } });
    expect(highestCapturedClock(root.path)).toBe(3);
  });

  it('scenario 1: rebuild the clock above a record that lost nothing but its newline', async () => {
    await outboxesOf(root.path).open(PROJECT).capture(facts(1, 3), ROOM);
    const { current } = outboxPaths(root.path, PROJECT);
    truncateSync(current, statSync(current).size - 1);
    // The clock's file is not synced: after a power cut it may be the one of two captures ago.
    const clock = join(root.path, 'clock.json');
    writeFileSync(clock, readFileSync(clock, 'utf8').replace('"value":3', '"value":1'));
    const [next] = await outboxesOf(root.path, { bootId: 'boot-2' })
      .open(PROJECT)
      .capture([fact(4)], ROOM);
    expect(next).toMatchObject({ outcome: 'captured', record: 4, event: { lamport_clock: 4 } });
  });

  it('cannot be listed when their directory is none', async () => {
    writeFileSync(join(root.path, 'outbox'), '');
    await expect(outboxesOf(root.path).list()).rejects.toMatchObject({ kind: 'storage-failed' });
    expect(() => highestCapturedClock(root.path)).toThrow('ENOTDIR');
  });

  it.each([undefined, '', '[]', '"x"', '{"value":-3}', '{"value":0.5}', '{"value":1000000000000000}'])(
    'scenario 6: give Lamport timestamps above everything captured when the clock file holds %j',
    async (content) => {
      await outboxesOf(root.path).open(undefined).capture(facts(1, 3), ROOM);
      await outboxesOf(root.path).open(PROJECT).capture(facts(4, 2), ROOM);
      const path = join(root.path, 'clock.json');
      if (content === undefined) rmSync(path);
      else writeFileSync(path, content);
      const [captured] = await outboxesOf(root.path)
        .open(undefined)
        .capture([fact(6)], ROOM);
      expect(captured).toMatchObject({ event: { lamport_clock: 6 } });
    },
  );

  it('scenario 6: do not trust a clock that may be older than what was captured before the last start', async () => {
    await outboxesOf(root.path).open(PROJECT).capture(facts(1, 1), ROOM);
    const path = join(root.path, 'clock.json');
    const early = readFileSync(path);
    await outboxesOf(root.path).open(PROJECT).capture(facts(2, 4), ROOM);
    writeFileSync(path, early);
    const [captured] = await outboxesOf(root.path, { bootId: 'boot-2' })
      .open(PROJECT)
      .capture([fact(6)], ROOM);
    expect(captured).toMatchObject({ event: { lamport_clock: 6 } });
  });
});

describe('an outbox of many segments', () => {
  const open = () => outboxesOf(root.path, { segmentRecords: 10 }).open(PROJECT);
  const paths = () => outboxPaths(root.path, PROJECT);

  it('keeps a capture of many events in one segment', async () => {
    await open().capture(facts(1, 25), ROOM);
    await open().capture(facts(26, 1), ROOM);
    expect(readdirSync(paths().segments)).toEqual([segmentName(1)]);
    expect(await collect(open().records(24))).toMatchObject([24, 25, 26].map((record) => ({ record })));
  });

  it('gives up its sealed segments, oldest first, until one has to stay or is too young', async () => {
    for (const one of facts(1, 45)) await open().capture([one], ROOM);
    const shown: number[] = [];
    const reclaim = (mayGo: boolean, writtenBeforeMs: number) =>
      open().pass((sender) =>
        sender.reclaim(async (segment) => {
          shown.push(segment[0]?.record ?? 0);
          return mayGo || (segment[0]?.record ?? 0) < 21;
        }, writtenBeforeMs),
      );
    expect(await reclaim(true, 0)).toEqual({ ran: true, value: 0 });
    expect(await reclaim(false, Infinity)).toEqual({ ran: true, value: 20 });
    expect(shown).toEqual([1, 11, 21]);
    expect(await open().reading()).toMatchObject({ first: 21, last: 45 });
    expect((await collect(open().records()))[0]?.record).toBe(21);
  });

  it('changes no count when settled segments go', async () => {
    for (const one of facts(1, 25)) await open().capture([one], ROOM);
    await open().pass(async (sender) => {
      await sender.settle(() => [
        settle(
          openLedger('hub', 'acme', 1, 0),
          facts(1, 20).map((one, index) => ({
            record: index + 1,
            eventId: one.event.event_id,
            became: 'delivered' as const,
          })),
        ),
      ]);
      const before = (await sender.reading()).ledgers;
      expect(await sender.reclaim(async () => true, Infinity)).toBe(20);
      expect((await sender.reading()).ledgers).toEqual(before);
    });
    expect(await open().capture([fact(26)], { maxWaiting: 6 })).toMatchObject([{ record: 26, waiting: 6 }]);
  });

  it('scenario 9: is captured into at the same cost, however much is stored', async () => {
    const outbox = outboxesOf(root.path).open(PROJECT);
    const costOf = async (n: number): Promise<number> => {
      const before = bytesRead();
      await outbox.capture([fact(n)], ROOM);
      return bytesRead() - before;
    };
    await outbox.capture(facts(1, 20), ROOM);
    const few = await costOf(21);
    for (let n = 100; n < 4000; n += 300) await outbox.capture(facts(n, 300), ROOM);
    const many = await costOf(5000);
    expect(many).toBeLessThan(few + 16 * 1024);
  });
});

/** Bytes that this process has read so far, where the kernel counts them. */
const bytesRead = (): number => {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return 0;
  }
};
