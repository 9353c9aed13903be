import type { DatabaseSync } from '@photostructure/sqlite';
import { SyncError } from '../../domain/errors.js';

export type SqliteDriver = typeof DatabaseSync;

/**
 * The SQLite that this program brings along: the same one on every Node and system, as a binary inside its package.
 * Throws `dependency-missing` when the package was left out at the installation, and when it is there and this machine
 * cannot load it.
 */
export const loadSqliteDriver = async (load: LoadDriver = () => import('@photostructure/sqlite')) => {
  try {
    return (await load()).DatabaseSync;
  } catch (error) {
    throw driverMissing(error);
  }
};

type LoadDriver = () => Promise<{ readonly DatabaseSync: SqliteDriver }>;

const driverMissing = (error: unknown): SyncError => {
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  // The same code says that a package is not there and that something is not there which the package needs.
  const absent =
    NOT_FOUND.has((error as NodeJS.ErrnoException).code ?? '') && reason.includes(`'${PACKAGE}'`);
  return new SyncError(
    'dependency-missing',
    absent
      ? `The SQLite driver ${PACKAGE} is not installed.`
      : `The SQLite driver ${PACKAGE} is installed, but it cannot be loaded: ${reason}`,
    { cause: error, hint: `${absent ? '' : SYSTEMS}${INSTALL_AGAIN}` },
  );
};

const PACKAGE = '@photostructure/sqlite';

const NOT_FOUND = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);

const SYSTEMS = 'It runs on Linux, macOS and Windows, on x64 and arm64. ';

const INSTALL_AGAIN =
  'Install spec-kitty-sync again without --omit=optional: with npm install --global if it was installed for the ' +
  'whole machine, with npm install in the project if it is a dependency there.';
