import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleProgram, ROOT } from '../../scripts/bundle.mjs';

/**
 * Builds the program once more with a container in which emission does nothing: no identity is read, no intent is
 * written, nothing is captured. What is left is the work itself and its commit. Returns the path of the program.
 */
export const buildStubbedProgram = async () => {
  // Inside the package, because it finds the package with the native lock from where it lies.
  const directory = join(ROOT, 'dist', 'bench', 'bin');
  mkdirSync(directory, { recursive: true });
  const files = await bundleProgram({ 'src/app/compose/container.ts': 'bench/lib/stubbed-container.mjs' });
  for (const [name, { text }] of files) writeFileSync(join(directory, name), text);
  return join(directory, 'spec-kitty.cjs');
};
