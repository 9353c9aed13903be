import {
  acceptanceReasons,
  countsAsDirty,
  type AcceptanceFacts,
} from '../../../src/domain/work/acceptance.js';

const MERGED = { name: '001-a-WP01', target: 'main', standing: 'merged' as const };

const FACTS: AcceptanceFacts = {
  workPackageId: 'WP01',
  lane: 'for_review',
  file: { path: 'kitty-specs/001-a/tasks/WP01-x.md', text: '---\nlane: doing\n---\n# One\n' },
  directory: 'kitty-specs/001-a',
  documents: { spec: 'spec', plan: 'plan', tasks: '## WP01\n- [x] T001\n## WP02\n- [ ] T002\n' },
  dirtyPaths: [],
  branch: MERGED,
};

const reasons = (facts: Partial<AcceptanceFacts> = {}) =>
  acceptanceReasons({ ...FACTS, ...facts }).map(({ code, message, places }) => ({ code, message, places }));
const remedies = (facts: Partial<AcceptanceFacts>) =>
  acceptanceReasons({ ...FACTS, ...facts }).map(({ remedy }) => remedy);

describe('accepting a work package', () => {
  it('has no objection when every condition is met, with or without branch and work tree', () => {
    expect(reasons()).toEqual([]);
    const { branch: _, ...rest } = FACTS;
    expect(acceptanceReasons(rest)).toEqual([]);
    expect(reasons({ worktree: { directory: '.worktrees/001-a-WP01', dirtyPaths: [] } })).toEqual([]);
  });

  it('is refused outside for_review', () => {
    expect(reasons({ lane: 'doing' })).toEqual([
      {
        code: 'wrong-lane',
        message: 'WP01 is in doing, not in for_review.',
        places: [{ path: 'kitty-specs/001-a/tasks/WP01-x.md', line: 2 }],
      },
    ]);
    const file = { path: 'p.md', text: '' };
    expect(reasons({ lane: 'planned', file })[0]?.places).toEqual([{ path: 'p.md' }]);
  });

  it('is refused for open boxes of its own section, which are named with their lines', () => {
    const tasks = '## WP01\n- [ ] T001 a\n- [ ] b\n- [ ] T003\n- [ ] T004\n';
    expect(reasons({ documents: { spec: '', plan: '', tasks } })).toEqual([
      {
        code: 'open-boxes',
        message: 'tasks.md has 4 open: T001 (line 2), a box (line 3), T003 (line 4) and 1 more.',
        places: [2, 3, 4, 5].map((line) => ({ path: 'kitty-specs/001-a/tasks.md', line })),
      },
    ]);
  });

  const withTasks = (tasks: string, more: Partial<AcceptanceFacts> = {}): readonly string[] =>
    reasons({ documents: { spec: '', plan: '', tasks }, ...more }).map(
      ({ code, message }) => `${code}: ${message}`,
    );
  const STATES = '| ID | WP | Status |\n|---|---|---|\n';

  it.each<[string, string]>([
    ['a section by number', '## Work Package 1 — One\n- [ ] T001\n'],
    ['an underlined heading', 'WP01 One\n---\n- [ ] T001\n'],
    ['an inner heading of the same level', '## WP01\n## Subtasks\n- [ ] T001\n## WP02\n- [x] T002\n'],
    ['the row of a table', `## WP01\n${STATES}| T001 | | planned |\n`],
    ['a row that names it elsewhere', `${STATES}| T001 | WP01 | open |\n\n## WP01\n- [x] T002\n`],
    ['a nested box', '## WP01\n- [x] T001\n    - [ ] T002\n'],
    ['a quoted box', '## WP01\n- [x] T001\n> - [ ] T002\n'],
  ])('is refused for what is open in %s', (_, tasks) => {
    expect(withTasks(tasks)).toEqual([expect.stringMatching(/^open-boxes: tasks\.md has 1 open: T00/)]);
  });

  it.each<[string, string, Partial<AcceptanceFacts>]>([
    ['a table', `## WP01\n${STATES}| T001 | WP01 | done |\n| T002 | WP02 | open |\n`, {}],
    ['the status log', '## WP01\n**Subtasks**: T001\n', { logged: new Map([['T001', 'done']]) }],
    ['a roster and boxes', '## WP01\n- [x] T001\n', { roster: ['T001'] }],
    ['a roster and boxes elsewhere', '## All tasks\n- [x] T001\n', { roster: ['T001'] }],
    ['boxes beside examples', '## WP01\n- [x] T001\n```\n- [ ] T002\n```\n<!-- - [ ] T003 -->\n', {}],
    ['boxes before an index', '## WP01\n- [x] T001\n## Subtask Index\n- T009: dropped\n', {}],
  ])('has no objection when all is done as %s says', (_, tasks, more) => {
    expect(withTasks(tasks, more)).toEqual([]);
  });

  it('is refused for tasks that the status log has open', () => {
    const logged = new Map([
      ['T001', 'done'],
      ['T002', 'planned'],
    ]);
    expect(withTasks('## WP01\n', { roster: ['T001', 'T002'], logged })).toEqual([
      'open-tasks: The status log has 1 open: T002 (planned).',
    ]);
  });

  it('is refused for tasks that nothing judges, which are named with their places', () => {
    const file = { path: 'p.md', text: '---\nsubtasks: [T003]\n---\n' };
    const tasks = '## WP01\n- [x] T001\n\n**Subtasks**: T001, T002\n';
    const logged = new Map([['T003', 'somehow']]);
    expect(reasons({ documents: { spec: '', plan: '', tasks }, roster: ['T003'], logged, file })).toEqual([
      {
        code: 'unknown-tasks',
        message: 'Nothing says whether T002, T003 (somehow) are done.',
        places: [
          { path: 'kitty-specs/001-a/tasks.md', line: 4 },
          { path: 'p.md', line: 2 },
        ],
      },
    ]);
  });

  it('is refused when no task of it is known', () => {
    expect(withTasks('## WP01\n\nWords.\n')).toEqual([
      expect.stringMatching(/^no-tasks: The section of WP01/),
    ]);
    expect(withTasks('## WP02\n- [x] T001\n')).toEqual([
      expect.stringMatching(/^no-tasks: tasks\.md has no section of WP01/),
    ]);
  });

  it('is refused when a document is missing', () => {
    expect(reasons({ documents: { spec: undefined, plan: undefined, tasks: undefined } })).toEqual([
      {
        code: 'missing-documents',
        message: 'Missing: spec.md, plan.md, tasks.md.',
        places: ['spec', 'plan', 'tasks'].map((name) => ({ path: `kitty-specs/001-a/${name}.md` })),
      },
    ]);
  });

  it('is refused while something needs clarification, wherever it stands', () => {
    const marked = 'x [NEEDS CLARIFICATION: what?]';
    const tasks = '## WP01\n\n- [x] T001\n\n';
    const file = { path: 'kitty-specs/001-a/tasks/WP01-x.md', text: `---\r\n---\r\n${marked}\r\n${marked}` };
    expect(reasons({ file, documents: { spec: marked, plan: '', tasks: `${tasks}${marked}` } })).toEqual([
      {
        code: 'needs-clarification',
        message: '[NEEDS CLARIFICATION …] stands in spec.md:1, tasks.md:5, WP01-x.md:3 and 1 more.',
        places: [
          { path: 'kitty-specs/001-a/spec.md', line: 1 },
          { path: 'kitty-specs/001-a/tasks.md', line: 5 },
          { path: 'kitty-specs/001-a/tasks/WP01-x.md', line: 3 },
          { path: 'kitty-specs/001-a/tasks/WP01-x.md', line: 4 },
        ],
      },
    ]);
  });

  it.each([
    '`[NEEDS CLARIFICATION: what?]`',
    'There are no [NEEDS CLARIFICATION] markers left',
    '- [x] No [NEEDS CLARIFICATION] markers remain',
    'Up to three [NEEDS CLARIFICATION: question] markers are allowed',
    'Every open [NEEDS CLARIFICATION] was settled',
    'Write "[NEEDS CLARIFICATION]" there',
    '<!-- [NEEDS CLARIFICATION: what?] -->',
    '```\n[NEEDS CLARIFICATION: what?]\n```',
    '\n    [NEEDS CLARIFICATION: what?]',
  ])('is not refused for a text about the marker: %s', (plan) => {
    expect(reasons({ documents: { ...FACTS.documents, plan } })).toEqual([]);
  });

  it.each([
    'Storage: [NEEDS CLARIFICATION]',
    '`code` [NEEDS CLARIFICATION: `which`?]',
    '- [x] T001 [NEEDS CLARIFICATION: what?]',
    '> [NEEDS CLARIFICATION: no markers]',
    'No storage yet. [NEEDS CLARIFICATION: which',
  ])('is refused for a marker: %s', (plan) => {
    expect(reasons({ documents: { ...FACTS.documents, plan } })).toMatchObject([
      { code: 'needs-clarification' },
    ]);
  });

  it('is refused on a dirty tree, but not for worktrees and our own folder', () => {
    expect(reasons({ dirtyPaths: ['.worktrees/001-a-WP01/', '.kittify/config.yaml'] })).toEqual([]);
    expect(reasons({ dirtyPaths: ['src/a.ts', '.kittify/x'] })).toEqual([
      { code: 'dirty-tree', message: 'Not committed: src/a.ts.', places: [{ path: 'src/a.ts' }] },
    ]);
    expect(countsAsDirty('.kittify-notes')).toBe(true);
  });

  it('is refused while work lies uncommitted in its own work tree, planning documents apart', () => {
    const directory = '.worktrees/001-a-WP01';
    const worktree = { directory, dirtyPaths: ['kitty-specs/001-a/spec.md', 'a.ts'] };
    expect(reasons({ worktree })).toEqual([
      {
        code: 'dirty-worktree',
        message: 'Not committed in .worktrees/001-a-WP01: a.ts.',
        places: [{ path: 'a.ts' }],
      },
    ]);
  });

  it('is refused while its branch is not merged, and names all reasons at once', () => {
    const branch = { ...MERGED, standing: 'unmerged' as const };
    expect(reasons({ branch, lane: 'planned' })).toMatchObject([
      { code: 'wrong-lane' },
      { code: 'not-merged', message: 'The branch 001-a-WP01 is not merged into main.', places: [] },
    ]);
  });

  it('says of each reason what to do, with a task or a place that it is about', () => {
    const mark = 'spec-kitty agent tasks mark-status';
    const tasks = (text: string, more: Partial<AcceptanceFacts> = {}) =>
      remedies({ documents: { ...FACTS.documents, tasks: text }, ...more });
    const [first] = tasks('## WP01\n- [ ] a box\n- [ ] T002 two\n');
    expect(first).toBe(`Tick what is done: ${mark} T002 --status done`);
    expect(tasks('## WP01\n- [ ] a box\n')).toEqual([
      'Do what stands there and tick the box in kitty-specs/001-a/tasks.md:2, or take it out.',
    ]);
    expect(tasks('## WP01\n', { roster: ['T003'], logged: new Map([['T003', 'open']]) })).toEqual([
      `Mark what is done: ${mark} T003 --status done`,
    ]);
    expect(remedies({ documents: { ...FACTS.documents, plan: undefined } })).toEqual([
      'Write kitty-specs/001-a/plan.md and commit it; docs/features.md says what belongs into it.',
    ]);
    expect(remedies({ branch: { ...MERGED, standing: 'missing', group: 'lane-a' } })).toEqual([
      'Merge that branch as a whole, with git or with the program that made it.',
    ]);
  });
});
