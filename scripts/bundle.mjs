import { build, stop } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * What is imported dynamically lies in a room, a file of its own beside `main.cjs` that is read when it is entered.
 * These few are in `main.cjs` itself: the workflow commands that agents run all day need them in every case, and two
 * files are read more slowly than one.
 */
const IN_MAIN = ['src/app/compose/container.ts'];

/** Files that are entered together share a room; any other file has one for itself. */
const SHARED_ROOMS = {
  http: [
    'src/adapters/delivery/got-batch-transport.ts',
    'src/adapters/delivery/got-token-issuer.ts',
    'src/adapters/delivery/hub-pages.ts',
  ],
  commands: ['src/app/cli/commands/all.ts', 'src/app/compose/later-parts.ts'],
  status: [
    'src/app/reports/get-sync-status.ts',
    'src/app/delivery/sharing.ts',
    'src/adapters/outbox/read-outbox.ts',
  ],
  summons: ['src/app/delivery/summons.ts', 'src/adapters/delivery/file-background-post.ts'],
  delivery: [
    'src/app/delivery/access-token.ts',
    'src/app/delivery/courier.ts',
    'src/app/delivery/flush.ts',
    'src/app/delivery/hub-receipts.ts',
  ],
  branches: [
    'src/adapters/work/git-worktree.ts',
    'src/adapters/work/git-merged.ts',
    'src/adapters/work/git-merges.ts',
    'src/adapters/work/git-branch-move.ts',
  ],
  account: [
    'src/app/delivery/sign-in.ts',
    'src/app/delivery/sign-out.ts',
    'src/app/delivery/backlog-consent.ts',
  ],
};

/** Packages that are not bundled: they bring native code, which is found from the installed package. */
export const NATIVE_PACKAGES = ['@photostructure/sqlite', 'fs-native-extensions'];

/**
 * Bundles the program. Resolves to every file by name with its text and esbuild's metafile; nothing is written.
 * `main.cjs` is the program, `spec-kitty.cjs` the small file that starts it, the others are separate rooms.
 * `replacements`: sources in place of others, for a program that is measured beside ours; only they import the original.
 */
export const bundleProgram = async (replacements = {}) => {
  const { version, engines } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const files = new Map();
  const queue = [{ name: 'main', sources: ['src/app/cli/main.ts'] }];
  const planned = new Set(['main']);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const found = [];
    files.set(
      `${next.name}.cjs`,
      await bundleFile(next, found, { SPEC_KITTY_VERSION: JSON.stringify(version) }, replacements),
    );
    for (const room of found) {
      if (!planned.has(room.name)) queue.push(room);
      planned.add(room.name);
    }
  }
  const starter = await bundleFile({ name: STARTER, sources: ['src/app/cli/bin.ts'] }, [], {
    SPEC_KITTY_VERSION: JSON.stringify(version),
    SPEC_KITTY_BUILD_ID: JSON.stringify(identify(files)),
  });
  // The bundler's own process would otherwise outlive the caller's interest in it.
  await stop();
  const text = `#!/usr/bin/env node\n${refuseOlderNode(engines.node)}${starter.text}`;
  return files.set('spec-kitty.cjs', { ...starter, text });
};

/** Runs before anything that a Node below the floor does not have: the file itself is of a language that all can read. */
const refuseOlderNode = (range) => {
  const [major, minor] = range.replace('>=', '').split('.').map(Number);
  return (
    'var v=process.versions.node.split(".");' +
    `if(+v[0]<${major}||+v[0]===${major}&&+v[1]<${minor}){` +
    `console.error("spec-kitty needs Node ${major}.${minor} or newer, and this is Node "+v.join(".")+".");` +
    'process.exitCode=1;return}\n'
  );
};

/** Changes with every byte of the program. */
const identify = (files) => {
  const buildId = createHash('sha256');
  for (const name of [...files.keys()].sort()) buildId.update(name).update(files.get(name).text);
  return buildId.digest('hex').slice(0, 16);
};

const STARTER = 'spec-kitty';

