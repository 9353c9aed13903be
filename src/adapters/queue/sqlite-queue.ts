import { existsSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import type { ForeignQueue, QueuedRow } from '../../ports/foreign-queue.js';
import { loadSqliteDriver } from '../fs/sqlite-driver.js';

/** The queue of the Python client: one SQLite table, oldest row first by time and then by id. */
export class SqliteQueue implements ForeignQueue {
  async rows(file: string): Promise<readonly QueuedRow[]> {
    if (!existsSync(file)) throw unusable(file, 'does not exist');
    const Database = await loadSqliteDriver();
    let database: InstanceType<typeof Database> | undefined;
    try {
      database = new Database(file, { readOnly: true, timeout: BUSY_MS });
      const rows = database.prepare(SELECT).all() as readonly {
        readonly event_id: unknown;
        readonly data: unknown;
      }[];
      return rows.map(({ event_id: eventId, data }) => ({ eventId: String(eventId), data: String(data) }));
    } catch (error) {
      throw unusable(file, 'is not a queue of spec-kitty 2.x', error);
    } finally {
      database?.close();
    }
  }
}

/** The older client may be writing to it. */
const BUSY_MS = 5000;

const SELECT = 'SELECT event_id, data FROM queue ORDER BY timestamp ASC, id ASC';

const unusable = (file: string, why: string, cause?: unknown): SyncError =>
  new SyncError('input-invalid', `${file} ${why}.`, {
    cause,
    hint: 'Name the file queue.db of the older client, usually ~/.spec-kitty/queue.db.',
  });
