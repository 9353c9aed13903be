import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleProgram, ROOT } from './bundle.mjs';

/** Writes the program to `dist/bin`; what an earlier build left there goes away. */
const directory = join(ROOT, 'dist', 'bin');
const files = await bundleProgram();
await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
for (const [name, { text }] of files) await writeFile(join(directory, name), text);
await chmod(join(directory, 'spec-kitty.cjs'), 0o755);
