import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubStores } from '../../../src/adapters/hub/hub-stores.js';
import { openSqliteHub } from '../../../src/adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness } from '../../../src/adapters/host/node-host.js';
import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { quickSecrets, silentLog } from '../../support/hub.js';

export interface SqliteHubSetup {
  readonly stores: HubStores;
  readonly time: ControlledTime;
  readonly directory: string;
  /** Opens a copy of the files as they are now: what a process finds that starts after this one was killed. */
  readonly reopen: () => Promise<HubStores>;
  readonly dispose: () => Promise<void>;
}

/** A hub's data directory of its own, removed by `dispose`. */
export const setUpSqliteHub = async (): Promise<SqliteHubSetup> => {
  const root = mkdtempSync(join(tmpdir(), 'event-store-'));
  const time = new ControlledTime();
  const opened: HubStores[] = [];
  const open = async (directory: string): Promise<HubStores> => {
    const stores = await openSqliteHub({
      dataDirectory: directory,
      clock: time,
      randomness: new CryptoRandomness(),
      secrets: quickSecrets,
      log: silentLog,
    });
    opened.push(stores);
    return stores;
  };
  const directory = join(root, 'data');
  return {
    stores: await open(directory),
    time,
    directory,
    reopen: () => {
      const copy = join(root, `copy-${opened.length}`);
      cpSync(directory, copy, { recursive: true });
      return open(copy);
    },
    dispose: async () => {
      for (const stores of opened) await stores.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
};
