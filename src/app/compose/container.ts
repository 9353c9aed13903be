import 'reflect-metadata/lite';
import { SyncRuntime } from '../delivery/sync-runtime.js';
import { hostModule } from './host.module.js';
import type { ClientEnvironment, Parts } from './parts.js';
import { createPartsContainer, type PartsContainer, type PartsModule } from './parts-container.js';
import { storageModule } from './storage.module.js';
import { summonsModule } from './summons.module.js';
import { workflowModule } from './workflow.module.js';

/** Values in place of what the container would make, by name. */
export type Overrides = { readonly [K in keyof Parts]?: Parts[K] };

/** The use cases and ports of one client process. */
export type ClientContainer = Pick<PartsContainer<Parts>, 'get' | 'close'>;

/** What every command may need. Whatever is bound elsewhere is composed when somebody asks for it. */
const FIRST_MODULES = [hostModule, storageModule, summonsModule, workflowModule];

const loadOtherModules = async (): Promise<readonly PartsModule<Parts>[]> => [
  (await import('./delivery.module.js')).deliveryModule,
  (await import('./orchestration.module.js')).orchestrationModule,
];

const loadWork = async (): Promise<readonly PartsModule<Parts>[]> => [
  (await import('./work.module.js')).workModule,
];

/** In the order in which they are asked; whatever they bind may need what is bound before. */
const LATER_MODULES = [loadWork, loadOtherModules];

/** Composes a client, for production and tests alike. Nothing is read, written or loaded before it is asked for. */
export const createClientContainer = (
  environment: ClientEnvironment,
  overrides: Overrides = {},
): ClientContainer => {
  const later: Promise<void>[] = [];
  const get: ClientContainer['get'] = async (name) => {
    for (const [at, load] of LATER_MODULES.entries()) {
      if (container.has(name)) break;
      await (later[at] ??= load().then((modules) => container.load(modules)));
    }
    return container.get(name);
  };
  const runtime = new SyncRuntime(
    {
      mayStart: environment.env['SPEC_KITTY_SYNC'] !== 'off' && environment.backgroundSync !== 'off',
      summon: async () => (await get('summons')).run(),
      service: () => get('backgroundSync'),
    },
    environment.backgroundSync === 'this-process',
  );
  const container = createPartsContainer<Parts>({ environment, runtime, ...overrides });
  container.load(FIRST_MODULES);
  return {
    get,
    close: async () => {
      try {
        await runtime.stop();
      } finally {
        await container.close();
      }
    },
  };
};
