import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDashboard } from '../../src/adapters/hub/dashboard-files.js';
import { FetchWebhookTransport } from '../../src/adapters/hub/fetch-webhook-transport.js';
import type { HubStores } from '../../src/adapters/hub/hub-stores.js';
import { openSqliteHub } from '../../src/adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness } from '../../src/adapters/host/node-host.js';
import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { NodeSecrets } from '../../src/adapters/hub/node-secrets.js';
import type { HubLimits } from '../../src/app/hub/hub-limits.js';
import { People } from '../../src/app/hub/people.js';
import { startHub, type RunningHub } from '../../src/app/hub/start-hub.js';
import type { Log } from '../../src/ports/host.js';

export const PASSWORD = 'correct horse';

export const silentLog: Log = { warn: () => undefined, info: () => undefined, debug: () => undefined };

/** scrypt at its real cost would make every test of a sign-in slow. */
export const quickSecrets = new NodeSecrets(4);

export interface TestHub extends RunningHub {
  readonly stores: HubStores;
  readonly clock: ControlledTime;
  readonly dataDirectory: string;
  /** Access token of a user of that team. */
  readonly tokenOf: (team: string) => Promise<string>;
}

export interface TestHubOptions {
  readonly limits?: Partial<HubLimits>;
  readonly clock?: ControlledTime;
  readonly log?: Log;
  /** Whether it serves the dashboard that was built. */
  readonly dashboard?: boolean;
  readonly metricsToken?: string;
  /** Whether it tells webhooks. */
  readonly webhooks?: boolean;
}

const BUILT_DASHBOARD = new URL('../../dist/dashboard/', import.meta.url);

/**
 * A hub on a free port with the teams `acme` and `zenith`, each with one user of the same name, whose password is
 * {@link PASSWORD}. `close` removes everything.
 */
export const startTestHub = async (options: TestHubOptions = {}): Promise<TestHub> => {
  const clock = options.clock ?? new ControlledTime();
  const { stores, dataDirectory, remove } = await openHubStores(clock);
  for (const team of ['acme', 'zenith']) {
    await new People(stores.accounts).addTeam(team);
    await new People(stores.accounts).addUser({ name: team, password: PASSWORD, team });
  }
  const hub = await startHub({
    store: stores.store,
    accounts: stores.accounts,
    listener: { host: '127.0.0.1', port: 0 },
    clock,
    log: options.log ?? silentLog,
    metricsToken: options.metricsToken,
    ...(options.webhooks === true && {
      webhooks: { webhooks: stores.webhooks, transport: new FetchWebhookTransport() },
    }),
    dashboard: options.dashboard === true ? await readDashboard(BUILT_DASHBOARD) : undefined,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return {
    url: hub.url,
    routes: hub.routes,
    stores,
    clock,
    dataDirectory,
    tokenOf: async (team) => {
      const signedIn = await stores.accounts.signIn({ username: team, password: PASSWORD });
      if (!signedIn.ok) throw new Error(signedIn.error);
      return signedIn.value.access;
    },
    close: async () => {
      await hub.close();
      await remove();
    },
  };
};

/** What a hub keeps, in a data directory of its own that `remove` takes away. */
export const openHubStores = async (
  clock = new ControlledTime(),
): Promise<{ stores: HubStores; dataDirectory: string; remove: () => Promise<void> }> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hub-'));
  const stores = await openSqliteHub({
    dataDirectory,
    clock,
    randomness: new CryptoRandomness(),
    secrets: quickSecrets,
    log: silentLog,
  });
  const remove = async (): Promise<void> => {
    await stores.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  return { stores, dataDirectory, remove };
};

/** The same object with some of its methods replaced; the others keep what they are bound to. */
export const replacing = <T extends object>(original: T, replacements: Partial<T>): T =>
  new Proxy(original, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in replacements ? replacements : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
