import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createClientContainer, type ClientContainer, type Overrides } from './container.js';
import type { ClientEnvironment } from './parts.js';

/** The surroundings of a client, as far as they are not this process's own. */
export interface Surroundings {
  /** Environment variables. Default: those of the process. */
  readonly env?: ClientEnvironment['env'];
  /** Directory of all state of this user, absolute. Default: `SPEC_KITTY_HOME`, else `.spec-kitty` in the home directory. */
  readonly stateRoot?: string;
  /** Where warnings go. Default: stderr of the process. */
  readonly stderr?: ClientEnvironment['stderr'];
  /** Who delivers what is captured here. Default: `own-process`. */
  readonly backgroundSync?: ClientEnvironment['backgroundSync'];
  /** How long another command at work in the repository is waited for. Default: five seconds, and nobody is told. */
  readonly waiting?: ClientEnvironment['waiting'];
  /** What starts the command line. Default: Node with the program of this package. A bundled host has to give it. */
  readonly program?: ClientEnvironment['program'];
  /** What hubs and other processes are told. Default: the version of this package. A bundled host has to give it. */
  readonly version?: string;
}

/** The one place in which the library touches `process`. */
export const openProcessClient = (
  { stateRoot, waiting, ...given }: Surroundings,
  overrides: Overrides = {},
): ClientContainer => {
  const { stderr, pid: processId } = process;
  const env = {
    ...(given.env ?? process.env),
    ...(stateRoot === undefined ? {} : { SPEC_KITTY_HOME: stateRoot }),
  };
  return createClientContainer(
    {
      ...{ env, processId, stderr: given.stderr ?? stderr },
      version: given.version ?? ownVersion(),
      program: given.program ?? ownProgram(),
      backgroundSync: given.backgroundSync ?? 'own-process',
      ...(waiting === undefined ? {} : { waiting }),
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
