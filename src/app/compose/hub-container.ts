import 'reflect-metadata/lite';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { openSqliteHub } from '../../adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness } from '../../adapters/host/crypto-randomness.js';
import { StderrLog } from '../../adapters/host/stderr-log.js';
import { SystemWallClock } from '../../adapters/host/system-wall-clock.js';
import { NodeSecrets } from '../../adapters/hub/node-secrets.js';
import { addTeam, addUser } from '../hub/people.js';
import { HUB_TOKENS, type HubEnvironment } from './hub-tokens.js';
import { Closables, Registrar } from './registrar.js';

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
      async (listener) => {
        const { startHub } = await import('../hub/start-hub.js');
        return startHub({ store, accounts, listener, clock, log });
      },
  );
  register.single(HUB_TOKENS.people, [HUB_TOKENS.stores], ({ accounts }) => ({
    addTeam: (slug) => addTeam(accounts, slug),
    addUser: (user) => addUser(accounts, user),
  }));
};
