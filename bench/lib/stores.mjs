import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_LINE, factSource, LIMITS, openOutbox, requirePackage } from './ours.mjs';

/** Ways to put one event on the disk for good. Each `open` returns a function that does it once. */

/** The least that can be done: the same lock, one write, one sync after the lock is given back. */
export const openFloor = (ours, directory) => {
  mkdirSync(directory, { recursive: true });
  const lockPath = join(directory, 'lock');
  const journal = openSync(join(directory, 'journal'), 'a');
  const line = Buffer.from(EVENT_LINE);
  const append = async () => {
    const lock = await ours.lockFile(lockPath, 60_000);
    writeSync(journal, line);
    lock.release();
    fdatasyncSync(journal);
  };
  return { append, close: () => closeSync(journal) };
};

export const openOurs = (ours, directory) => {
  const outbox = openOutbox(ours, directory);
  const nextFact = factSource(ours);
  const append = async () => {
    const [outcome] = await outbox.capture([nextFact()], LIMITS);
    // What waits for the lock is durable, too; the next capture seals it.
    if (outcome.outcome !== 'captured' && outcome.outcome !== 'waiting')
      throw new Error(`not captured: ${JSON.stringify(outcome)}`);
  };
  return { append, outbox, nextFact, close: () => undefined };
};

export const openSqlite = (_ours, directory) => {
  const { DatabaseSync } = requirePackage('@photostructure/sqlite');
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'events.db'), { timeout: 60_000 });
  database.exec('pragma journal_mode = WAL; pragma synchronous = FULL');
  database.exec('create table if not exists events (id integer primary key, json text not null)');
  const insert = database.prepare('insert into events (json) values (?)');
  return { append: async () => void insert.run(EVENT_LINE), close: () => database.close() };
};

export const STORES = { floor: openFloor, ours: openOurs, sqlite: openSqlite };
