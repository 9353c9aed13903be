import { Migrator, type Kysely, type Migration } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import { initialTables } from './migrations/initial-tables.js';
import type { HubTables } from './schema.js';

/** Applied in the order of their names; a name never changes once released. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial-tables': initialTables,
};

/** Brings the tables up to date. Runs at every start; of several hubs that start at once, the first one does the work. */
export const migrate = async (db: Kysely<HubTables>): Promise<void> => {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw new SyncError('storage-failed', "The hub's tables could not be brought up to date.", {
    cause: error,
    hint: 'Restore the latest backup, or start the version of the hub that wrote the data.',
  });
};
