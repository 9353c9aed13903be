import 'reflect-metadata/lite';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { backgroundModule } from './background.module.js';
import { deliveryModule } from './delivery.module.js';
import { hostModule } from './host.module.js';
import { Closables, Registrar } from './registrar.js';
import { SyncRuntime } from '../sync/sync-runtime.js';
import { storageModule } from './storage.module.js';
import { TOKENS, type ClientEnvironment } from './tokens.js';
import { workflowModule } from './workflow.module.js';

/** A value in place of what the container would make. */
export type Override = readonly [identifier: ServiceIdentifier, value: unknown];

/** Pairs a token with a value of its type. */
export const override = <T>(identifier: ServiceIdentifier<T>, value: T): Override => [identifier, value];

/** The use cases and ports of one client process. */
export interface ClientContainer {
  /** The one instance of this container; made, with all that it needs, when it is first asked for. */
  get<T>(identifier: ServiceIdentifier<T>): Promise<T>;
  /** Closes everything that was made, in reverse. */
  close(): Promise<void>;
}

const MODULES = [hostModule, storageModule, deliveryModule, backgroundModule, workflowModule] as const;

/** Composes a client, for production and tests alike. Nothing is read, written or loaded before it is asked for. */
export const createClientContainer = (
  environment: ClientEnvironment,
  overrides: readonly Override[] = [],
): ClientContainer => {
  const container = new Container({ defaultScope: 'Singleton' });
  const closables = new Closables();
  container.bind(TOKENS.environment).toConstantValue(environment);
  container.load(
    new ContainerModule(({ bind }) => {
      const registrar = new Registrar(bind, closables);
      for (const register of MODULES) register(registrar);
    }),
  );
  const runtime = new SyncRuntime(
    {
      mayStart: environment.env['SPEC_KITTY_SYNC'] !== 'off',
      summon: async () => (await container.getAsync(TOKENS.summons)).run(),
      service: () => container.getAsync(TOKENS.backgroundSync),
    },
    environment.isLongLived,
  );
  container.bind(TOKENS.runtime).toConstantValue(runtime);
  for (const [identifier, value] of overrides) {
    container.unbind(identifier);
    container.bind(identifier).toConstantValue(value);
  }
  return {
    get: (identifier) => container.getAsync(identifier),
    close: async () => {
      try {
        await runtime.stop();
      } finally {
        await closables.close();
      }
    },
  };
};
