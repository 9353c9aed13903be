import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type Settlement, settle, isAnswered, openLedger } from '../../../src/domain/outbox/ledger.js';
import { outboxPaths, type OutboxPaths } from '../../../src/adapters/outbox/outbox-paths.js';
import type { Outbox } from '../../../src/ports/outbox.js';
import { collect, eventId, fact, facts, PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();
const ROOM = { maxWaiting: 1000 };
let paths: OutboxPaths;

beforeEach(() => {
  paths = outboxPaths(root.path, PROJECT);
});

const open = (): Outbox => outboxesOf(root.path).open(PROJECT);

const settleAll = (became: 'delivered' | 'dead', ...records: readonly number[]): Promise<unknown> =>
  open().pass((sender) =>
    sender.settle(([ledger = openLedger('hub', 'acme', 1, 0)]) => [
      settle(
        ledger,
        records.map((record): Settlement => ({
          record,
          eventId: eventId(record),
          became,
          attempts: 5,
          reason: '',
        })),
      ),
    ]),
  );

const numbers = async (): Promise<number[]> =>
  (await collect(open().records())).map(({ record, json }) => (json === undefined ? -record : record));

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
};

/** Puts the outbox back as it was when three events were captured and settled, with this as its open segment. */
const threeSettled = async (): Promise<(current: Buffer) => void> => {
  await open().capture(facts(1, 3), ROOM);
  await settleAll('delivered', 1, 2, 3);
  const [current, clock] = [readFileSync(paths.current), readFileSync(`${root.path}/clock.json`)];
  const [ledger, settled] = [readFileSync(paths.ledger), readFileSync(paths.settled)];
  expect(current.length).toBeGreaterThan(0);
  return (damaged) => {
    rmSync(paths.segments, { recursive: true, force: true });
    rmSync(paths.torn, { force: true });
    writeFileSync(paths.current, damaged);
    writeFileSync(`${root.path}/clock.json`, clock);
    writeFileSync(paths.ledger, ledger);
    writeFileSync(paths.settled, settled);
  };
};

/** What must hold whatever happened to the open segment before this. */
const expectToGoOn = async (): Promise<void> => {
  const [captured] = await open().capture([fact(4)], ROOM);
  if (captured?.outcome !== 'captured') throw new Error(`not captured: ${JSON.stringify(captured)}`);
  expect(captured.event.lamport_clock).toBe(4);
  const records = await collect(open().records());
  expect(records.at(-1)).toMatchObject({ record: captured.record, json: JSON.stringify(captured.event) });
  expect(records.map(({ record }) => record)).toEqual(
    records.map((_, index) => captured.record - records.length + 1 + index),
  );
  for (const { json, eventId: id } of records) if (json !== undefined) expect(json).toContain(id);
  const { ledgers, last } = await open().reading();
  expect(last).toBe(captured.record);
  expect(await open().nextRecord()).toBe(last + 1);
  // A fresh event under the number of a settled one would never be sent.
  for (const ledger of ledgers) expect(isAnswered(ledger, captured.record)).toBe(false);
};

