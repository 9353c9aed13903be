import 'reflect-metadata/lite';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { openSqliteHub, type HubStores } from '../../adapters/event-store/open-sqlite-hub.js';
import { CryptoRandomness } from '../../adapters/host/crypto-randomness.js';
import { StderrLog } from '../../adapters/host/stderr-log.js';
import { SystemWallClock } from '../../adapters/host/system-wall-clock.js';
import { NodeSecrets } from '../../adapters/secrets/node-secrets.js';
import type { Secrets } from '../../ports/accounts.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import { addTeam, addUser, type NewUser } from '../hub/people.js';
import { startHub, type ListenerOptions, type RunningHub } from '../hub/start-hub.js';
import { Closables, Registrar } from './registrar.js';

/** What a hub process is given from outside. */
export interface HubEnvironment {
  readonly dataDirectory: string;
  /** `serve`: the one process that answers for this data; `administer`: a short look beside it. */
  readonly access: 'serve' | 'administer';
  /** Where messages go. */
  readonly stderr: { write(text: string): unknown };
}

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`spec-kitty-sync/hub/${name}`);

/** Everything that can be asked of a hub container. */
export const HUB_TOKENS = {
  environment: token<HubEnvironment>('environment'),
  wallClock: token<WallClock>('wall-clock'),
  randomness: token<Randomness>('randomness'),
  secrets: token<Secrets>('secrets'),
  log: token<Log>('log'),
  stores: token<HubStores>('stores'),
  serve: token<(listener: ListenerOptions) => Promise<RunningHub>>('serve'),
  people: token<People>('people'),
} as const;

/** Who may sign in. */
export interface People {
  addTeam(slug: string): ReturnType<typeof addTeam>;
  addUser(user: NewUser): ReturnType<typeof addUser>;
}

export type { ListenerOptions } from '../hub/start-hub.js';

export interface HubContainer {
  get<T>(identifier: ServiceIdentifier<T>): Promise<T>;
  /** Closes everything that was made, in reverse. */
  close(): Promise<void>;
}

/** Composes a hub, for production and tests alike. */
export const createHubContainer = (
  environment: HubEnvironment,
  overrides: readonly (readonly [identifier: ServiceIdentifier, value: unknown])[] = [],
): HubContainer => {
  const container = new Container({ defaultScope: 'Singleton' });
  const closables = new Closables();
  container.bind(HUB_TOKENS.environment).toConstantValue(environment);
  container.load(new ContainerModule(({ bind }) => hubModule(new Registrar(bind, closables))));
  for (const [identifier, value] of overrides) {
    container.unbind(identifier);
    container.bind(identifier).toConstantValue(value);
  }
  return { get: (identifier) => container.getAsync(identifier), close: () => closables.close() };
};

const hubModule = (register: Registrar): void => {
  register.single(HUB_TOKENS.wallClock, [], () => new SystemWallClock());
  register.single(HUB_TOKENS.randomness, [], () => new CryptoRandomness());
  register.single(HUB_TOKENS.secrets, [], () => new NodeSecrets());
  register.single(HUB_TOKENS.log, [HUB_TOKENS.environment], ({ stderr }) => new StderrLog(stderr));
  register.single(
    HUB_TOKENS.stores,
    [HUB_TOKENS.environment, HUB_TOKENS.wallClock, HUB_TOKENS.randomness, HUB_TOKENS.secrets],
    ({ dataDirectory, access }, clock, randomness, secrets) =>
      openSqliteHub({ dataDirectory, access, clock, randomness, secrets }),
  );
  register.single(
    HUB_TOKENS.serve,
    [HUB_TOKENS.stores, HUB_TOKENS.wallClock, HUB_TOKENS.log],
    ({ store, accounts }, clock, log) =>
      (listener) =>
        startHub({ store, accounts, listener, clock, log }),
  );
  register.single(HUB_TOKENS.people, [HUB_TOKENS.stores], ({ accounts }) => ({
    addTeam: (slug) => addTeam(accounts, slug),
    addUser: (user) => addUser(accounts, user),
  }));
};
