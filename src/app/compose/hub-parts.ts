import type { HubStores } from '../../adapters/hub/open-sqlite-hub.js';
import type { Secrets } from '../../ports/hub.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { People } from '../hub/people.js';
import type { Webhooks } from '../hub/webhooks.js';
import type { ListenerOptions, RunningHub } from '../hub/start-hub.js';

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

/** What copies the data of a hub that need not be opened. */
export interface HubCopies {
  backUp(file: string): Promise<void>;
  /** Resolves to where the former data lie. */
  restore(file: string): Promise<string | undefined>;
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

export type { ListenerOptions } from '../hub/start-hub.js';
export type { SessionKind as HubSessionKind, SessionSummary as HubSession } from '../../ports/hub.js';
