import { resolveStated } from '../../../src/domain/work/dependency-statement.js';
import { sectionStatement, type SectionStatement } from '../../../src/domain/work/stated-dependencies.js';
import { tasksSections } from '../../../src/domain/work/tasks-document.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';

const statementOf = (...lines: readonly string[]): SectionStatement => {
  const [section] = tasksSections(['## Work Package WP09: Nine', ...lines].join('\n'));
  if (section === undefined) throw new Error('the section is missing');
  return sectionStatement(section);
};

const idsOf = (statement: SectionStatement): readonly string[] | undefined =>
  statement.isMade
    ? resolveStated(
        statement.dependencies.map(({ dependency }) => dependency),
        'WP09',
        ['WP01', 'WP02', 'WP03', 'WP09'],
      )
    : undefined;

describe('the statement of a section', () => {
  it.each<[string, readonly string[], readonly string[] | undefined]>([
    [
      'a heading',
      ['### Dependencies', '- Depends on WP01 (x)', '- Depends on WP03', '', '### Risks', '- WP02 fails'],
      ['WP01', 'WP03'],
    ],
    ['a heading without list', ['### Dependencies', 'WP01, WP02'], ['WP01', 'WP02']],
    ['a bold heading with a colon', ['### **Dependencies**:', 'WP01'], ['WP01']],
    ['text in the heading itself', ['### Dependencies: WP02'], ['WP02']],
    ['a sentence under a heading', ['### Dependencies', '- WP09 depends on WP01 and WP03'], ['WP01', 'WP03']],
    [
      'a sentence about others under a heading',
      ['### Dependencies', '- WP02, WP03 depend on WP09'],
      undefined,
    ],
    ['ids with a remark under a heading', ['### Dependencies', '- WP01: all depends on it'], ['WP01']],
    ['a bold label', ['**Depends on**: WP01, WP02'], ['WP01', 'WP02']],
    ['a label that says none', ['**Depends on:** None'], []],
    ['None under a heading', ['### Dependencies', '- None'], []],
    ['a label', ['**Goal**: go', '**Dependencies**: WP01', '**Prompt**: WP02'], ['WP01']],
    ['a label with the colon inside', ['- **Dependencies:** None'], []],
    ['a plain label', ['Dependencies: WP01 and WP03'], ['WP01', 'WP03']],
    ['a label above a list', ['**Dependencies**:', '- WP01', '- WP02', '', 'WP03 follows'], ['WP01', 'WP02']],
    ['a wrapped item', ['### Dependencies', '- Depends on WP01,', '  WP02'], ['WP01', 'WP02']],
    ['a phrase', ['Depends on WP01.'], ['WP01']],
    ['a phrase in a list', ['- Depends on WP02 and more'], ['WP02']],
    ['a phrase behind a sentence', ['It is short. Depends on WP01. WP03 is next.'], ['WP01']],
    ['a phrase with a subject', ['**Note**: This work package depends on WP01'], ['WP01']],
    ['a phrase about itself', ['WP09 depends on WP01'], ['WP01']],
    ['a phrase about others', ['WP02 and WP03 depend on WP01', 'T013 depends on WP02'], undefined],
    ['a phrase without ids', ['Depends on the weather'], undefined],
    ['nothing', ['### Goal', 'WP01 is nice'], undefined],
    ['another heading', ['### Dependency Graph', '- WP01'], undefined],
    ['prose under the heading', ['### Dependencies', '- Needs the library'], undefined],
    ['fences', ['```', '### Dependencies', 'WP01', '```'], undefined],
    ['a heading with ids', ['### Dependencies (WP01, WP02)'], ['WP01', 'WP02']],
    ['a numbered heading', ['### 3. Dependencies:', 'WP01'], ['WP01']],
    ['a heading of its own level', ['## Notes', '## Dependencies', '- WP01'], ['WP01']],
    ['an underlined heading', ['Dependencies', '------------', 'WP01'], ['WP01']],
    [
      'a bold line as heading',
      ['**Dependencies**', '', '- WP01', '- WP02', '', 'See WP03'],
      ['WP01', 'WP02'],
    ],
    ['a label above a paragraph', ['**Dependencies**:', '', 'WP01, WP02', '', 'See WP03'], ['WP01', 'WP02']],
    ['a label above a nested list', ['- Dependencies:', '  - WP01', '- Risks:', '  - WP03 breaks'], ['WP01']],
    [
      'deeper headings',
      ['### Dependencies', '#### Upstream', '- WP01', '#### Downstream', '- WP03'],
      ['WP01'],
    ],
    ['labels below a heading', ['### Dependencies', '- **Upstream**: WP01', '- **Blocks**: WP03'], ['WP01']],
    [
      'a label in the middle',
      ['**Priority**: P1 | **Dependencies**: WP01 | **Prompt**: `WP03-x.md`'],
      ['WP01'],
    ],
    [
      'a label behind a sentence',
      ['**Goal**: go. **Depends on**: WP01 **Prompt**: tasks/WP03-x.md'],
      ['WP01'],
    ],
    [
      'a plain label in the middle',
      ['Priority: P1 · Dependencies: WP01, WP02 · Prompt: WP03'],
      ['WP01', 'WP02'],
    ],
    ['a label with a remark', ['**Dependencies (hard)**: WP01'], ['WP01']],
    ['a label in code marks', ['`Dependencies`: WP01'], ['WP01']],
    ['a quote', ['> **Dependencies**: WP01'], ['WP01']],
    [
      'a row of a table',
      ['| Field | Value |', '|---|---|', '| **Dependencies** | WP01, WP02 |'],
      ['WP01', 'WP02'],
    ],
    ['a label with its colon in a cell', ['| **Priority**: 1 | **Depends on**: `WP01` |'], ['WP01']],
    ['the header of a table', ['| Dependencies | WP01 |', '|---|---|', '| Priority | P1 |'], ['WP01']],
    ['a column of a table', ['| Priority | Depends on |', '| --- | --- |', '| P1 | WP01 |'], ['WP01']],
    [
      'the row of a table that is about it',
      ['| WP | Depends on |', '|:--|--:|', '| WP02 | WP03 |', '| WP09 | WP01 |'],
      ['WP01'],
    ],
    [
      'a table below a heading',
      ['### Dependencies', '| WP | Why |', '|---|---|', '| WP01 | model |'],
      ['WP01'],
    ],
    ['a list that ends a paragraph', ['### Dependencies', 'WP01,', '**Prompt**: tasks/WP03-x.md'], ['WP01']],
    [
      'None beside a sentence about others',
      ['### Dependencies', '- None.', '- WP02 must run after WP09.'],
      [],
    ],
    ['None against a phrase elsewhere', ['**Dependencies**: None', '', 'It depends on WP01 a bit.'], []],
    ['a phrase of two sentences', ['Depends on WP01; WP02. WP03 is next'], ['WP01', 'WP02']],
    ['a label in an example', ['Write `**Depends on**: WP01` there.', 'Use `Depends on WP01`.'], undefined],
    ['a comment', ['<!-- **Dependencies**: WP01 -->'], undefined],
    ['indented code', ['', '    **Dependencies**: WP01'], undefined],
    ['a label of another kind', ['**Optional dependencies**: WP02'], undefined],
    ['a denial', ['This does not depend on WP02.'], undefined],
    ['several statements', ['### Dependencies', '- WP01', '### Notes', 'Depends on WP02'], ['WP01', 'WP02']],
  ])('is read from %s', (_, lines, ids) => {
    expect(idsOf(statementOf(...lines))).toEqual(ids);
  });

  it('is contradicted by None beside ids', () => {
    expect(statementOf('### Dependencies', '- None', '- WP01').unclear).toEqual([{ line: 4, id: 'WP01' }]);
    expect(statementOf('### Dependencies', '- None', '- WP01–WP03').unclear).toEqual([
      { line: 4, id: 'WP01–WP03' },
    ]);
  });

  it('names the line of each dependency, and of each id that is ignored or unclear', () => {
    const statement = statementOf(
      '### Dependencies',
      '',
      '- Depends on WP01, not WP02',
      '- WP03',
      '- the printer of WP02',
    );
    expect(statement.dependencies.map(({ line }) => line)).toEqual([4, 5]);
    expect(statement.ignored).toEqual([{ line: 4, id: 'WP02' }]);
    expect(statement.unclear).toEqual([{ line: 6, id: 'WP02' }]);
  });
});

