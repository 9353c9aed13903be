import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { collect, PROJECT } from '../support/facts.js';
import { outboxesOf } from '../support/outboxes.js';
import { scratchDirectory } from '../support/scratch-directory.js';

const SUPPORT = join(import.meta.dirname, '..', 'support');
const PROCESSES = 8;
const CAPTURES = 12;

const root = scratchDirectory();

/** Captures on a disk that takes 10 ms for every sync; resolves to what became of each event, with its id. */
const captureSlowly = async (): Promise<readonly string[]> => {
  const args = ['--require', join(SUPPORT, 'fs-shim', 'shim.cjs'), join(SUPPORT, 'capture-worker.mjs')];
  const child = spawn(process.execPath, [...args, root.path, PROJECT, String(CAPTURES), '1'], {
    env: { ...process.env, FS_SHIM: JSON.stringify({ root: root.path, syncMs: 10 }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(0);
  return said.split('\n').filter((line) => line !== '' && line !== 'ready');
};

describe('a disk on which every sync takes 10 ms', () => {
  it('scenario 31: loses and refuses none of the events of 8 processes at once', async () => {
    const said = (await Promise.all(Array.from({ length: PROCESSES }, captureSlowly))).flat();
    expect(said).toHaveLength(PROCESSES * CAPTURES);
    expect(said.filter((line) => !/^(captured|waiting) /.test(line))).toEqual([]);
    const outbox = outboxesOf(root.path, { segmentRecords: 100 }).open(PROJECT);
    // Facts that had to wait for the lock are sealed by the next pass.
    const stored = await outbox.pass((sender) => collect(sender.records(1)));
    const ids = stored === 'busy' ? [] : stored.value.map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(said.map((line) => line.split(' ')[1])));
    expect((await outbox.reading()).beside).toMatchObject({ refused: 0, waitingForLock: 0 });
  }, 60_000);
});
