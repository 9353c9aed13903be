import 'reflect-metadata/lite';
import { backUpSqliteHub, restoreSqliteHub } from '../../adapters/hub/backup-sqlite-hub.js';
import { readDashboard } from '../../adapters/hub/dashboard-files.js';
import type { HubStores } from '../../adapters/hub/hub-stores.js';
import { openSqliteHub } from '../../adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness, SystemWallClock } from '../../adapters/host/node-host.js';
import { JsonLog, StderrLog } from '../../adapters/host/log.js';
import { FetchWebhookTransport } from '../../adapters/hub/fetch-webhook-transport.js';
import { NodeSecrets } from '../../adapters/hub/node-secrets.js';
import { Webhooks } from '../hub/webhooks.js';
import { People } from '../hub/people.js';
import type { ListenerOptions, RunningHub } from '../hub/start-hub.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { Secrets } from '../../ports/hub.js';
import { PartsContainer } from './parts-container.js';

export type { ListenerOptions } from '../hub/start-hub.js';
export type { SessionKind as HubSessionKind, SessionSummary as HubSession } from '../../ports/hub.js';

/** What a hub process is given from outside: a directory of its own, or the address of a PostgreSQL database. */
export type HubEnvironment = HubProcess &
  ({ readonly dataDirectory: string } | { readonly databaseUrl: string });

interface HubProcess {
  /** `serve`: as one that answers for this data; `administer`: a short look beside it. */
  readonly access: 'serve' | 'administer';
  /** Where messages go. */
  readonly stderr: { write(text: string): unknown };
  /** How they are written: as text, or each as a JSON object. */
  readonly logFormat?: 'text' | 'json';
}

/** Everything of which a hub is composed, by name. */
export interface HubParts {
  readonly environment: HubEnvironment;
  readonly wallClock: WallClock;
  readonly randomness: Randomness;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly stores: HubStores;
  readonly serve: (listener: ListenerOptions, metricsToken?: string) => Promise<RunningHub>;
  readonly people: People;
  readonly webhooks: Webhooks;
}

export type HubContainer = Pick<PartsContainer<HubParts>, 'get' | 'close'>;

/** Composes a hub, for production and tests alike; `overrides`, by name, take the place of what would be made. */
export const createHubContainer = (
  environment: HubEnvironment,
  overrides: Partial<HubParts> = {},
): HubContainer => {
  const hub = new PartsContainer<HubParts>({ environment, ...overrides });
  hub.part('wallClock', [], () => new SystemWallClock());
  hub.part('randomness', [], () => new CryptoRandomness());
  hub.part('secrets', [], () => new NodeSecrets());
  hub.part('log', ['environment', 'wallClock'], ({ environment: { stderr, logFormat }, wallClock }) =>
    logFormat === 'json' ? new JsonLog(stderr, wallClock) : new StderrLog(stderr),
  );
  hub.part(
    'stores',
    ['environment', 'wallClock', 'randomness', 'secrets', 'log'],
    async ({ environment, wallClock: clock, randomness, secrets, log }) => {
      const given = { access: environment.access, clock, randomness, secrets, log };
      if ('dataDirectory' in environment)
        return openSqliteHub({ ...given, dataDirectory: environment.dataDirectory });
      const { openPostgresHub } = await import('../../adapters/hub/open-postgres-hub.js');
      return openPostgresHub({ ...given, databaseUrl: environment.databaseUrl });
    },
  );
  hub.part(
    'serve',
    ['stores', 'wallClock', 'log'],
    ({ stores: { store, accounts, webhooks }, wallClock: clock, log }) =>
      async (listener, metricsToken) => {
        const { startHub } = await import('../hub/start-hub.js');
        // The program lies in dist/bin, what a browser loads beside it.
        const dashboard = await readDashboard(new URL('../dashboard/', import.meta.url));
        return startHub({
          store,
          accounts,
          webhooks: { webhooks, transport: new FetchWebhookTransport() },
          listener,
          dashboard,
          clock,
          log,
          metricsToken,
        });
      },
  );
  hub.part('webhooks', ['stores'], ({ stores }) => new Webhooks(stores));
  hub.part('people', ['stores'], ({ stores: { accounts } }) => new People(accounts));
  return hub;
};

/** What copies the data of a hub that need not be opened. */
export const hubCopies = (dataDirectory: string) => ({
  backUp: (file: string): Promise<void> => backUpSqliteHub(dataDirectory, file),
  /** Resolves to where the former data lie. */
  restore: (file: string): Promise<string | undefined> =>
    restoreSqliteHub(dataDirectory, file, new SystemWallClock(), new CryptoRandomness()),
});

export type HubCopies = ReturnType<typeof hubCopies>;
