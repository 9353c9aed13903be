import { existsSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import type { ForeignQueue, QueuedRow } from '../../ports/foreign-queue.js';

/** The queue of the Python client: one SQLite table, oldest row first by time and then by id. */
export class SqliteQueue implements ForeignQueue {
  async rows(file: string): Promise<readonly QueuedRow[]> {
    if (!existsSync(file)) throw unusable(file, 'does not exist');
    const Database = await loadDriver();
    let database: InstanceType<typeof Database> | undefined;
    try {
      database = new Database(file, { readonly: true, fileMustExist: true });
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

const SELECT = 'SELECT event_id, data FROM queue ORDER BY timestamp ASC, id ASC';

const unusable = (file: string, why: string, cause?: unknown): SyncError =>
  new SyncError('input-invalid', `${file} ${why}.`, {
    cause,
    hint: 'Name the file queue.db of the older client, usually ~/.spec-kitty/queue.db.',
  });

const loadDriver = async () => {
  try {
    return (await import('better-sqlite3')).default;
  } catch (error) {
    throw new SyncError('dependency-missing', 'The SQLite driver better-sqlite3 is not installed.', {
      cause: error,
      hint: 'Run npm install better-sqlite3, then try again.',
    });
  }
};
