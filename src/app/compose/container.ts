import 'reflect-metadata/lite';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { hostModule } from './host.module.js';
import { Closables, Registrar } from './registrar.js';
import { SyncRuntime } from '../delivery/sync-runtime.js';
import { storageModule } from './storage.module.js';
import { summonsModule } from './summons.module.js';
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

/** What every command may need. Whatever is bound elsewhere is composed when somebody asks for it. */
const FIRST_MODULES = [hostModule, storageModule, summonsModule, workflowModule];

const loadOtherModules = async (): Promise<readonly ((register: Registrar) => void)[]> => {
  const [{ deliveryModule }, { backgroundModule }, { reportsModule }, { orchestrationModule }] =
    await Promise.all([
      import('./delivery.module.js'),
      import('./background.module.js'),
      import('./reports.module.js'),
      import('./orchestration.module.js'),
    ]);
  return [deliveryModule, backgroundModule, reportsModule, orchestrationModule];
};

const loadCommands = async (): Promise<readonly ((register: Registrar) => void)[]> => [
  (await import('./commands.module.js')).commandsModule,
];

/** In the order in which they are asked; whatever they bind may need what is bound before. */
const LATER_MODULES = [loadCommands, loadOtherModules];

/** Composes a client, for production and tests alike. Nothing is read, written or loaded before it is asked for. */
export const createClientContainer = (
  environment: ClientEnvironment,
  overrides: readonly Override[] = [],
): ClientContainer => {
  const container = new Container({ defaultScope: 'Singleton' });
  const closables = new Closables();
  const given = new Map<ServiceIdentifier, unknown>([[TOKENS.environment, environment]]);
  const later: Promise<void>[] = [];
  const bindAll = (modules: readonly ((register: Registrar) => void)[]): void =>
    container.load(
      new ContainerModule(({ bind }) => {
        const registrar = new Registrar(bind, closables, given);
        for (const register of modules) register(registrar);
      }),
    );
  const get = async <T>(identifier: ServiceIdentifier<T>): Promise<T> => {
    for (const [at, load] of LATER_MODULES.entries()) {
      if (container.isBound(identifier)) break;
      await (later[at] ??= load().then(bindAll));
    }
    return container.getAsync(identifier);
  };
  const runtime = new SyncRuntime(
    {
      mayStart: environment.env['SPEC_KITTY_SYNC'] !== 'off',
      summon: async () => (await get(TOKENS.summons)).run(),
      service: () => get(TOKENS.backgroundSync),
    },
    environment.isLongLived,
  );
  given.set(TOKENS.runtime, runtime);
  for (const [identifier, value] of overrides) given.set(identifier, value);
  for (const [identifier, value] of given) container.bind(identifier).toConstantValue(value);
  bindAll(FIRST_MODULES);
  return {
    get,
    close: async () => {
      try {
        await runtime.stop();
      } finally {
        await closables.close();
      }
    },
  };
};
