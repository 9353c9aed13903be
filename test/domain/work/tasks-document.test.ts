import { checkboxes, withBoxes } from '../../../src/domain/work/task-marks.js';
import { findTask, tasksOf, tasksSections } from '../../../src/domain/work/tasks-document.js';
import { markdownLines } from '../../../src/domain/work/markdown.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';

const idsOf = (document: string): readonly string[] =>
  tasksSections(document).map(({ workPackageId }) => workPackageId);

const openBoxes = (document: string, id: string) =>
  tasksOf(document, id).boxes.filter(({ isOpen }) => isOpen);

const textOf = (document: string, id: string): string =>
  tasksSections(document)
    .find(({ workPackageId }) => workPackageId === id)
    ?.lines.map(({ text }) => text)
    .join('\n') ?? '';

describe('the sections of tasks.md', () => {
  it('begin at a heading that names the work package, however it is written', () => {
    const document = [
      '## Work Package WP01: One',
      '### WP02',
      '## WP03 – Three',
      '# **WP04**',
      '## `WP100`: Hundred',
      '## work package wp05',
      '## Work Packages',
      '## About WP06',
      '## WP07b',
      '```',
      '## WP08',
      '```',
    ].join('\n');
    expect(idsOf(document)).toEqual(['WP01', 'WP02', 'WP03', 'WP04', 'WP100', 'WP05']);
  });

  it('may have numbers and signs in front of the id, and are about one work package only', () => {
    const document = [
      '## [WP01](tasks/WP01-x.md): One',
      '## 2. WP02',
      '## ✅ WP03 — Three',
      '## 4) Work Package: WP04',
      '## WP05–WP06 in parallel',
      '## WP07, WP08 and WP09',
      '## WP07 → WP08',
      '## Phase 2: WP09',
      '## WP10: after WP01, WP02',
    ].join('\n');
    expect(idsOf(document)).toEqual(['WP01', 'WP02', 'WP03', 'WP04', 'WP10']);
  });

  it('may be called by a number, in any form of heading', () => {
    const document = [
      '## Work Package 1 — One',
      '## Work Package #02: Two',
      '## WP3 - Three',
      'WP04 - Four',
      '-----------',
      'Work Package 5',
      '==============',
      '### **WP-06** · Six',
      '## Work Package 7 - 3D printing',
      '## Work Package 8 and 9',
      '## Work Packages 10-12',
      '## Work Package 1.2',
      '> ## WP13',
    ].join('\n');
    expect(idsOf(document)).toEqual(['WP01', 'WP02', 'WP03', 'WP04', 'WP05', 'WP06', 'WP07']);
  });

  it('end at the next one, at a higher heading, and at one of their level about others', () => {
    const document = [
      ...['### WP01: One', 'a', '#### Sub', 'b', '### Summary', 'c', '### After WP02, WP03', 'd'],
      ...['### WP02', 'e', '### Dependencies: WP01', 'f', '## Rest', 'g'],
      ...['## WP03', 'h', '### WP04', 'i', '### Other', 'j', '## WP05–WP06', 'k', '## WP01 again', 'l'],
      ...['## Dependency & Execution Summary', 'm'],
    ].join('\n');
    const texts = ['WP01', 'WP02', 'WP03', 'WP04'].map((id) => textOf(document, id).replace(/#.*\n/g, ''));
    expect(texts.map((text) => text.replace(/[^a-m]/g, ''))).toEqual(['abcl', 'ef', 'h', 'ij']);
  });

  it('carry line numbers, also behind a byte order mark and with CRLF', () => {
    const [section] = tasksSections('\ufeff## WP01\r\n\r\n- [ ] T001 x\r\n');
    expect(section).toMatchObject({ workPackageId: 'WP01', line: 1 });
    expect(section?.lines.map(({ number, text }) => [number, text])).toEqual([
      [1, '## WP01'],
      [2, ''],
      [3, '- [ ] T001 x'],
    ]);
  });

  it('of the corpus are one for each work package file', () => {
    const counts = corpusFeatures().map((slug) => idsOf(corpusText(`kitty-specs/${slug}/tasks.md`)).length);
    expect(counts).toEqual([4, 6, 10, 1, 12, 7, 6, 17]);
  });
});

describe('checkboxes', () => {
  it('are ticked by either letter, and may lack a task id', () => {
    const lines = markdownLines(
      '- [ ] T001 one\n  * [x] **T002** two\n1. [X] T003\n- [ ] plain\n- [y] T004\n```\n- [ ] T005\n```\n- [ ]\n',
    );
    expect(checkboxes(lines).map(({ taskId, isOpen, line, text }) => [taskId, isOpen, line, text])).toEqual([
      ['T001', true, 1, 'T001 one'],
      ['T002', false, 2, '**T002** two'],
      ['T003', false, 3, 'T003'],
      [undefined, true, 4, 'plain'],
      [undefined, true, 9, ''],
    ]);
  });

  it('that are open are found for one work package alone', () => {
    const document = '## WP01\n- [ ] T001\n- [x] T002\n## WP02\n- [ ] T003\n';
    expect(openBoxes(document, 'WP01').map(({ taskId }) => taskId)).toEqual(['T001']);
    expect(openBoxes(document, 'WP09')).toEqual([]);
  });

  it('of the corpus are open in features 006 and 034 only', () => {
    const open = corpusFeatures().filter((slug) => {
      const document = corpusText(`kitty-specs/${slug}/tasks.md`);
      return tasksSections(document).some(
        ({ workPackageId }) => openBoxes(document, workPackageId).length > 0,
      );
    });
    expect(open.map((slug) => slug.slice(0, 3))).toEqual(['006', '034']);
  });
});

describe('the tasks of a work package', () => {
  it('are the marks of its section and of rows that name it, and ids there that have no mark anywhere', () => {
    const document = [
      ...['| Task | WP | State |', '|---|---|---|', '| T001 | WP02 | done |', '| T009 | WP03 | |', ''],
      ...[
        '## WP02',
        '- [ ] T002',
        '**Subtasks**: T002, T003, T004',
        '',
        '## WP03',
        '- [x] T004',
        '',
        '| T010 | WP02 |',
      ],
    ].join('\n');
    const { hasSection, boxes, unmarked } = tasksOf(document, 'WP02');
    expect([hasSection, boxes.map(({ taskId }) => taskId), unmarked.map(({ taskId }) => taskId)]).toEqual([
      true,
      ['T001', 'T002'],
      ['T003', 'T010'],
    ]);
    expect(tasksOf(document, 'WP04')).toEqual({ hasSection: false, boxes: [], unmarked: [] });
    expect(findTask(document, 'T001')).toMatchObject({ workPackageId: 'WP02', box: { isOpen: false } });
  });
});

describe('a task', () => {
  const document = '\ufeff- [ ] T009 outside\n## WP01\n- [ ] T001 a\n## WP02\n- [x] T0011 b\n- [ ] T012 c\n';

  it('is found with the work package whose section holds it', () => {
    expect(findTask(document, 'T012')).toMatchObject({
      workPackageId: 'WP02',
      box: { isOpen: true, line: 6 },
    });
    expect(findTask(document, 'T001')?.workPackageId).toBe('WP01');
    expect(findTask(document, 'T009')).toMatchObject({ taskId: 'T009', box: { line: 1 } });
    expect(findTask(document, 'T009')?.workPackageId).toBeUndefined();
    expect(findTask(document, 'T099')).toBeUndefined();
  });

  it('is ticked and opened in place', () => {
    const task = findTask(document, 'T012');
    const ticked = task === undefined ? '' : withBoxes(document, [task.box], false);
    expect(ticked).toBe(document.replace('- [ ] T012', '- [x] T012'));
    expect(task === undefined ? '' : withBoxes(ticked, [findTask(ticked, 'T012')!.box], true)).toBe(document);
  });
});
