import type { PlanFinding } from '../../../src/app/work/plan-findings.js';
import { fixesFor } from '../../../src/app/work/plan-fixes.js';

const IDS = ['WP01', 'WP02', 'WP10'];

/** Each way to correct the finding, with the text that it makes. */
const corrected = (finding: Omit<PlanFinding, 'path' | 'message'>, text: string): Record<string, string> => {
  const fixes = fixesFor({ path: 'a.md', message: '', ...finding }, text, IDS);
  return Object.fromEntries(
    fixes.map(({ title, from, through, lines }) => {
      const all = text.split('\n');
      all.splice(from - 1, through - from + 1, ...lines);
      return [title, all.join('\n')];
    }),
  );
};

describe('ways to correct a plan', () => {
  it('write another lane and leave the rest of its line', () => {
    const made = corrected({ code: 'unknown-lane', line: 2 }, '---\nlane: "finished" # why\r\n---\n');
    expect(made['Write the lane planned']).toBe('---\nlane: planned # why\r\n---\n');
    expect(Object.keys(made)).toHaveLength(4);
  });

  it.each([
    [
      'a list in one line',
      'dependencies: [WP01, WP09]',
      'dependencies: [WP01]',
      'dependencies: [WP01, WP10]',
    ],
    [
      'the first of several',
      'dependencies: ["WP09", "WP01"]',
      'dependencies: ["WP01"]',
      'dependencies: ["WP10", "WP01"]',
    ],
    ['a list of its own', 'dependencies: [WP09]', 'dependencies: []', 'dependencies: [WP10]'],
    [
      'an item',
      'dependencies:\n  - WP01\n  - WP09\ntitle: x',
      'dependencies:\n  - WP01\ntitle: x',
      'dependencies:\n  - WP01\n  - WP10\ntitle: x',
    ],
    ['a sentence', 'Depends on WP01, WP09 (soon)', 'Depends on WP01 (soon)', 'Depends on WP01, WP10 (soon)'],
  ])('take a dependency out, or write another one: %s', (_name, text, without, instead) => {
    const made = corrected(
      { code: 'unknown-dependency', line: 1, dependency: { from: 'WP02', to: 'WP09' } },
      text,
    );
    expect(made['Do not depend on WP09']).toBe(without);
    expect(made['Depend on WP10 instead']).toBe(instead);
    expect(made['Depend on WP02 instead']).toBeUndefined();
  });

  it('offer nothing in place of a dependency that is one too many', () => {
    const made = corrected(
      { code: 'dependency-cycle', line: 1, dependency: { from: 'WP02', to: 'WP01' } },
      'dependencies: [WP01]',
    );
    expect(made).toEqual({ 'Do not depend on WP01': 'dependencies: []' });
  });

  it('keep one side of a conflict, whatever it holds', () => {
    const text = 'a\n<<<<<<< ours\nb\n||||||| base\nx\n=======\nc\nd\n>>>>>>> theirs\ne';
    expect(corrected({ code: 'conflict', line: 2 }, text)).toEqual({
      'Keep the current side of the conflict': 'a\nb\ne',
      'Keep the incoming side of the conflict': 'a\nc\nd\ne',
    });
  });

  it('are none where the place is not there any more, or nobody can say what is meant', () => {
    expect(corrected({ code: 'unknown-lane', line: 9 }, 'a')).toEqual({});
    expect(corrected({ code: 'conflict', line: 1 }, 'a')).toEqual({});
    expect(corrected({ code: 'unreadable', line: 1 }, 'a')).toEqual({});
    const gone = { code: 'unknown-dependency', line: 1, dependency: { from: 'WP02', to: 'WP09' } } as const;
    expect(corrected(gone, 'dependencies: []\ntitle: WP09')).toEqual({});
  });
});
