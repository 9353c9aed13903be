import { markdownLines } from '../../../src/domain/work/markdown.js';
import { checkboxes, isDoneWord, rosterOf, tasksIn, withBoxes } from '../../../src/domain/work/task-marks.js';

const marksOf = (...lines: readonly string[]) =>
  checkboxes(markdownLines(lines.join('\n'))).map(({ taskId, isOpen, line }) => [taskId, isOpen, line]);

const mentionsOf = (...lines: readonly string[]): readonly string[] =>
  tasksIn(markdownLines(lines.join('\n'))).mentions.map(({ taskId, line }) => `${taskId}:${line}`);

/** The text with its first mark set to done, and then back to open. */
const marked = (...lines: readonly string[]): readonly [string, string] => {
  const text = lines.join('\n');
  const mark = (document: string, isOpen: boolean): string =>
    withBoxes(document, [checkboxes(markdownLines(document))[0]!], isOpen);
  const done = mark(text, false);
  return [done, mark(done, true)];
};

const TABLE = ['| ID | Task | Status |', '|----|------|--------|'];

describe('marks of tasks', () => {
  it('are boxes of any list, nested and quoted, but no examples', () => {
    expect(
      marksOf(
        ...[
          '- [ ] T001 a',
          '  * [x] **T002** b',
          '1. [X] T003',
          '2) [ ] plain',
          '> - [ ] T004',
          '    + [ ] T005',
        ],
        ...[
          '',
          '~~~',
          '- [ ] T010',
          '~~~',
          '<!-- - [ ] T011 -->',
          '<!--',
          '- [ ] T012',
          '-->',
          '`- [ ] T013`',
        ],
        ...['', 'Text', '', '    - [ ] T014', '', '<pre>', '- [ ] T015', '</pre>'],
      ),
    ).toEqual([
      ['T001', true, 1],
      ['T002', false, 2],
      ['T003', false, 3],
      [undefined, true, 4],
      ['T004', true, 5],
      ['T005', true, 6],
    ]);
  });

  it.each<[string, boolean]>([
    ['| T001 | Draw | done |', false],
    ['| T001 | Draw | ✅ |', false],
    ['| T001 | Draw | **Completed** |', false],
    ['| T001 | Draw | [x] |', false],
    ['| T001 | Draw | planned |', true],
    ['| T001 | Draw | in progress |', true],
    ['| T001 | Draw | not done |', true],
    ['| T001 | Draw | [ ] |', true],
    ['| T001 | Draw | 80 % |', true],
    ['| T001 | Draw | ⬜ |', true],
    ['| T001 | Draw | |', true],
    ['| **T001** | a \\| b | todo |', true],
    ['| – | Draw | todo |', true],
  ])('are states in tables: %s', (row, isOpen) => {
    expect(marksOf(...TABLE, row).map((mark) => mark[1])).toEqual([isOpen]);
  });

  it('are boxes in cells, wherever they stand', () => {
    expect(marksOf('| T001 | [x] | a |', '| [ ] T002 | b |')).toEqual([
      ['T001', false, 1],
      ['T002', true, 2],
    ]);
  });

  it('are no words that nobody can judge, and no columns of something else', () => {
    expect(marksOf(...TABLE, '| T001 | Draw | somehow |')).toEqual([]);
    expect(marksOf('| ID | Parallel? |', '|---|---|', '| T001 | No |')).toEqual([]);
    expect(marksOf('| Risk | Status |', '|---|---|', '| Fire | open |')).toEqual([]);
    expect(['done', 'Done.', 'planned', 'somehow', 'nothing', 'doneness'].map(isDoneWord)).toEqual([
      ...[true, true, false, undefined, undefined, undefined],
    ]);
  });

  it('are set in place, in the words that the document has', () => {
    expect(marked('- [ ] T001')).toEqual(['- [x] T001', '- [ ] T001']);
    expect(marked('\ufeff> * [ ] T001')).toEqual(['\ufeff> * [x] T001', '\ufeff> * [ ] T001']);
    expect(marked('| T001 | [ ] |')).toEqual(['| T001 | [x] |', '| T001 | [ ] |']);
    const other = '| T002 | b | finished |';
    expect(marked(...TABLE, '| T001 | a | todo |', other)).toEqual([
      [...TABLE, '| T001 | a | finished |', other].join('\n'),
      [...TABLE, '| T001 | a | pending |', other].join('\n'),
    ]);
    expect(marked(...TABLE, '| T001 | a | ⬜ |')).toEqual([
      [...TABLE, '| T001 | a | ✅ |'].join('\n'),
      [...TABLE, '| T001 | a | ⬜ |'].join('\n'),
    ]);
  });
});

describe('tasks without a mark', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a label', ['**Subtasks**: T001, T002'], ['T001:1', 'T002:1']],
    ['a label with the colon inside', ['**Included subtasks:** `T001` and T003'], ['T001:1', 'T003:1']],
    ['a range', ['Tasks: T001–T003, T009'], ['T001:1', 'T002:1', 'T003:1', 'T009:1']],
    ['a label in the middle', ['**Goal**: x | **Subtasks**: T001'], ['T001:1']],
    ['a list', ['- T001: Draw', '* **T002** Print', '1. `T003`'], ['T001:1', 'T002:2', 'T003:3']],
    ['headings', ['#### T001 Draw', '### Subtask T002 - Print'], ['T001:1', 'T002:2']],
    ['a line of ids', ['T001, T002'], ['T001:1', 'T002:1']],
    ['a row', ['| T001 | Draw |'], ['T001:1']],
    [
      'boxes and sentences',
      ['- [ ] T001', 'It needs T002', '`**Subtasks**: T003`', '```', 'T004', '```'],
      [],
    ],
  ])('are found in %s', (_, lines, found) => {
    expect(mentionsOf(...lines)).toEqual(found);
  });

  it('are those of a roster, of whatever form', () => {
    expect(rosterOf(['T001', 't002 Print', { id: 'T003' }, { title: 'Draw' }, 'Paint', null])).toEqual([
      ...['T001', 'T002', 'T003', 'Draw', 'Paint'],
    ]);
    expect(rosterOf('T001, T003–T004')).toEqual(['T001', 'T003', 'T004']);
    expect([rosterOf(undefined), rosterOf([]), rosterOf('')]).toEqual([[], [], []]);
  });
});
