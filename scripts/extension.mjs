import { build, stop, transform } from 'esbuild';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { zipSync } from 'fflate';
import { leanPackages, NATIVE_PACKAGES, ownRequire, ROOT } from './bundle.mjs';
import { noticesOf } from './notices.mjs';

/**
 * Builds the editor extension from the package's public exports, into `extension/dist`; with `--package` also
 * `dist/spec-kitty.vsix`. What runs where the files are is one file, what runs in a browser another, and the page of
 * the views a third.
 */
const EXTENSION = join(ROOT, 'extension');
const OUTPUT = join(EXTENSION, 'dist');
export const VSIX = join(ROOT, 'dist', 'spec-kitty.vsix');

/** Resolves to the bytes of each file that was written, by name, and to esbuild's metafiles. */
export const buildExtension = async () => {
  const { version, exports } = await readJson(join(ROOT, 'package.json'));
  const define = { SPEC_KITTY_VERSION: JSON.stringify(version) };
  const common = {
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    plugins: [publicExports(exports), leanPackages],
  };
  const host = { ...common, external: ['vscode', ...NATIVE_PACKAGES] };
  const results = await Promise.all([
    inParts({
      ...host,
      entryPoints: ['extension/src/extension.ts'],
      outdir: 'extension/dist',
      platform: 'node',
      target: 'node20.9',
      define,
      plugins: [...host.plugins, ownRequire],
    }),
    build({
      ...host,
      entryPoints: ['extension/src/browser.ts'],
      // A worker of the browser asks for this ending, whatever the manifest says.
      outfile: 'extension/dist/browser.js',
      format: 'cjs',
      platform: 'browser',
      target: 'es2022',
      define,
    }),
    build({
      ...common,
      entryPoints: ['extension/src/webview/page.ts', 'extension/src/webview/page.css'],
      outdir: 'extension/dist',
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
    }),
  ]);
  await stop();
  const files = new Map(
    results.flatMap(({ outputFiles }) =>
      outputFiles.map(({ path, contents }) => [relative(OUTPUT, path), contents]),
    ),
  );
  const notices = await noticesOf(results.map(({ metafile }) => ({ metafile })));
  files.set('THIRD-PARTY-NOTICES.txt', new TextEncoder().encode(notices));
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  for (const [name, contents] of files) await writeFile(join(OUTPUT, name), contents);
  await copyNativeLock();
  return { files, metafiles: results.map(({ metafile }) => metafile) };
};

/**
 * A file that begins, with what reads plans, and parts that are read when they are first needed: what the package imports
 * dynamically, by rooms, so that there are few of them. The bundler cuts ES modules only; the host wants CommonJS, which
 * each part then becomes by itself.
 */
const inParts = async (options) => {
  const asModules = {
    ...options,
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.cjs' },
    chunkNames: 'part-[hash]',
    // Two files of a room that export one name: a part would have neither.
    logOverride: { 'ambiguous-reexport': 'error' },
  };
  const { metafile } = await build(asModules);
  const plugins = [...options.plugins, wholeRooms(dynamicImportsOf(metafile))];
  const parts = await build({ ...asModules, plugins });
  const outputFiles = parts.outputFiles.map(async ({ path, text }) => {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      minify: true,
      target: options.target,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__moduleUrl' },
      banner: text.includes('import.meta.url')
        ? 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;'
        : '',
    });
    return { path, contents: new TextEncoder().encode(code) };
  });
  return { ...parts, outputFiles: await Promise.all(outputFiles) };
};

const dynamicImportsOf = ({ inputs }) => {
  const all = Object.values(inputs).flatMap(({ imports }) => imports);
  const dynamic = all.filter(({ kind, external }) => kind === 'dynamic-import' && external !== true);
  return [...new Set(dynamic.map(({ path }) => path))].sort();
};

const roomOf = (source) => ROOMS.find(([pattern]) => pattern.test(source))?.[1] ?? source;

const ROOMS = [
  [/^src\/adapters\/delivery\/got-/, 'http'],
  [/^src\/\w+\/(delivery|agents)\//, 'delivery'],
  [/^src\/\w+\/work\//, 'work'],
  [/^src\//, 'client'],
];

const wholeRooms = (sources) => ({
  name: 'whole-rooms',
  setup: (builder) => {
    builder.onResolve({ filter: /^\./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === RESOLVING) return undefined;
      const resolved = await builder.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVING });
      const source = posix(relative(ROOT, resolved.path));
      const room = roomOf(source);
      return room === source ? resolved : { path: room, namespace: 'room' };
    });
    builder.onLoad({ filter: /.*/, namespace: 'room' }, ({ path }) => ({
      contents: sources
        .filter((source) => roomOf(source) === path)
        .map((source) => `export * from './${source}';`)
        .join('\n'),
      resolveDir: ROOT,
    }));
  },
});

const RESOLVING = Symbol('resolving');

