import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryForeignQueue } from '../../support/memory-foreign-queue.js';
import { SqliteQueue } from '../../../src/adapters/outbox/sqlite-queue.js';
import { foreignQueueContract } from '../../contracts/foreign-queue.contract.js';
import { dieInTransaction, makePythonQueue } from '../../support/python-queue.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();

foreignQueueContract({
  name: 'SqliteQueue',
  setup: async (rows) => {
    const file = join(scratch.path, 'queue.db');
    makePythonQueue(file, rows);
    return { subject: new SqliteQueue(), file, nowhere: join(scratch.path, 'nowhere.db') };
  },
});

foreignQueueContract({
  name: 'MemoryForeignQueue',
  setup: async (rows) => ({
    subject: new MemoryForeignQueue(new Map([['queue.db', rows]])),
    file: 'queue.db',
    nowhere: 'nowhere.db',
  }),
});

describe('SqliteQueue', () => {
  it('leaves the file byte for byte as it was', async () => {
    const file = join(scratch.path, 'queue.db');
    makePythonQueue(file, [{ eventId: 'a', data: '{}' }]);
    const before = readFileSync(file);
    await new SqliteQueue().rows(file);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('reads a queue whose writer died in a transaction as it was before, from a copy', async () => {
    const file = join(scratch.path, 'queue.db');
    const row = { eventId: 'a', data: '{}' };
    makePythonQueue(file, [row]);
    await dieInTransaction(file);
    const beside = readdirSync(scratch.path).filter((name) => name.startsWith('queue.db'));
    expect(beside).toEqual(['queue.db', 'queue.db-journal']);
    const before = beside.map((name) => readFileSync(join(scratch.path, name)));
    expect(await new SqliteQueue().rows(file)).toEqual([row]);
    expect(beside.map((name) => readFileSync(join(scratch.path, name)))).toEqual(before);
  });

  it('finds in a state root the queue of the older client and those of its accounts', async () => {
    mkdirSync(join(scratch.path, 'queues'));
    const names = ['queue.db', join('queues', 'queue-ada.db'), join('queues', 'queue-bob.db')];
    for (const name of names) makePythonQueue(join(scratch.path, name), []);
    writeFileSync(join(scratch.path, 'queues', 'notes.txt'), '');
    expect(await new SqliteQueue().files(scratch.path)).toEqual(
      names.map((name) => join(scratch.path, name)),
    );
  });

  it('refuses a file that is no database, and says which file is meant', async () => {
    const file = join(scratch.path, 'notes.txt');
    writeFileSync(file, 'these are notes, not a database'.repeat(100));
    await expect(new SqliteQueue().rows(file)).rejects.toMatchObject({
      kind: 'input-invalid',
      hint: expect.stringContaining('queue.db'),
    });
  });
});
