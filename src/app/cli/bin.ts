import { isAbsolute, join } from 'node:path';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { CodeCache } from './code-cache.js';
import type * as Program from './main.js';

declare const SPEC_KITTY_VERSION: string;
declare const SPEC_KITTY_BUILD_ID: string;

/**
 * The installed program: answers the one question that needs no program, and otherwise runs `main.cjs` beside it
 * with the code that V8 compiled last time.
 */
const start = (): void => {
  if (process.argv.length === 3 && process.argv[2] === '--version') {
    process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
    process.stdout.write(`${SPEC_KITTY_VERSION}\n`);
    return;
  }
  const words = process.argv.slice(2);
  const cache = new CodeCache({ directory: cacheDirectory(), buildId: SPEC_KITTY_BUILD_ID, words });
  process.once('exit', () => cache.store());
  const nativeRequire = createRequire(__filename);
  // The program's other files are asked for by relative names; everything else is a package or Node's own.
  const require = (name: string): unknown =>
    name.startsWith('./') ? cache.load(join(__dirname, name), require) : nativeRequire(name);
  require.resolve = nativeRequire.resolve;
  const load = (): typeof Program => cache.load(join(__dirname, 'main.cjs'), require) as typeof Program;
  Promise.resolve()
    .then(() => load().main())
    .catch((error: unknown) => {
      // A part of the program that cannot be read, as with too few file descriptors, has nobody else who could say so.
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      process.stderr.write(`error[storage-failed]: The program cannot be read: ${error.message}\n`);
      process.exitCode = 1;
    });
};

/** Where compiled code is kept; `undefined` when the user has no state root yet, or wants none of it. */
const cacheDirectory = (): string | undefined => {
  if (process.env['SPEC_KITTY_NO_CODE_CACHE'] === '1') return undefined;
  try {
    const root = process.env['SPEC_KITTY_HOME'] || join(homedir(), '.spec-kitty');
    // Where that is depends on the place of the call otherwise: the program refuses it, and here is nothing to keep.
    return isAbsolute(root) ? join(root, 'cache') : undefined;
  } catch {
    // A user without a name and without HOME has no home.
    return undefined;
  }
};

start();