describe('the statements of the corpus', () => {
  const resolved = (slug: string): Readonly<Record<string, string>> => {
    const sections = tasksSections(corpusText(`kitty-specs/${slug}/tasks.md`));
    const known = sections.map(({ workPackageId }) => workPackageId);
    return Object.fromEntries(
      sections.map((section) => {
        const statement = sectionStatement(section);
        const stated = statement.dependencies.map(({ dependency }) => dependency);
        const numbers = resolveStated(stated, section.workPackageId, known).map((id) => id.slice(2));
        return [section.workPackageId.slice(2), statement.isMade ? numbers.join(' ') : 'no statement'];
      }),
    );
  };

  it('are all understood', () => {
    expect(Object.fromEntries(corpusFeatures().map((slug) => [slug.slice(0, 3), resolved(slug)]))).toEqual({
      '002': { '01': '', '02': '01', '03': '01', '04': '01 02 03' },
      '006': { '01': '', '02': '01', '03': '02', '04': '01 03', '05': '04', '06': '05' },
      '010': {
        '01': '',
        '02': '01',
        '03': '01',
        '04': '01 03',
        '05': '01 03',
        '06': '05',
        '07': '02',
        '08': '01 03 04 05 06 07',
        '09': '01 03 05',
        10: '01 02 03 04 05 06 07 08 09',
      },
      '013': { '01': '' },
      '021': {
        '01': '',
        '02': '01',
        '03': '',
        '04': '03',
        '05': '03',
        '06': '01 02 04',
        '07': '05 06',
        '08': '05 06',
        '09': '05 06',
        10: '01 06',
        11: '03 05',
        12: '01 02 03 04 05 06 07 08 09 10 11',
      },
      '028': { '01': '', '02': '01', '03': '01', '04': '01', '05': '01', '06': '05', '07': '06' },
      '032': { '01': '', '02': '01', '03': '', '04': '02', '05': '04', '06': '01 02 04 05' },
      '034': {
        '01': '',
        '02': '01',
        '03': '01 02',
        '04': '01',
        '05': '01',
        '06': '03 05',
        '07': '02 03 04 06',
        '08': '07',
        '09': '05 07',
        10: '01 03',
        11: '03 06',
        12: '03',
        13: '03 07',
        14: '02 03 05',
        15: '09 11',
        16: '01 02 03 04 05 06 07 08 09 10 11 12 13 14 15',
        17: '16',
      },
    });
  });
});
