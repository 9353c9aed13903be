import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createClientContainer, type ClientContainer, type Override } from './container.js';

/** A client that takes its surroundings from this process. */
export interface ProcessClient {
  readonly container: ClientContainer;
  /** Where the process stands at the moment. */
  currentDirectory(): string;
}

/** The one place in which the library touches `process`. */
export const openProcessClient = (
  isLongLived: boolean,
  overrides: readonly Override[] = [],
): ProcessClient => {
  const { version } = createRequire(import.meta.url)('../../../package.json') as { readonly version: string };
  const { env, stderr, execPath, pid } = process;
  const program = {
    command: execPath,
    args: [fileURLToPath(new URL('../../bin/spec-kitty.cjs', import.meta.url))],
  };
  return {
    container: createClientContainer(
      { env, version, stderr, isLongLived, program, processId: pid },
      overrides,
    ),
    currentDirectory: () => process.cwd(),
  };
};
