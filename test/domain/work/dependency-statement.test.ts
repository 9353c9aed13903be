import fc from 'fast-check';
import { parseDependencyText, resolveStated } from '../../../src/domain/work/dependency-statement.js';

const KNOWN = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05', 'WP100'];
const read = (text: string, self = 'WP05'): readonly string[] | undefined => {
  const { saysNone, dependencies, unclear } = parseDependencyText(text, self);
  if (unclear.length > 0) return ['?', ...unclear];
  return saysNone || dependencies.length > 0 ? resolveStated(dependencies, self, KNOWN) : undefined;
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
    ['(none)', []],
    ['N/A', []],
    ['Nothing.', []],
    ['—', []],
    ['[]', []],
    ['WP01 + WP02 + WP03 (all merged)', ['WP01', 'WP02', 'WP03']],
    ['WP01 (model must exist); WP02 (printer must exist).', ['WP01', 'WP02']],
    ['WP01. WP02.', ['WP01', 'WP02']],
    ['Depends on WP03 AND WP04', ['WP03', 'WP04']],
    ['WP01/WP02', ['WP01', 'WP02']],
    ['WP01 | WP02 · WP03', ['WP01', 'WP02', 'WP03']],
    ['WP01 WP02', ['WP01', 'WP02']],
    ['WP01 or WP02 plus WP03', ['WP01', 'WP02', 'WP03']],
    ['WP01<br>WP02<br/>WP03', ['WP01', 'WP02', 'WP03']],
    ['WP01, 02 and 03', ['WP01', 'WP02', 'WP03']],
    ['WPs 01, 02', ['WP01', 'WP02']],
    ['Work Package 1 and Work Package 2', ['WP01', 'WP02']],
    ['WP01..WP03', ['WP01', 'WP02', 'WP03']],
    ['(WP01, WP02)', ['WP01', 'WP02']],
    ['WP04 (and WP02)', ['WP02', 'WP04']],
    ['Requires WP01', ['WP01']],
    ['After WP01 and WP02', ['WP01', 'WP02']],
    ['All of WP01, WP02', ['WP01', 'WP02']],
    ['Blocked by WP01', ['WP01']],
    ['Starts after WP01 is merged', ['WP01']],
    ['WP01: model, WP02: printer', ['WP01', 'WP02']],
    ['WP01 – the base, WP02 – more', ['WP01', 'WP02']],
    ['WP01 model and WP02 printer', ['WP01', 'WP02']],
    ['`tasks/WP01-model.md`, tasks/WP02-x.md', ['WP01', 'WP02']],
    ['"WP01" and ✅ WP02', ['WP01', 'WP02']],
    ['WP01 must be merged first', ['WP01']],
    ['WP01 must exist before this can start', ['WP01']],
    ['WP01, WP02 and WP03 must be complete', ['WP01', 'WP02', 'WP03']],
    ['WP05 must run after WP01', ['WP01']],
    ['It needs WP01', ['WP01']],
  ])('%s', (text, ids) => {
    expect(read(text)).toEqual(ids);
  });

  it.each([
    '',
    'them',
    '?',
    'TBD',
    'Depends on the weather',
    'Nonetheless',
    'WPs of others',
    'MYWP04',
    'the outputs of others',
    'Needs the library',
    "WP05's own tests need nothing else",
  ])('makes no statement when it says: %s', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each<[string, readonly string[] | undefined, readonly string[]]>([
    ['WP01; parallel with WP02', ['WP01'], ['WP02']],
    ['WP01 (in parallel with WP02, WP03)', ['WP01'], ['WP02', 'WP03']],
    ['WP01, not WP02, but WP03', ['WP01', 'WP03'], ['WP02']],
    ['WP01; optional: WP02', ['WP01'], ['WP02']],
    ['WP01, optionally WP02 and WP03', ['WP01'], ['WP02', 'WP03']],
    ['Parallel with WP02, depends on WP01', ['WP01'], ['WP02']],
    ['Independent of WP02', undefined, ['WP02']],
    ['WP01 – blocks WP04', ['WP01'], ['WP04']],
    ['WP01, needed by WP04', ['WP01'], ['WP04']],
    ['Hard: WP01; Downstream: WP04', ['WP01'], ['WP04']],
    ['WP01 (see WP03)', ['WP01'], ['WP03']],
    ['Depends on WP01, and benefits from WP02, WP02', ['WP01'], ['WP02']],
    ['None before WP03', [], ['WP03']],
    ['no dependencies on WP03', [], ['WP03']],
    ['WP02 must run after WP05', undefined, ['WP02']],
    ['WP02 must run after WP01', undefined, ['WP02', 'WP01']],
    ['WP02, WP03 depend on WP05', undefined, ['WP02', 'WP03']],
    ['WP02 uses this', undefined, ['WP02']],
    ['WP02 can run in parallel', undefined, ['WP02']],
    ['WP02 is not needed', undefined, ['WP02']],
  ])('excludes what it says it excludes: %s', (text, ids, ignored) => {
    expect(read(text)).toEqual(ids);
    expect(parseDependencyText(text, 'WP05').ignored).toEqual(ignored);
  });

  it.each<[string, readonly string[]]>([
    ['WP04 (WP02)', ['WP02']],
    ['WP02 (optional)', ['WP02']],
    ['WP01, WP02 is optional', ['WP01', 'WP02']],
    ['WP01 → WP02', ['WP02']],
    ['~~WP01~~', ['WP01']],
    ['Depends on WP01, and likes WP02', ['WP02']],
    ['Depends on WP01 which WP02 uses', ['WP02']],
    ['Depends on WP01 so that WP03 can start', ['WP03']],
    ['WP01 (unclosed WP02', ['WP02']],
    ['cannot start before WP01', ['WP01']],
    ['not only WP01', ['WP01']],
    ['WP02 will be merged later', ['WP02']],
    ['WP02 prints the label', ['WP02']],
    ['The printer of WP01', ['WP01']],
    ['None except WP01', ['WP01']],
    ['None of WP01, WP02', ['WP01']],
    ['Nothing yet about WP01', ['WP01']],
    ['None. Depends on WP01.', ['WP01']],
    ['None, but WP01', ['WP01']],
    ['all previous WPs except WP03', ['WP03']],
    ['all other work packages', ['all other work packages']],
  ])('does not guess what it means by: %s', (text, unclear) => {
    expect(parseDependencyText(text, 'WP05').unclear).toEqual(unclear);
  });

  it('never makes the reader fail, and every id in it is a dependency, ignored or unclear', () => {
    const word = fc.constantFrom(
      ...[
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
      ],
      ...[
        ';',
        '.',
        '+',
        '/',
        'not',
        'parallel with',
        'is',
        'this',
        'must run after',
        '→',
        'but',
        'before',
        ':',
        'uses',
      ],
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join(' ');
        const { dependencies, ignored, unclear } = parseDependencyText(text, 'WP05');
        const stated = JSON.stringify([dependencies, ignored, unclear]);
        for (const id of ['WP01', 'WP02']) expect(stated.includes(id)).toBe(text.includes(id));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseDependencyText(text)));
  });
});
