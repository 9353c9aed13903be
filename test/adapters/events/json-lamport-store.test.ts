import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LamportSurroundings,
  JsonLamportStore,
} from '../../../src/adapters/events/json-lamport-store.js';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { lamportStoreContract } from '../../contracts/lamport-store.contract.js';
import { lamportFileOf, NODE_ID } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';
import { startWorker } from '../../support/worker.js';

const open = (stateRoot: string, options: Partial<LamportSurroundings> = {}): JsonLamportStore =>
  new JsonLamportStore(lamportFileOf(stateRoot, options), join(stateRoot, 'lock'));

lamportStoreContract({
  name: 'The clock in clock.json',
  durable: true,
  setup: async () => {
    const stateRoot = mkdtempSync(join(tmpdir(), 'clock-'));
    return {
      subject: open(stateRoot),
      reopen: () => open(stateRoot),
      dispose: () => rmSync(stateRoot, { recursive: true }),
    };
  },
});

describe('the clock in clock.json', () => {
  const root = scratchDirectory();
  const path = (): string => join(root.path, 'clock.json');
  const highest = { highestCaptured: () => 41 };
  const stored = (): Record<string, unknown> =>
    JSON.parse(readFileSync(path(), 'utf8')) as Record<string, unknown>;

  it('gives every tick of many processes at once a value of its own', async () => {
    const workers = Array.from({ length: 4 }, () => startWorker('clock-worker.mjs', [root.path, '50']));
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    const values = workers.map(({ lines }) => lines.map(Number));
    for (const own of values) expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(new Set(values.flat()).size).toBe(200);
    expect(await open(root.path).read()).toMatchObject({ value: 200 });
  });

  it('writes the documented keys', async () => {
    await open(root.path).update(() => 5);
    expect(stored()).toEqual({
      value: 5,
      node_id: NODE_ID,
      updated_at: '2026-03-01T09:30:00.000Z',
      boot_id: 'boot-1',
      machine: 'machine-1',
    });
  });

  it.each([
    '',
    '[]',
    '"x"',
    'null',
    '{}',
    '{"value":-1}',
    '{"value":1.5}',
    '{"value":1000000000000000}',
    '{"val',
  ])('scenario 6: restarts above everything captured when it holds %j, and says so once', async (content) => {
    writeFileSync(path(), content);
    expect(await open(root.path, highest).read()).toMatchObject({
      value: 41,
      nodeId: NODE_ID,
      rebuilt: expect.stringContaining('clock.json') as string,
    });
    const second = await open(root.path, highest).read();
    expect(second.value).toBe(41);
    expect(second.rebuilt).toBeUndefined();
  });

  it('scenario 6: restarts above everything captured when it is missing, and says so with the first change', async () => {
    const reading = await open(root.path, highest).update((value) => value + 1);
    expect(reading).toMatchObject({ value: 42, rebuilt: 'the clock file is missing' });
    expect((await open(root.path, highest).update((value) => value + 1)).rebuilt).toBeUndefined();
  });

  it('scenario 6: is never behind what was captured before the machine started again', async () => {
    await open(root.path).update(() => 5);
    expect(await open(root.path, { ...highest, bootId: 'boot-2' }).read()).toMatchObject({ value: 41 });
    await open(root.path).update(() => 50);
    expect(await open(root.path, { ...highest, bootId: 'boot-2' }).read()).toMatchObject({ value: 50 });
  });

  it('does not look at the outboxes while the machine runs on, nor where the kernel names no start', async () => {
    const surroundings = {
      highestCaptured: () => {
        throw new Error('not to be asked');
      },
    };
    await open(root.path).update(() => 5);
    expect(await open(root.path, surroundings).read()).toMatchObject({ value: 5 });
    const { bootId: _bootId, ...unnamed } = { ...surroundings, bootId: undefined };
    await new JsonLamportStore(lamportFileOf(root.path, unnamed), join(root.path, 'lock')).update(() => 6);
    expect(stored()['value']).toBe(6);
  });

  it('scenario 8: is another node on another machine, and the same one where a machine is not known', async () => {
    await open(root.path).update(() => 5);
    const mintNodeId = () => 'ffffffffffff';
    expect((await open(root.path, { mintNodeId, machine: 'machine-2' }).read()).nodeId).toBe('ffffffffffff');
    expect((await open(root.path, { mintNodeId }).read()).nodeId).toBe(NODE_ID);
    writeFileSync(path(), JSON.stringify({ value: 9, node_id: NODE_ID }));
    expect(await open(root.path, { mintNodeId }).read()).toMatchObject({ value: 9, nodeId: NODE_ID });
  });

  it('keeps its value when only the node id beside it cannot be used', async () => {
    writeFileSync(path(), JSON.stringify({ value: 9, node_id: 'me', boot_id: 'boot-1' }));
    expect(await open(root.path).read()).toEqual({ value: 9, nodeId: NODE_ID });
  });

  it('says that the lock is busy instead of waiting for ever', async () => {
    const lock = tryLockFile(join(root.path, 'lock'));
    try {
      const store = new JsonLamportStore(lamportFileOf(root.path), join(root.path, 'lock'), 0);
      await expect(store.update((value) => value + 1)).rejects.toMatchObject({ kind: 'lock-busy' });
    } finally {
      lock?.release();
    }
  });

  it('torn at any byte of a write, is never behind what was stored before, and is no other node', async () => {
    for (const [lower, higher] of [
      [199, 200],
      [100_999, 101_000],
    ] as const) {
      await open(root.path).update(() => lower);
      const before = readFileSync(path());
      await open(root.path).update(() => higher);
      const after = readFileSync(path());
      if (after.length !== before.length) continue;
      for (let cut = 0; cut <= after.length; cut++) {
        writeFileSync(path(), Buffer.concat([after.subarray(0, cut), before.subarray(cut)]));
        const reading = await open(root.path, highest).read();
        expect(reading).toEqual({ value: expect.any(Number) as number, nodeId: NODE_ID });
        expect(reading.value).toBeGreaterThanOrEqual(lower);
      }
      writeFileSync(path(), after);
    }
  });

  it('is replaced, not written over, when it is laid out in another way', async () => {
    writeFileSync(path(), JSON.stringify({ boot_id: 'boot-1', node_id: NODE_ID, value: 4, machine: 'x' }));
    await open(root.path).update(() => 5);
    expect(stored()['value']).toBe(5);
    const before = statSync(path()).ino;
    await open(root.path).update(() => 6);
    expect(statSync(path()).ino).toBe(before);
    await open(root.path).update(() => 10);
    expect(statSync(path()).ino).not.toBe(before);
    expect(stored()['value']).toBe(10);
  });

  it('is not disturbed by a temporary file that a killed writer left', async () => {
    writeFileSync(join(root.path, '.clock.json.1.x.0.tmp'), '{"value":');
    await open(root.path).update(() => 5);
    expect((await open(root.path).read()).value).toBe(5);
  });

  it('tells the failure when the file cannot be read for another reason than being absent', async () => {
    mkdirSync(path());
    await expect(open(root.path).read()).rejects.toMatchObject({ kind: 'storage-failed' });
  });
});
