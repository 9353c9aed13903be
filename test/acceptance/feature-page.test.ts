import { readFileSync } from 'node:fs';
import { parseDependencyText, resolveStated } from '../../src/domain/work/dependency-statement.js';
import { makeProject, succeed } from '../support/project.js';
import { inSandbox } from '../support/sandbox.js';

const PAGE = readFileSync('docs/features.md', 'utf8');

/** The files of the example, by the path behind the fence. */
const EXAMPLE = Object.fromEntries(
  [...PAGE.matchAll(/^```md example (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => [
    path,
    text,
  ]),
);

/** Every wording of the table, with what it means for WP05. */
const WORDINGS = [...PAGE.matchAll(/^\| (`.*`.*) \| (.*) \|$/gm)]
  .filter(([, , meaning = '']) => /^(?:nothing|both|the three|every one|it|WP01)\b/.test(meaning))
  .flatMap(([, written = '', meaning = '']) =>
    [...written.matchAll(/`([^`]*\b(?:WP\d\d|None|previous)[^`]*|\u2013|\[\])`/g)].map(([, words = '']) => [
      words,
      meaning,
    ]),
  );

const KNOWN = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05', 'WP06'];

const meant = (meaning: string): readonly string[] => {
  if (meaning.startsWith('nothing')) return [];
  if (meaning.startsWith('both')) return ['WP01', 'WP02'];
  if (meaning.startsWith('the three')) return ['WP01', 'WP02', 'WP03'];
  return meaning.startsWith('every one') ? ['WP01', 'WP02', 'WP03', 'WP04'] : ['WP01'];
};

describe('docs/features.md', () => {
  it('has an example that is finalized as the page says', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, EXAMPLE);
      const { lines, faults } = await succeed(sandbox, ['feature', 'check']);
      expect(faults).toEqual([]);
      expect(lines.filter(({ verdict }: any) => verdict === 'fault')).toEqual([]);
      const { work_packages: found, announced } = await succeed(sandbox, [
        'agent',
        'feature',
        'finalize-tasks',
      ]);
      expect(announced).toHaveLength(4);
      expect(found.map(({ id, title, dependencies }: any) => [id, title, dependencies])).toEqual([
        ['WP01', 'The model', []],
        ['WP02', 'Print', ['WP01']],
        ['WP03', 'Archive', ['WP01']],
      ]);
    }));

  it.each(WORDINGS)('%s means: %s', (words = '', meaning = '') => {
    const { dependencies, unclear } = parseDependencyText(words, 'WP05');
    expect(unclear).toEqual([]);
    expect(resolveStated(dependencies, 'WP05', KNOWN)).toEqual(meant(meaning));
  });

  it('has a table of wordings', () => {
    expect(WORDINGS.length).toBeGreaterThan(12);
  });
});
