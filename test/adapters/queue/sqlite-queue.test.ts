import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryForeignQueue } from '../../../src/adapters/memory/memory-foreign-queue.js';
import { SqliteQueue } from '../../../src/adapters/queue/sqlite-queue.js';
import { foreignQueueContract } from '../../contracts/foreign-queue.contract.js';
import { makePythonQueue } from '../../support/python-queue.js';
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

  it('refuses a file that is no database, and says which file is meant', async () => {
    const file = join(scratch.path, 'notes.txt');
    writeFileSync(file, 'these are notes, not a database'.repeat(100));
    await expect(new SqliteQueue().rows(file)).rejects.toMatchObject({
      kind: 'input-invalid',
      hint: expect.stringContaining('queue.db'),
    });
  });
});
