import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './bundle.mjs';

const SOURCE = join(ROOT, 'src', 'app', 'dashboard');

/**
 * Bundles what a browser loads from the hub. Resolves to every file by name with its text, and to esbuild's metafile;
 * nothing is written. Names carry a digest of the contents, so that a browser may keep them for ever.
 */
export const bundleDashboard = async () => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['main.tsx', 'graph-worker.ts', 'style.css'].map((name) => join(SOURCE, name)),
    outdir: 'dist/dashboard',
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
  });
  const files = new Map();
  const add = (stem, extension, text) => {
    const name = `${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${extension}`;
    files.set(name, text);
    return name;
  };
  const textOf = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text;
  const named = {
    script: add('dashboard', 'js', textOf('main.js')),
    layout: add('layout', 'js', textOf('graph-worker.js')),
    style: add('dashboard', 'css', textOf('style.css')),
    icon: add('icon', 'svg', await readFile(join(SOURCE, 'icon.svg'), 'utf8')),
  };
  const page = await readFile(join(SOURCE, 'index.html'), 'utf8');
  files.set(
    'index.html',
    page.replaceAll(/%(\w+)%/g, (_, name) => named[name]),
  );
  return { files, metafile };
};
