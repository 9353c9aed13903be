import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { ForeignQueue, QueuedRow } from '../../ports/outbox.js';
import { loadSqliteDriver } from '../fs/sqlite-driver.js';
import { attempt } from '../fs/storage-failure.js';

/** The queue of the Python client: one SQLite table, oldest row first by time and then by id. */
export class SqliteQueue implements ForeignQueue {
  async files(place: string): Promise<readonly string[]> {
    const found = attempt(() => statSync(place));
    if (found?.isDirectory() !== true) return found === undefined ? [] : [place];
    const later = attempt(() => readdirSync(join(place, 'queues'))) ?? [];
    const queues = later.filter((name) => /^queue-.*\.db$/.test(name)).sort();
    return [join(place, 'queue.db'), ...queues.map((name) => join(place, 'queues', name))].filter((file) =>
      existsSync(file),
    );
  }

  async rows(file: string): Promise<readonly QueuedRow[]> {
    if (!existsSync(file)) throw unusable(file, 'does not exist');
    const Database = await loadSqliteDriver();
    const rowsIn = (path: string, readOnly: boolean): readonly QueuedRow[] => {
      const database = new Database(path, { readOnly, timeout: BUSY_MS });
      try {
        return (database.prepare(SELECT).all() as readonly StoredRow[]).map((row) => ({
          eventId: String(row.event_id),
          data: String(row.data),
        }));
      } finally {
        database.close();
      }
    };
    try {
      // A journal beside it may have to be played back, which writes: into a copy, since the file is not ours.
      return JOURNALS.some((suffix) => existsSync(file + suffix))
        ? await inCopy(file, (copy) => rowsIn(copy, false))
        : rowsIn(file, true);
    } catch (error) {
      throw unusable(file, 'is not a queue of spec-kitty 2.x', error);
    }
  }
}

interface StoredRow {
  readonly event_id: unknown;
  readonly data: unknown;
}

const JOURNALS = ['-journal', '-wal'];

const inCopy = async <T>(file: string, read: (copy: string) => T): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'spec-kitty-queue-'));
  try {
    const copy = join(directory, 'queue.db');
    for (const suffix of ['', ...JOURNALS]) {
      if (existsSync(file + suffix)) await copyFile(file + suffix, copy + suffix);
    }
    return read(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** The older client may be writing to it. */
const BUSY_MS = 5000;

const SELECT = 'SELECT event_id, data FROM queue ORDER BY timestamp ASC, id ASC';

const unusable = (file: string, why: string, cause?: unknown): SyncError =>
  new SyncError('input-invalid', `${file} ${why}.`, {
    cause,
    hint: 'Name the queue of the older client, usually ~/.spec-kitty/queue.db, or its directory ~/.spec-kitty.',
  });
