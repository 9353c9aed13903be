import { DatabaseSync } from '@photostructure/sqlite';
import type { QueuedRow } from '../../src/ports/foreign-queue.js';

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
