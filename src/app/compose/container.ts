import 'reflect-metadata/lite';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SyncRuntime } from '../delivery/sync-runtime.js';
import { firstParts } from './first-parts.js';
import type { ClientContainer, ClientEnvironment, ClientParts, Parts } from './parts.js';
import { PartsContainer } from './parts-container.js';

/** Values in place of what the container would make, by name. */
export type Overrides = Partial<Parts>;

/** Composes a client, for production and tests alike. Nothing is read, written or loaded before it is asked for. */
export const createClientContainer = (
  environment: ClientEnvironment,
  overrides: Overrides = {},
): ClientContainer => {
  const { env, backgroundSync } = environment;
  const runtime = new SyncRuntime(async (signal) => {
    if (env['SPEC_KITTY_SYNC'] === 'off' || backgroundSync === 'off') return;
    if (backgroundSync === 'own-process') await (await container.get('summons')).run();
    else await (await container.get('backgroundProcess')).runBeside(signal);
  });
  const container: ClientParts = new PartsContainer({ environment, runtime, ...overrides }, async () =>
    (await import('./later-parts.js')).laterParts(container),
  );
  firstParts(container);
  return {
    get: (name) => container.get(name),
    close: async () => {
      await runtime.stop();
      await container.close();
    },
  };
};

/**
 * The surroundings of a client, as far as they are not this process's own: its variables, its stderr, the version and the
 * command line of this package, of which a bundled host has to give both. Background sync is `own-process` by default.
 */
export interface Surroundings extends Partial<Omit<ClientEnvironment, 'processId'>> {
  /** Directory of all state of this user, absolute. Default: `SPEC_KITTY_HOME`, else `.spec-kitty` in the home directory. */
  readonly stateRoot?: string;
}

/** A client in this process. */
export const openProcessClient = (
  { stateRoot, ...given }: Surroundings,
  overrides?: Overrides,
): ClientContainer => {
  const { stderr, pid: processId } = process;
  const env = given.env ?? process.env;
  return createClientContainer(
    {
      ...{ stderr, processId, backgroundSync: 'own-process', ...given },
      env: stateRoot === undefined ? env : { ...env, SPEC_KITTY_HOME: stateRoot },
      version: given.version ?? ownVersion(),
      program: given.program ?? ownProgram(),
    },
    overrides,
  );
};

const ownVersion = (): string =>
  (createRequire(import.meta.url)('../../../package.json') as { readonly version: string }).version;

const ownProgram = (): ClientEnvironment['program'] => ({
  command: process.execPath,
  args: [fileURLToPath(new URL('../../bin/spec-kitty.cjs', import.meta.url))],
});
