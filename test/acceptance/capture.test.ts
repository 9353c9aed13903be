import { settle, openLedger, waitingCount } from '../../src/domain/outbox/ledger.js';
import type { JournalRecord, Outbox } from '../../src/ports/outbox.js';
import { collect, fact, facts, PROJECT } from '../support/facts.js';
import { outboxesOf } from '../support/outboxes.js';
import { scratchDirectory } from '../support/scratch-directory.js';
import { startWorker, type Worker } from '../support/worker.js';

const root = scratchDirectory();
const ROOM = { maxWaiting: 1_000_000 };

/** A process that captures `count` times `batch` events; a count of 0 never ends. */
const startCapturing = (count: number, batch = 1): Worker =>
  startWorker('capture-worker.mjs', [root.path, PROJECT, String(count), String(batch)]);

const open = (): Outbox => outboxesOf(root.path, { segmentRecords: 100 }).open(PROJECT);

/** Ids of the captures that the process acknowledged; its last line may be one that the kill cut off. */
const acknowledged = ({ lines }: Worker): readonly string[] =>
  lines.flatMap((line) => /^(?:captured|waiting) ([0-9A-Z]{26})$/.exec(line)?.[1] ?? []);

const clockOf = ({ json }: JournalRecord): number =>
  (JSON.parse(json ?? '{}') as { lamport_clock: number }).lamport_clock;

/** Numbers without a gap, events never twice and none torn, clocks strictly rising. */
const expectInOrder = (records: readonly JournalRecord[]): void => {
  expect(records.map(({ record }) => record)).toEqual(records.map((_, index) => index + 1));
  expect(records.filter(({ invalid }) => invalid !== undefined)).toEqual([]);
  expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(records.length);
  const clocks = records.map(clockOf);
  expect(clocks.every((clock, index) => index === 0 || clock > (clocks[index - 1] ?? 0))).toBe(true);
};

const idsOf = (records: readonly JournalRecord[]): ReadonlySet<string> =>
  new Set(records.map(({ eventId }) => eventId));

describe('processes that capture', () => {
  it('scenario 1: an acknowledged event is there after its process was killed', async () => {
    const worker = startCapturing(0);
    await worker.said(2);
    worker.kill();
    await worker.ended;
    const stored = await collect(open().records());
    expectInOrder(stored);
    expect(acknowledged(worker).length).toBeGreaterThan(0);
    for (const id of acknowledged(worker)) expect(idsOf(stored)).toContain(id);
  });

  it('scenario 2: 8 processes capture 200 events each, none twice, none torn, in one journal with rising clocks', async () => {
    const workers = Array.from({ length: 8 }, () => startCapturing(200));
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual(workers.map(() => 0));
    // A fact that had to wait for the lock is sealed by the next pass.
    expect(await open().pass(async () => undefined)).toMatchObject({ ran: true });
    const records = await collect(open().records());
    expectInOrder(records);
    expect(idsOf(records)).toEqual(new Set(workers.flatMap(acknowledged)));
    expect(records).toHaveLength(1600);
  }, 120_000);

  it('scenario 3: nothing acknowledged is lost or doubled when processes are killed at any moment, 30 times', async () => {
    const promised: string[] = [];
    for (let round = 0; round < 30; round++) {
      const workers = [startCapturing(0, 1 + (round % 3)), startCapturing(0)];
      // The moment of the kill wanders through the steps of a capture with what the processes happen to have said.
      await Promise.all(workers.map((worker) => worker.said(2 + ((round * 7) % 40))));
      for (const worker of workers) worker.kill();
      await Promise.all(workers.map(({ ended }) => ended));
      promised.push(...workers.flatMap(acknowledged));
      const [next] = await open().capture([fact(round + 1)], ROOM);
      expect(next?.outcome).toBe('captured');
    }
    const stored = await collect(open().records());
    expectInOrder(stored);
    const ids = idsOf(stored);
    expect(promised.filter((id) => !ids.has(id))).toEqual([]);
    expect(promised.length).toBeGreaterThan(60);
    const { beside, last, ledgers } = await open().reading();
    expect({ last, ledgers }).toEqual({ last: stored.length, ledgers: [] });
    expect(beside).toMatchObject({ refused: 0, waitingForLock: 0 });
  }, 180_000);

  it('scenario 3: every record is counted once when senders are killed at any moment, 15 times', async () => {
    let promised = 0;
    for (let round = 0; round < 15; round++) {
      const workers = [startWorker('settle-worker.mjs', [root.path, PROJECT]), startCapturing(0)];
      await Promise.all(workers.map((worker) => worker.said(2 + ((round * 5) % 13))));
      for (const worker of workers) worker.kill();
      await Promise.all(workers.map(({ ended }) => ended));
      promised = Math.max(
        promised,
        ...(workers[0]?.lines ?? []).flatMap((line) => /^delivered (\d+)$/.exec(line)?.[1] ?? []).map(Number),
      );
      const { ledgers, first, last } = await open().reading();
      const ledger = ledgers[0] ?? openLedger('hub', 'acme', 1, 0);
      const dead = ledger.exceptions.filter(({ state }) => state === 'dead').length;
      expect(ledger.totals.delivered).toBeGreaterThanOrEqual(promised);
      expect(ledger.totals.delivered + dead + waitingCount(ledger, last)).toBe(last - first + 1);
      expect(await collect(open().records())).toHaveLength(last - first + 1);
    }
    expect(promised).toBeGreaterThan(0);
  }, 180_000);

  it('scenario 9: an event beyond the limit is refused aloud and counted, until events were settled', async () => {
    expect(await startCapturing(5).ended).toBe(0);
    const full = { maxWaiting: 5 };
    expect(await open().hasRoomFor(1, full)).toBe(false);
    expect(await open().capture([fact(1)], full)).toMatchObject([
      { outcome: 'refused', reason: 'outbox-full' },
    ]);
    await open().pass(async (sender) => {
      const [first] = await collect(sender.records(1));
      await sender.settle(() => [
        settle(openLedger('hub', 'acme', 1, 0), [
          { record: 1, eventId: first?.eventId ?? '', became: 'delivered' },
        ]),
      ]);
    });
    const outcomes = await open().capture(facts(2, 2), full);
    expect(outcomes).toMatchObject([{ outcome: 'captured', waiting: 5 }, { outcome: 'refused' }]);
    expect((await open().reading()).beside.refused).toBe(2);
  });
});
