import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFigures } from '../bench/lib/document.mjs';
import { writeResults } from '../bench/lib/results.mjs';
import { formatTable } from '../bench/lib/table.mjs';
import { ROOT } from './bundle.mjs';
import { runNode } from './run.mjs';

/**
 * Runs the programs of `bench/` one after the other and prints one table. A run of all of them writes
 * `bench/results.json`, and its figures into `docs/performance.md`.
 *
 *     npm run bench              everything
 *     npm run bench -- capture   only the programs with this in their name
 */
const wanted = process.argv.slice(2);
const programs = (await readdir(join(ROOT, 'bench')))
  .filter(
    (name) => name.endsWith('.mjs') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  )
  .sort();
const directory = await mkdtemp(join(tmpdir(), 'spec-kitty-bench-'));
const comparisons = [];
try {
  // Node 20 reads these certificates at every start, which would be measured as ours.
  const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = process.env;
  for (const program of programs) {
    const output = join(directory, `${program}.json`);
    const { code } = await runNode([join(ROOT, 'bench', program)], {
      env: { ...env, BENCH_OUTPUT: output },
      inherit: true,
    });
    if (code !== 0) process.exitCode = 1;
    comparisons.push(...(await readFile(output, 'utf8').then(JSON.parse, () => [])));
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.stdout.write(`${formatTable(comparisons)}\n`);
if (wanted.length === 0 && process.exitCode !== 1) {
  const results = await writeResults(join(ROOT, 'bench', 'results.json'), comparisons);
  await writeFigures(join(ROOT, 'docs', 'performance.md'), results);
}
