import { build, stop } from 'esbuild';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..', '..');

export const SHIM = join(HERE, '..', 'support', 'fs-shim', 'shim.cjs');

/**
 * The harness as one file, which starts quickly enough to be killed thousands of times. It is bundled from the sources,
 * so that it tests what stands there; packages with native code are found from the repository.
 */
export const bundleProgram = async () => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'crash-program-')));
  const path = join(directory, 'program.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/crash/program.ts'],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, 'package.json')).href) },
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module';const require = __createRequire(${JSON.stringify(pathToFileURL(join(ROOT, 'package.json')).href)});`,
    },
    logLevel: 'error',
  });
  await stop();
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
};

if (process.argv[1] === import.meta.filename) process.stdout.write((await bundleProgram()).path);
