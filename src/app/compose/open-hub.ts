import { backUpSqliteHub, restoreSqliteHub } from '../../adapters/hub/backup-sqlite-hub.js';
import { readDashboard } from '../../adapters/hub/dashboard-files.js';
import { openSqliteHub } from '../../adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness, SystemWallClock } from '../../adapters/host/node-host.js';
import { JsonLog, StderrLog } from '../../adapters/host/log.js';
import { FetchWebhookTransport } from '../../adapters/hub/fetch-webhook-transport.js';
import { NodeSecrets } from '../../adapters/hub/node-secrets.js';
import { Webhooks } from '../hub/webhooks.js';
import { People } from '../hub/people.js';
import type { ListenerOptions, RunningHub } from '../hub/start-hub.js';

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

/** A hub whose data are open. */
export interface Hub {
  readonly people: People;
  readonly webhooks: Webhooks;
  serve(listener: ListenerOptions, metricsToken?: string): Promise<RunningHub>;
  close(): Promise<void>;
}

/** Opens the data of a hub, and composes what works on them. */
export const openHub = async (environment: HubEnvironment): Promise<Hub> => {
  const { access, stderr, logFormat } = environment;
  const clock = new SystemWallClock();
  const log = logFormat === 'json' ? new JsonLog(stderr, clock) : new StderrLog(stderr);
  const given = { access, clock, log, randomness: new CryptoRandomness(), secrets: new NodeSecrets() };
  const stores =
    'dataDirectory' in environment
      ? await openSqliteHub({ ...given, dataDirectory: environment.dataDirectory })
      : await (
          await import('../../adapters/hub/open-postgres-hub.js')
        ).openPostgresHub({ ...given, databaseUrl: environment.databaseUrl });
  const { store, accounts, webhooks } = stores;
  return {
    people: new People(accounts),
    webhooks: new Webhooks(stores),
    serve: async (listener, metricsToken) => {
      const { startHub } = await import('../hub/start-hub.js');
      return startHub({
        ...{ store, accounts, listener, clock, log, metricsToken },
        webhooks: { webhooks, transport: new FetchWebhookTransport() },
        // The program lies in dist/bin, what a browser loads beside it.
        dashboard: await readDashboard(new URL('../dashboard/', import.meta.url)),
      });
    },
    close: () => stores.close(),
  };
};

/** What copies the data of a hub that need not be opened. */
export const hubCopies = (dataDirectory: string) => ({
  backUp: (file: string): Promise<void> => backUpSqliteHub(dataDirectory, file),
  /** Resolves to where the former data lie. */
  restore: (file: string): Promise<string | undefined> =>
    restoreSqliteHub(dataDirectory, file, new SystemWallClock(), new CryptoRandomness()),
});

export type HubCopies = ReturnType<typeof hubCopies>;