describe('an outbox whose open segment was damaged', () => {
  it('scenario 4: goes on wherever it was cut off, and takes no fresh event for a settled one', async () => {
    const restore = await threeSettled();
    const whole = readFileSync(paths.current);
    const [header, , , last] = whole.toString().split('\n');
    for (let length = 0; length < whole.length; length++) {
      // Each point of the header and of the last record; between them the scan's own test looks at every one.
      const isMiddle = length > (header?.length ?? 0) + 2 && length < whole.length - (last?.length ?? 0) - 3;
      if (isMiddle && length % 11 !== 0) continue;
      restore(whole.subarray(0, length));
      await expectToGoOn();
    }
  }, 120_000);

  it('scenario 4: goes on after any flipped bit, and takes no fresh event for a settled one', async () => {
    const restore = await threeSettled();
    const whole = readFileSync(paths.current);
    // The scan's own test flips every bit; this one looks at a whole outbox, for bits all over its segment.
    for (let at = 0; at < whole.length; at += at < 130 ? 1 : 5) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      restore(flipped);
      await expectToGoOn();
    }
  }, 120_000);

  it('counts a torn tail beside the records', async () => {
    await open().capture(facts(1, 2), ROOM);
    truncateSync(paths.current, readFileSync(paths.current).length - 9);
    await open().capture([fact(3)], ROOM);
    expect((await open().reading()).beside.tornTails).toBe(1);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('keeps counting what was delivered of the records that are gone', async () => {
    await open().capture(facts(1, 3), ROOM);
    await settleAll('delivered', 1, 3);
    const [header, first] = readFileSync(paths.current, 'utf8').split('\n');
    writeFileSync(paths.current, `${header}\n${first}\n`);
    expect(await open().reading()).toMatchObject({ last: 3, ledgers: [{ totals: { delivered: 2 } }] });
    const seen = await open().pass((sender) => collect(sender.records(2)));
    expect(seen).toMatchObject({ value: [{ record: 2, invalid: 'the record is damaged' }, { record: 3 }] });
    expect(await open().capture([fact(4)], ROOM)).toMatchObject([{ record: 4, waiting: 2 }]);
    expect(await numbers()).toEqual([1, -2, -3, 4]);
  });

  it('gives no number twice when the open segment was deleted', async () => {
    const outbox = outboxesOf(root.path, { segmentRecords: 2 }).open(PROJECT);
    for (const one of facts(1, 4)) await outbox.capture([one], ROOM);
    await settleAll('delivered', 1, 2, 3, 4);
    rmSync(paths.current);
    expect(await outbox.nextRecord()).toBe(5);
    expect(await outbox.hasRoomFor(1000, ROOM)).toBe(true);
    expect(await outbox.capture([fact(5)], ROOM)).toMatchObject([{ record: 5 }]);
    expect(await numbers()).toEqual([1, 2, -3, -4, 5]);
  });

  it('still refuses beyond the limit when its end cannot be read', async () => {
    await open().capture(facts(1, 3), ROOM);
    const whole = readFileSync(paths.current);
    writeFileSync(paths.current, Buffer.concat([whole, Buffer.from('x\n')]));
    expect(await open().hasRoomFor(1, { maxWaiting: 4 })).toBe(false);
    expect(await open().nextRecord()).toBe(5);
    expect(await open().capture([fact(5)], { maxWaiting: 4 })).toMatchObject([{ outcome: 'refused' }]);
  });
});

describe('an outbox whose ledger was damaged', () => {
  it.each(['', 'damage', '{}'])(
    'counts it as lost when it holds %j: everything is due again',
    async (content) => {
      await open().capture(facts(1, 2), ROOM);
      await settleAll('delivered', 1, 2);
      writeFileSync(paths.ledger, content);
      expect((await open().reading()).ledgers).toEqual([]);
      expect(await open().capture([fact(3)], ROOM)).toMatchObject([{ outcome: 'captured', record: 3 }]);
    },
  );

  it('does not take the ledger of another journal for its own', async () => {
    await open().capture(facts(1, 2), ROOM);
    await settleAll('delivered', 1, 2);
    rmSync(paths.current);
    await open().capture(facts(3, 1), { maxWaiting: 1 });
    expect(await open().reading()).toMatchObject({ ledgers: [], first: 1, last: 1 });
    expect(await open().capture(facts(4, 1), { maxWaiting: 1 })).toMatchObject([{ outcome: 'refused' }]);
  });

  it.each(['', 'damage'])(
    'counts from the ledger before it refuses when the mark holds %j',
    async (content) => {
      await open().capture(facts(1, 3), ROOM);
      await settleAll('delivered', 1, 2);
      writeFileSync(paths.settled, content);
      expect(await open().hasRoomFor(1, { maxWaiting: 2 })).toBe(true);
      const outcomes = await open().capture(facts(4, 2), { maxWaiting: 2 });
      expect(outcomes).toMatchObject([{ outcome: 'captured', waiting: 2 }, { outcome: 'refused' }]);
    },
  );

  it('is not disturbed by the temporary file of a killed sender', async () => {
    await open().capture(facts(1, 1), ROOM);
    writeFileSync(`${paths.directory}/.ledger.json.1.x.0.tmp`, '{"sum":');
    await settleAll('delivered', 1);
    expect((await open().reading()).ledgers).toMatchObject([{ through: 1 }]);
  });
});

describe('an outbox whose decisions were damaged', () => {
  const discard = (record: number) => ({ decision: 'discard', record, hub: 'hub', team: 'acme' }) as const;

  it('scenario 20: takes those of a journal whose beginning was damaged for unreadable, not for none', async () => {
    await open().capture(facts(1, 2), ROOM);
    const range = { from: 1, through: 2 };
    await open().decide([{ decision: 'claim', range, hub: 'hub-a', team: 'acme' }]);
    flip(paths.current, 30);
    await open().capture(facts(3, 1), ROOM);
    const { decisions, decisionsUnreadable } = await open().reading();
    expect(decisions).toEqual([{ decision: 'unreadable' }]);
    expect(decisionsUnreadable).toBeDefined();
  });

  it('says so, and still heeds those that are made later', async () => {
    await open().capture(facts(1, 3), ROOM);
    await settleAll('dead', 1, 2, 3);
    for (const record of [1, 2]) await open().decide([discard(record)]);
    await settleAll('delivered');
    flip(paths.decisions, 40);
    await open().decide([discard(3)]);
    const { decisions, decisionsUnreadable, ledgers } = await open().reading();
    expect(decisions).toEqual([{ decision: 'unreadable' }, discard(2), discard(3)]);
    expect(decisionsUnreadable).toBe(`1 lines of ${paths.decisions} cannot be used`);
    expect(ledgers).toMatchObject([{ totals: { discarded: 3 }, exceptions: [], decided: 3 }]);
  });

  it.each([2, 1])('loses none of them to a damaged newline, %d lines from the end', async (fromEnd) => {
    await open().capture(facts(1, 3), ROOM);
    await open().decide([discard(1), discard(2)]);
    const { length } = readFileSync(paths.decisions);
    flip(paths.decisions, fromEnd === 1 ? length - 1 : length / 2 - 1);
    expect((await open().reading()).decisions).toEqual([discard(1), discard(2)]);
    await open().decide([discard(3)]);
    expect((await open().reading()).decisions).toEqual([discard(1), discard(2), discard(3)]);
  });

  it('cuts off one that was never acknowledged', async () => {
    await open().capture(facts(1, 3), ROOM);
    await open().decide([discard(1), discard(2)]);
    truncateSync(paths.decisions, readFileSync(paths.decisions).length - 5);
    await open().decide([discard(3)]);
    expect((await open().reading()).decisions).toEqual([discard(1), discard(3)]);
  });

  it('takes none before there is a journal they could be about', async () => {
    await open().decide([discard(1)]);
    expect((await open().reading()).decisions).toEqual([]);
  });
});

describe('an outbox whose files cannot be used', () => {
  it('scenario 5: never throws from a capture, and says why it did not take the event', async () => {
    writeFileSync(`${root.path}/outbox`, '');
    expect(await open().capture([fact(1)], ROOM)).toMatchObject([
      { outcome: 'refused', eventId: eventId(1), reason: 'storage-failed' },
    ]);
    for (const name of ['outbox', 'lock']) rmSync(`${root.path}/${name}`, { force: true });
    mkdirSync(`${root.path}/lock`);
    expect(await open().capture([fact(1)], ROOM)).toMatchObject([{ reason: 'storage-failed' }]);
  });

  it('counts a refusal without the capture lock behind whatever another process is writing', async () => {
    await open().capture([fact(1)], { maxWaiting: 1 });
    await open().capture([fact(2)], { maxWaiting: 1 });
    const half = readFileSync(paths.refused).subarray(0, -5);
    writeFileSync(paths.refused, half);
    rmSync(`${root.path}/clock.json`);
    mkdirSync(`${root.path}/clock.json`);
    expect(await open().capture([fact(3)], ROOM)).toMatchObject([{ reason: 'storage-failed' }]);
    expect(readFileSync(paths.refused).subarray(0, half.length)).toEqual(half);
    expect((await open().reading()).beside.refused).toBe(1);
  });

  it('scenario 5: loses nothing earlier when one capture fails', async () => {
    await open().capture([fact(1)], ROOM);
    rmSync(`${root.path}/clock.json`);
    mkdirSync(`${root.path}/clock.json`);
    expect(await open().capture([fact(2)], ROOM)).toMatchObject([{ reason: 'storage-failed' }]);
    expect((await open().reading()).beside.refused).toBe(1);
    rmSync(`${root.path}/clock.json`, { recursive: true });
    const [captured] = await open().capture([fact(3)], ROOM);
    expect(captured).toMatchObject({ record: 2, event: { lamport_clock: 2 } });
  });

  it('reports everything else as a storage failure', async () => {
    mkdirSync(paths.current, { recursive: true });
    const outbox = open();
    for (const attempt of [
      () => outbox.reading(),
      () => outbox.nextRecord(),
      () => outbox.hasRoomFor(1, ROOM),
      () => collect(outbox.records()),
      () => outbox.pass((sender) => sender.settle(() => [])),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ kind: 'storage-failed' });
    }
    expect(await outbox.capture([fact(1)], ROOM)).toMatchObject([{ reason: 'storage-failed' }]);
  });
});
