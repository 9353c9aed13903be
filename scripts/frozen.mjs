import { execFileSync } from 'node:child_process';
import { ROOT } from './bundle.mjs';

/**
 * Proves of a change that should not be seen from outside that it is not: between two commits the suites that drive
 * the program from outside, and the pages that say what it answers, differ in import lines at most.
 *
 *     node scripts/frozen.mjs BASE [HEAD]
 *
 * Prints each file that differs in more, and ends with 1 then. A file that has moved is compared with itself.
 */
const FROZEN = [
  ...['test/acceptance', 'test/golden', 'test/contracts', 'test/model', 'test/crash', 'test/chaos'],
  ...['test/fixtures', 'docs/json.md', 'docs/errors.md'],
];

const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 });

/** A file as it is without what it imports, statically or not, and without the places of modules it names. */
const withoutImports = (text) =>
  text
    .replaceAll(/^(?:import|export)\b[^;'"]*?from\s*'[^']*';\n/gms, '')
    .replaceAll(/^import\s*'[^']*';\n/gm, '')
    .replaceAll(/(["'`])(?:\.{1,2}\/)+(?:src|dist|test|support)\/[^"'`]*\1/g, 'MODULE')
    .replaceAll(/\n{2,}/g, '\n');

const [base, head = 'HEAD'] = process.argv.slice(2);
if (base === undefined)
  throw new Error('say which commit to compare with: node scripts/frozen.mjs BASE [HEAD]');

const differing = git('diff', '--name-status', '--find-renames=50%', base, head, '--', ...FROZEN)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split('\t'))
  .filter(([status, before, after = before]) => {
    if (status === 'A' || status === 'D') return true;
    const [old, present] = [`${base}:${before}`, `${head}:${after}`].map((name) =>
      withoutImports(git('show', name)),
    );
    return old !== present;
  })
  .map((line) => line.join('  '));

for (const line of differing) process.stdout.write(`${line}\n`);
process.exitCode = differing.length > 0 ? 1 : 0;
