import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** Makes an empty database and gives its address. */
  createDatabase(): Promise<string>;
  /** Drops the databases that were made; ends the server when it was started here, and removes its files. */
  stop(): Promise<void>;
}

const script = resolve(fileURLToPath(import.meta.url), '..', '..', '..', 'scripts', 'postgres.mjs');

/** The one server of tests and demo. */
export const { startPostgres } = (await import(pathToFileURL(script).href)) as {
  startPostgres: () => Promise<PostgresServer>;
};