const bundleFile = async ({ name, sources }, rooms, define, replacements = {}) => {
  const result = await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: sources.map((source) => `export * from './${source}';`).join('\n'),
      resolveDir: ROOT,
      loader: 'js',
    },
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
    target: name === STARTER ? ['es2015', 'node10'] : 'node20.19',
    // Text of one byte a character is read and kept at half the cost.
    charset: 'ascii',
    // A dynamic import inside a script that runs in `vm` would need a loader of its own; `require` does not.
    supported: { 'dynamic-import': false },
    external: NATIVE_PACKAGES,
    define: { ...define, 'import.meta.url': '__moduleUrl' },
    banner: {
      js: name === STARTER ? '' : 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;',
    },
    plugins: [separateRooms(name, rooms, replacements), ownRequire, leanPackages],
    logLevel: 'error',
  });
  const { text } = result.outputFiles[0];
  // The bundler escapes neither regular expressions nor raw templates, and whoever reads a byte as a character would
  // see other characters in them.
  const foreign = text.search(/[\u0080-\uffff]/);
  if (foreign >= 0)
    throw new Error(
      `${name}.cjs is not plain ASCII: write \\u escapes in: ${text.slice(foreign - 40, foreign + 20)}`,
    );
  return { text, metafile: result.metafile };
};

const separateRooms = (name, rooms, replacements) => ({
  name: 'separate-rooms',
  setup: (builder) => {
    builder.onResolve({ filter: /^\.\.?\// }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === RESOLVING) return undefined;
      const entry = importer === '<stdin>';
      if (!entry && kind !== 'dynamic-import') return undefined;
      const resolved = await builder.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVING });
      // Nothing of ours does anything when it is merely imported, but for what a file of the program begins with.
      if (entry) return { ...resolved, sideEffects: true };
      if (resolved.errors.length > 0) return resolved;
      const source = posix(relative(ROOT, resolved.path));
      const replacement = replacements[source];
      if (replacement !== undefined) return { path: join(ROOT, replacement) };
      const room = roomOf(source);
      if (room === undefined || room.name === name) return resolved;
      rooms.push(room);
      return { path: `./${room.name}.cjs`, external: true };
    });
  },
});

const roomOf = (source) => {
  if (IN_MAIN.includes(source)) return undefined;
  const shared = Object.entries(SHARED_ROOMS).find(([, sources]) => sources.includes(source));
  if (shared !== undefined) return { name: shared[0], sources: shared[1] };
  const name = source
    .replace(/^src\/(app\/)?/, '')
    .replace(/\.ts$/, '')
    .replaceAll(/[/.]/g, '-');
  return { name, sources: [source] };
};

const RESOLVING = Symbol('resolving');

/** A CommonJS file has its own `require`; asking for another one would load Node's module of modules. */
export const ownRequire = {
  name: 'own-require',
  setup: (builder) => {
    builder.onResolve({ filter: /^(node:)?module$/ }, () => ({ path: 'module', namespace: 'require' }));
    builder.onLoad({ filter: /.*/, namespace: 'require' }, () => ({
      contents: 'export const createRequire = () => require;',
    }));
  },
};

/**
 * Packages of which only a part is used. yaml's build for Node is CommonJS, of which a bundler keeps everything; its
 * other build is the same code as ES modules. Neither it nor inversify does anything when it is merely imported. What
 * people have written in YAML is edited, never written anew, so that what would write a document stays out. What makes
 * containers of long-lived programs fast by compiling code stays out, too: ours do not ask for it. The helpers of yargs
 * would bring all of yargs along with its parser.
 */
export const leanPackages = {
  name: 'lean-packages',
  setup: (builder) => {
    builder.onResolve({ filter: /^yargs\/helpers$/ }, () => ({ path: 'yargs-helpers', namespace: 'lean' }));
    builder.onLoad({ filter: /.*/, namespace: 'lean' }, () => ({
      contents: "export { default as Parser } from 'yargs-parser';",
      resolveDir: join(ROOT, 'node_modules', 'yargs'),
    }));
    builder.onResolve({ filter: /^yaml$/ }, () => ({
      path: join(ROOT, 'node_modules', 'yaml', 'browser', 'dist', 'index.js'),
      sideEffects: false,
    }));
    builder.onLoad(
      { filter: /yaml[/\\]browser[/\\]dist[/\\](stringify[/\\]stringifyDocument|doc[/\\]createNode)\.js$/ },
      ({ path }) => ({
        contents: `export const ${basename(path, '.js')} = () => { throw new Error('YAML is edited, never written anew'); };`,
      }),
    );
    builder.onLoad({ filter: /@inversifyjs[/\\]core[/\\].*[/\\]\w+Jit\.js$/ }, ({ path }) => ({
      contents: `export const ${basename(path, '.js')} = () => { throw new Error('Containers compile no code'); };`,
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
