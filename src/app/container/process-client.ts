import { createRequire } from 'node:module';
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
  const { env, stderr } = process;
  return {
    container: createClientContainer({ env, version, stderr, isLongLived }, overrides),
    currentDirectory: () => process.cwd(),
  };
};
