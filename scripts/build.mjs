import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleProgram, ROOT } from './bundle.mjs';
import { bundleDashboard } from './dashboard.mjs';
import { noticesOf } from './notices.mjs';

/** Writes the program to `dist/bin`, and what the hub gives to browsers to `dist/dashboard`. */
export const buildProgram = async () => {
  const dashboard = await bundleDashboard();
  const files = await bundleProgram();
  files.set('THIRD-PARTY-NOTICES.txt', { text: await noticesOf([...files.values(), dashboard]) });
  await writeFiles('bin', new Map([...files].map(([name, { text }]) => [name, text])));
  await writeFiles('dashboard', dashboard.files);
};

/**
 * A file appears in one step and only when it differs, so a program that runs from there meanwhile is never half of two
 * builds longer than necessary; what an earlier build left goes away.
 */
const writeFiles = async (folder, files) => {
  const directory = join(ROOT, 'dist', folder);
  await mkdir(directory, { recursive: true });
  for (const [name, text] of files) {
    const path = join(directory, name);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue;
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, text);
    if (name === STARTER) await chmod(temporary, 0o755);
    await rename(temporary, path);
  }
  for (const name of await readdir(directory)) {
    if (!files.has(name) && !name.endsWith('.tmp')) await rm(join(directory, name));
  }
};

const STARTER = 'spec-kitty.cjs';

if (process.argv[1] === import.meta.filename) await buildProgram();
