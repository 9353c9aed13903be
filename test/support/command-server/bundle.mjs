import { build, stop } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NATIVE_PACKAGES, ROOT } from '../../../scripts/bundle.mjs';

/**
 * Writes the server of commands into a directory, from the sources as they are; resolves to the file to start. What a
 * command loads when it needs it is in files of its own.
 */
export const bundleCommandServer = async (directory) => {
  const base = JSON.stringify(pathToFileURL(join(ROOT, 'package.json')).href);
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/support/command-server/server.ts'],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': base },
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module';const require = __createRequire(${base});`,
    },
    plugins: [nativePackages],
    logLevel: 'error',
  });
  await stop();
  return join(directory, 'server.mjs');
};

/** Native code is found from where a package is installed. */
const nativePackages = {
  name: 'native-packages',
  setup: (builder) => {
    builder.onResolve({ filter: /^@?[a-z]/ }, ({ path }) =>
      NATIVE_PACKAGES.includes(path) ? { path: import.meta.resolve(path), external: true } : undefined,
    );
  },
};
