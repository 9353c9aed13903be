import { build, stop } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Rooms that only some commands enter. A dynamic import of one of their files becomes a file of its own beside
 * `main.cjs`, read when it is needed; every other dynamic import stays inside the file and is evaluated when it is
 * needed. Pure code that two of these files use is in both of them.
 */
const SEPARATE_ROOMS = [
  /^src\/adapters\/(transport|event-store)\//,
  /^src\/adapters\/auth\/got-/,
  /^src\/adapters\/queue\/(read-outbox|ledger|sqlite)/,
  /^src\/app\/(hub|dashboard)\//,
  /^src\/app\/container\/hub/,
  /^src\/app\/sync\/(background|flush|live|sync-verify|sync-doctor)/,
  /^src\/app\/cli\/commands\/(auth|sync|events|identity|hub|orchestrate)\//,
];

/** Packages that are not bundled: they bring native code, which is found from the installed package. */
export const NATIVE_PACKAGES = ['better-sqlite3', 'fs-native-extensions'];

/**
 * Bundles the program. Resolves to every file by name with its text and esbuild's metafile; nothing is written.
 * `main.cjs` is the program, `spec-kitty.cjs` the small file that starts it, the others are separate rooms.
 */
export const bundleProgram = async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const files = new Map();
  const queue = [{ name: 'main', entry: 'src/app/cli/main.ts' }];
  const planned = new Set(['main']);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const found = [];
    files.set(
      `${next.name}.cjs`,
      await bundleFile(next, found, { SPEC_KITTY_VERSION: JSON.stringify(version) }),
    );
    for (const room of found) {
      if (!planned.has(room.name)) queue.push(room);
      planned.add(room.name);
    }
  }
  const starter = await bundleFile({ name: 'spec-kitty', entry: 'src/app/cli/bin.ts' }, [], {
    SPEC_KITTY_VERSION: JSON.stringify(version),
    SPEC_KITTY_BUILD_ID: JSON.stringify(identify(files)),
  });
  // The bundler's own process would otherwise outlive the caller's interest in it.
  await stop();
  return files.set('spec-kitty.cjs', { ...starter, text: `#!/usr/bin/env node\n${starter.text}` });
};

/** Changes with every byte of the program. */
const identify = (files) => {
  const buildId = createHash('sha256');
  for (const name of [...files.keys()].sort()) buildId.update(name).update(files.get(name).text);
  return buildId.digest('hex').slice(0, 16);
};

const bundleFile = async ({ name, entry }, rooms, define) => {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: `dist/bin/${name}.cjs`,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    // Class names appear in messages of the container and in stack traces.
    keepNames: false,
    legalComments: 'none',
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    charset: 'utf8',
    // A dynamic import inside a script that runs in `vm` would need a loader of its own; `require` does not.
    supported: { 'dynamic-import': false },
    external: NATIVE_PACKAGES,
    define: { ...define, 'import.meta.url': '__moduleUrl' },
    banner: {
      js:
        name === 'spec-kitty' ? '' : 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;',
    },
    plugins: [separateRooms(entry, rooms), ownStringWidth, leanPackages],
    logLevel: 'error',
  });
  return { text: result.outputFiles[0].text, metafile: result.metafile };
};

const separateRooms = (entry, rooms) => ({
  name: 'separate-rooms',
  setup: (builder) => {
    builder.onResolve({ filter: /^\.\.?\// }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === RESOLVING) return undefined;
      const resolved = await builder.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVING });
      if (resolved.errors.length > 0) return resolved;
      const source = posix(relative(ROOT, resolved.path));
      if (source === entry || !SEPARATE_ROOMS.some((room) => room.test(source))) return resolved;
      const name = source
        .replace(/^src\/(app\/)?/, '')
        .replace(/\.ts$/, '')
        .replaceAll(/[/.]/g, '-');
      rooms.push({ name, entry: source });
      return { path: `./${name}.cjs`, external: true };
    });
  },
});

const RESOLVING = Symbol('resolving');

/** yargs measures text with a package that takes longer to load than all the rest of yargs. */
const ownStringWidth = {
  name: 'own-string-width',
  setup: (builder) => {
    builder.onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'own' }));
    builder.onLoad({ filter: /.*/, namespace: 'own' }, () => ({
      contents: "export { stringWidth as default } from './src/app/cli/render/width.ts';",
      resolveDir: ROOT,
    }));
  },
};

/**
 * Packages of which only a part is used. yaml's build for Node is CommonJS, of which a bundler keeps everything; its
 * other build is the same code as ES modules. Neither package does anything when it is merely imported.
 */
const leanPackages = {
  name: 'lean-packages',
  setup: (builder) => {
    builder.onResolve({ filter: /^yaml$/ }, () => ({
      path: join(ROOT, 'node_modules', 'yaml', 'browser', 'dist', 'index.js'),
      sideEffects: false,
    }));
    builder.onResolve(
      { filter: /^(inversify|@inversifyjs\/.*)$/ },
      async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === RESOLVING) return undefined;
        const resolved = await builder.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVING });
        return { ...resolved, sideEffects: false };
      },
    );
  },
};

const posix = (path) => path.split(sep).join('/');
