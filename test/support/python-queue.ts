import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from '@photostructure/sqlite';
import type { QueuedRow } from '../../src/ports/outbox.js';

/** Makes a queue file as the Python client makes it; times are seconds, so rows of one second are ordered by id. */
export const makePythonQueue = (file: string, rows: readonly QueuedRow[]): void => {
  const database = new DatabaseSync(file);
  database.exec(
    `CREATE TABLE queue (
       id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT UNIQUE NOT NULL, event_type TEXT NOT NULL,
       data TEXT NOT NULL, timestamp INTEGER NOT NULL, retry_count INTEGER DEFAULT 0);
     CREATE INDEX idx_timestamp ON queue(timestamp);
     CREATE INDEX idx_retry ON queue(retry_count);`,
  );
  const insert = database.prepare(
    "INSERT INTO queue (event_id, event_type, data, timestamp) VALUES (?, 'WPStatusChanged', ?, 1770000000)",
  );
  for (const { eventId, data } of rows) insert.run(eventId, data);
  database.close();
};

/** Lets a process die in the middle of a transaction on the queue, with pages of it written: its journal stays hot. */
export const dieInTransaction = async (file: string): Promise<void> => {
  const writer = spawn(process.execPath, ['--input-type=module', '-e', DYING_WRITER, file], {
    cwd: import.meta.dirname,
    stdio: 'ignore',
  });
  await once(writer, 'exit');
};

const DYING_WRITER = `
  import { DatabaseSync } from '@photostructure/sqlite';
  const database = new DatabaseSync(process.argv[1]);
  database.exec('PRAGMA cache_size = 1; BEGIN; DELETE FROM queue;');
  const insert = database.prepare("INSERT INTO queue (event_id, event_type, data, timestamp) VALUES (?, 'x', ?, 1)");
  for (let n = 0; n < 2000; n++) insert.run('late-' + n, 'x'.repeat(500));
  process.kill(process.pid, 'SIGKILL');
`;
