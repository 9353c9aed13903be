import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryLockFile, type HeldLock } from '../../../src/adapters/fs/process-lock.js';
import { outboxPaths, type OutboxPaths } from '../../../src/adapters/outbox/outbox-paths.js';
import type { Outbox } from '../../../src/ports/outbox.js';
import { collect, eventId, fact, facts, PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();
const ROOM = { maxWaiting: 1000 };
let paths: OutboxPaths;
let held: HeldLock | undefined;

beforeEach(() => {
  paths = outboxPaths(root.path, PROJECT);
});
afterEach(() => held?.release());

const open = (): Outbox => outboxesOf(root.path, { segmentRecords: 2 }).open(PROJECT);

/** As if the lock's holder were stopped. */
const holdLock = (): void => {
  held = tryLockFile(paths.captureLock);
  expect(held).toBeDefined();
};

const ids = async (): Promise<string[]> => (await collect(open().records())).map((record) => record.eventId);

describe('a fact whose process could not get the capture lock', () => {
  it('scenario 19: is durable beside the journal, and counted there', async () => {
    holdLock();
    const outcomes = await open().capture(facts(1, 2), ROOM);
    expect(outcomes).toEqual([1, 2].map((n) => ({ outcome: 'waiting', eventId: eventId(n) })));
    expect((await open().reading()).beside.waitingForLock).toBe(2);
    expect(await ids()).toEqual([]);
  });

  it('is sealed by the next capture, once, before its events and in the order of the ids', async () => {
    await open().capture([fact(1)], ROOM);
    holdLock();
    await open().capture([fact(3, { hub: 'h1', team: 'acme' })], ROOM);
    await open().capture([fact(2)], ROOM);
    held?.release();
    const [captured] = await open().capture([fact(9)], ROOM);
    expect(captured).toMatchObject({
      record: 4,
      event: { event_id: eventId(9), lamport_clock: 4 },
      waiting: 4,
    });
    expect(await ids()).toEqual([1, 2, 3, 9].map(eventId));
    expect((await collect(open().records()))[2]).toMatchObject({ hub: 'h1', team: 'acme' });
    expect(readdirSync(paths.waiting)).toEqual([]);
    await open().capture([fact(10)], ROOM);
    expect(await ids()).toHaveLength(5);
  });

  it('is sealed by the next pass, so that it needs no other event to be delivered', async () => {
    holdLock();
    await open().capture([fact(1)], ROOM);
    held?.release();
    const passed = await open().pass((sender) => collect(sender.records(1)));
    expect(passed).toMatchObject({ ran: true, value: [{ record: 1, eventId: eventId(1) }] });
  });

  it('scenario 3: is not sealed again when its process died between sealing it and removing its file', async () => {
    await open().capture(facts(1, 3), ROOM);
    holdLock();
    await open().capture([fact(5)], ROOM);
    held?.release();
    const path = join(paths.waiting, `${eventId(5)}.json`);
    const left = readFileSync(path);
    await open().capture(facts(6, 3), ROOM);
    writeFileSync(path, left);
    await open().capture([fact(9)], ROOM);
    expect(readdirSync(paths.waiting)).toEqual([]);
    const seen = await ids();
    expect(seen).toEqual([1, 2, 3, 5, 6, 7, 8, 9].map(eventId));
  });

  it('is sealed although the outbox is full, since it was taken before', async () => {
    await open().capture([fact(1)], { maxWaiting: 1 });
    holdLock();
    await open().capture([fact(2)], { maxWaiting: 1 });
    held?.release();
    expect(await open().capture([fact(3)], { maxWaiting: 1 })).toMatchObject([{ outcome: 'refused' }]);
    expect(await ids()).toEqual([1, 2].map(eventId));
  });

  it('stays counted when its file is damaged, and keeps nobody else from being captured', async () => {
    mkdirSync(paths.waiting, { recursive: true });
    writeFileSync(join(paths.waiting, `${eventId(1)}.json`), '{"sum":');
    writeFileSync(join(paths.waiting, '.left.tmp'), '');
    expect(await open().capture([fact(2)], ROOM)).toMatchObject([{ outcome: 'captured', record: 1 }]);
    expect((await open().reading()).beside.waitingForLock).toBe(1);
  });

  it('does not keep a pass from running, nor a decision from saying that the lock is busy', async () => {
    await open().capture([fact(1)], ROOM);
    holdLock();
    expect(await open().pass(async () => 'ran')).toEqual({ ran: true, value: 'ran' });
    const outbox = outboxesOf(root.path, { lockWaitMs: 0 }).open(PROJECT);
    const decided = outbox.decide([{ decision: 'discard', record: 1, hub: 'hub', team: 'acme' }]);
    await expect(decided).rejects.toMatchObject({ kind: 'lock-busy' });
    await outbox.noteWithdrawn([eventId(1)], 'none');
    expect((await outbox.reading()).beside.withdrawn).toBe(1);
  });
});