/** `spec-kitty-sync/plans` means what the package exports by that name; its sources, so that nothing has to be built before. */
const publicExports = (exports) => ({
  name: 'public-exports',
  setup: (builder) =>
    builder.onResolve({ filter: /^spec-kitty-sync(\/|$)/ }, ({ path }) => {
      const target = exports[path.replace('spec-kitty-sync', '.')];
      if (target === undefined) throw new Error(`The package exports no ${path}.`);
      return {
        path: join(ROOT, target.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
        // Nothing of ours does anything when it is merely imported.
        sideEffects: false,
      };
    }),
});

/** The package of kernel locks brings binaries, which lie beside the bundle where it looks for them. */
const copyNativeLock = async () => {
  const name = 'fs-native-extensions';
  const from = join(ROOT, 'node_modules', name);
  const to = join(OUTPUT, 'node_modules', name);
  for (const each of ['package.json', 'LICENSE']) await cp(join(from, each), join(to, each));
  for (const platform of await readdir(join(from, 'prebuilds'))) {
    if (!/^(?:linux|darwin|win32)-/.test(platform)) continue;
    const binary = join('prebuilds', platform, `${name}.node`);
    await cp(join(from, binary), join(to, binary));
  }
};

/** A `.vsix` is a zip with a manifest of its own beside the extension. The same sources give the same bytes. */
export const packageExtension = async () => {
  const manifest = await readJson(join(EXTENSION, 'package.json'));
  const entries = {
    '[Content_Types].xml': CONTENT_TYPES,
    'extension.vsixmanifest': await vsixManifest(manifest),
  };
  const texts = Object.entries(entries).map(([name, text]) => [name, new TextEncoder().encode(text)]);
  const packaged = ['dist', 'media', 'l10n', 'package.json', 'package.nls.json', 'README.md', 'CHANGELOG.md'];
  const files = [['extension/LICENSE.txt', await readFile(join(ROOT, 'LICENSE'))]];
  for (const each of packaged) files.push(...(await filesOf(join(EXTENSION, each))));
  const zipped = zipSync(Object.fromEntries([...texts, ...files]), {
    level: 9,
    mtime: '2026-01-01T00:00:00Z',
  });
  await mkdir(dirname(VSIX), { recursive: true });
  await writeFile(VSIX, zipped);
  return zipped.length;
};

const filesOf = async (path) => {
  const name = `extension/${posix(relative(EXTENSION, path))}`;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [[name, new Uint8Array(await readFile(path))]];
  const below = await Promise.all(entries.map((entry) => filesOf(join(path, entry.name))));
  return below.flat().sort(([a], [b]) => (a < b ? -1 : 1));
};

const vsixManifest = async ({
  name,
  publisher,
  version,
  displayName,
  categories,
  keywords,
  engines,
  extensionKind,
}) => {
  const { description } = await readJson(join(EXTENSION, 'package.nls.json'));
  const property = (id, value) => `<Property Id="Microsoft.VisualStudio.${id}" Value="${value}" />`;
  const asset = (type, path) =>
    `<Asset Type="Microsoft.VisualStudio.${type}" Path="extension/${path}" Addressable="true" />`;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata>
<Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}" />
<DisplayName>${displayName}</DisplayName>
<Description xml:space="preserve">${description}</Description>
<Tags>${keywords.join(',')}</Tags>
<Categories>${categories.join(',')}</Categories>
<GalleryFlags>Public</GalleryFlags>
<Properties>
${property('Code.Engine', engines.vscode)}
${property('Code.ExtensionKind', extensionKind.join(','))}
${property('Code.LocalizedLanguages', '')}
</Properties>
<License>extension/LICENSE.txt</License>
<Icon>extension/media/icon.png</Icon>
</Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
<Dependencies />
<Assets>
${asset('Code.Manifest', 'package.json')}
${asset('Services.Content.Details', 'README.md')}
${asset('Services.Content.Changelog', 'CHANGELOG.md')}
${asset('Services.Content.License', 'LICENSE.txt')}
${asset('Services.Icons.Default', 'media/icon.png')}
</Assets>
</PackageManifest>
`;
};

const CONTENT_TYPES = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
${[
  ['cjs', 'application/javascript'],
  ['css', 'text/css'],
  ['js', 'application/javascript'],
  ['json', 'application/json'],
  ['md', 'text/markdown'],
  ['node', 'application/octet-stream'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['txt', 'text/plain'],
  ['vsixmanifest', 'text/xml'],
]
  .map(([extension, type]) => `<Default Extension="${extension}" ContentType="${type}" />`)
  .join('\n')}
</Types>
`;

const posix = (path) => path.split(sep).join('/');

const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'));

if (process.argv[1] === import.meta.filename) {
  const { files } = await buildExtension();
  if (process.argv.includes('--package')) {
    const bytes = await packageExtension();
    process.stdout.write(`${relative(ROOT, VSIX)}: ${Math.round(bytes / 1024)} KiB\n`);
  } else
    for (const [name, { length }] of files)
      process.stdout.write(`${name}: ${Math.round(length / 1024)} KiB\n`);
}
