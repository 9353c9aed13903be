import { Migrator } from 'kysely';
import type { Migration } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { HubDatabase } from './hub-database.js';
import { administration } from './migrations/administration.js';
import { boardsBesideTheLog } from './migrations/boards-beside-the-log.js';
import { initialTables } from './migrations/initial-tables.js';
import { machineReports } from './migrations/machine-reports.js';
import { webhooks } from './migrations/webhooks.js';

/** Applied in the order of their names; a name never changes once released. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial-tables': initialTables,
  '0002-boards-beside-the-log': boardsBesideTheLog,
  '0003-administration': administration,
  '0004-webhooks': webhooks,
  '0005-machine-reports': machineReports,
};

/**
 * Brings the tables up to date; of several processes one does it, and the others wait. Where something is to be done,
 * `begin` is called first with whether the database is empty. It may throw; what it returns is called at the end.
 */
export const migrate = async (
  { writes }: HubDatabase,
  begin: (isEmpty: boolean) => (() => void) | undefined,
): Promise<void> => {
  const migrator = new Migrator({
    db: writes,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  let done: number;
  try {
    const migrations = await migrator.getMigrations();
    done = migrations.filter(({ executedAt }) => executedAt !== undefined).length;
    if (done === migrations.length) return;
  } catch (error) {
    throw notUpToDate(error);
  }
  const end = begin(done === 0);
  try {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw notUpToDate(error);
  } finally {
    end?.();
  }
};

const notUpToDate = (error: unknown): SyncError =>
  new SyncError('storage-failed', "The hub's tables could not be brought up to date.", {
    cause: error,
    hint: 'Restore the latest backup, or start the version of the hub that wrote the data.',
  });
