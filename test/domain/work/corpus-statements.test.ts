import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveStated } from '../../../src/domain/work/dependency-statement.js';
import { sectionStatement } from '../../../src/domain/work/stated-dependencies.js';
import { tasksSections } from '../../../src/domain/work/tasks-document.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';

interface Row {
  readonly slug: string;
  readonly id: string;
  readonly line: number;
  readonly ids: string;
  readonly ignored: string;
  readonly text: string;
}

/** What a person reads out of each line of the corpus that speaks of dependencies. */
const TABLE: readonly Row[] = readFileSync(
  join(import.meta.dirname, '..', '..', 'fixtures', 'corpus-dependencies.txt'),
  'utf8',
)
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'))
  .map((row) => {
    const [, number, id = '', line, ids = '', ignored = '', text = ''] =
      /^(\d{3}) (WP\d+):(\d+) (.*?)(?: \[(.*?)\])? \| (.*)$/.exec(row) ?? [];
    const slug = corpusFeatures().find((each) => each.startsWith(`${number}-`)) ?? '';
    return { slug, id, line: Number(line), ids, ignored, text };
  });

const tasksOf = (slug: string): string => corpusText(`kitty-specs/${slug}/tasks.md`);

/** Finds the lines to be in the table without any part of the reader under test. */
const linesAboutDependencies = (slug: string): readonly string[] => {
  const found: string[] = [];
  let [id, isUnderHeading, isFenced] = [undefined as string | undefined, false, false];
  for (const [index, line] of tasksOf(slug).split('\n').entries()) {
    if (line.startsWith('```')) isFenced = !isFenced;
    const heading = /^(#+) (?:Work Package )?(.*)/.exec(line);
    if (isFenced) continue;
    if (heading !== null) {
      if (heading[1]!.length <= 2) id = /^WP\d+/.exec(heading[2]!)?.[0];
      isUnderHeading = heading[2] === 'Dependencies';
    } else if (id !== undefined && line !== '' && (isUnderHeading || /\bdepends? on\b/i.test(line))) {
      found.push(`${id}:${index + 1} ${line}`);
    }
  }
  return found;
};

describe('the table of dependency statements', () => {
  it.each(corpusFeatures())('scenario 27: has every line of %s that speaks of dependencies', (slug) => {
    const rows = TABLE.filter((row) => row.slug === slug);
    expect(rows.map(({ id, line, text }) => `${id}:${line} ${text}`)).toEqual(linesAboutDependencies(slug));
  });

  it.each(TABLE)('scenario 27: $slug:$line $text', ({ slug, id, line, ids, ignored }) => {
    const sections = tasksSections(tasksOf(slug));
    const known = sections.map(({ workPackageId }) => workPackageId);
    const statement = sectionStatement(sections.find(({ workPackageId }) => workPackageId === id)!);
    const read = statement.dependencies.filter((each) => each.line === line);
    const named = resolveStated(
      read.map(({ dependency }) => dependency),
      id,
      known,
    );
    expect(named.join(' ') || (statement.isMade && ids !== '-' ? 'none' : '-')).toBe(ids);
    expect(
      statement.ignored
        .filter((each) => each.line === line)
        .map((each) => each.id)
        .join(' '),
    ).toBe(ignored);
  });
});
