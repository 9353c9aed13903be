import fc from 'fast-check';
import { parseDependencyText, resolveStated } from '../../../src/domain/workflow/dependency-statement.js';

const KNOWN = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05', 'WP100'];
const read = (text: string, self = 'WP05'): readonly string[] | undefined => {
  const { statement } = parseDependencyText(text);
  return statement === undefined ? undefined : resolveStated(statement.dependencies, self, KNOWN);
};

describe('a dependency text', () => {
  it.each<[string, readonly string[]]>([
    ['Depends on WP01 (release workflow requires the validator).', ['WP01']],
    ['Depends on WP01 (validator), and benefits from metadata updates in WP02 for consistency.', ['WP01']],
    ['Depends on outputs of WP01–WP03 to accurately describe tooling.', ['WP01', 'WP02', 'WP03']],
    ['Depends on the outputs of WP01', ['WP01']],
    ['Depends on **WP01, WP02, WP04** (all modules)', ['WP01', 'WP02', 'WP04']],
    ['Depends on WP01 (models), WP02 (store read)', ['WP01', 'WP02']],
    ['Depends on all previous WPs (final polish)', ['WP01', 'WP02', 'WP03', 'WP04']],
    ['all previous work packages', ['WP01', 'WP02', 'WP03', 'WP04']],
    ['WP01', ['WP01']],
    ['wp01 and WP03', ['WP01', 'WP03']],
    ['WP01, and WP03', ['WP01', 'WP03']],
    ['WP01 & WP02 & WP03', ['WP01', 'WP02', 'WP03']],
    ['WP01,WP02', ['WP01', 'WP02']],
    ['WP03, WP01, WP03', ['WP01', 'WP03']],
    ['WP01-WP03', ['WP01', 'WP02', 'WP03']],
    ['WP01 to WP03', ['WP01', 'WP02', 'WP03']],
    ['WP01 through WP02, WP04', ['WP01', 'WP02', 'WP04']],
    ['WP01–03', ['WP01', 'WP02', 'WP03']],
    ['WP03–WP01', ['WP01', 'WP02', 'WP03']],
    ['WP05–WP100', ['WP05', 'WP100']],
    ['[WP01, WP02]', ['WP01', 'WP02']],
    ['[WP01](tasks/WP01-x.md), `WP02`', ['WP01', 'WP02']],
    ['Depends upon: WP02', ['WP02']],
    ['WP01 – the foundation', ['WP01']],
    ['WP99', ['WP99']],
    ['WP1', ['WP1']],
    ['WP04b and WP01', ['WP01', 'WP04B']],
    ['None', []],
    ['Depends on: none', []],
    ['Depends on None yet', []],
    ['None. This is the foundational bundle.', []],
    ['**None** (can start after WP01, but parallel with WP02)', []],
  ])('%s', (text, ids) => {
    expect(read(text)).toEqual(ids);
  });

  it.each([
    '',
    'them',
    'Depends on all of the above',
    'Nonetheless',
    'WPs of others',
    'MYWP04',
    'the outputs of others',
    'Dependent',
  ])('makes no statement when it says: %s', (text) => {
    expect(parseDependencyText(text).statement).toBeUndefined();
  });

  it('reports the ids that count for nothing', () => {
    expect(parseDependencyText('Depends on WP01 (see WP07), and benefits from WP02, WP02').ignored).toEqual([
      'WP07',
      'WP02',
    ]);
    expect(parseDependencyText('None before WP03').ignored).toEqual(['WP03']);
    expect(parseDependencyText('Upstream is WP03').ignored).toEqual(['WP03']);
    expect(parseDependencyText('WP01 (unclosed WP02').ignored).toEqual(['WP02']);
  });

  it('never makes the reader fail, and every id in it is either stated or ignored', () => {
    const word = fc.constantFrom(
      'WP01',
      'WP02',
      ',',
      'and',
      '&',
      '–',
      'to',
      '(',
      ')',
      'None',
      'Depends on',
      'x',
      '**',
      'all previous WPs',
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join(' ');
        const { statement, ignored } = parseDependencyText(text);
        const stated = JSON.stringify(statement ?? {});
        for (const id of ['WP01', 'WP02']) {
          if (text.includes(id)) expect(stated.includes(id) || ignored.includes(id)).toBe(true);
        }
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseDependencyText(text)));
  });
});
