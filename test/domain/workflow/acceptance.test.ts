import {
  acceptanceReasons,
  countsAsDirty,
  type AcceptanceFacts,
} from '../../../src/domain/workflow/acceptance.js';

const MERGED = { name: '001-a-WP01', target: 'main', isMerged: true };

const FACTS: AcceptanceFacts = {
  workPackageId: 'WP01',
  lane: 'for_review',
  file: { path: 'kitty-specs/001-a/tasks/WP01-x.md', text: '---\nlane: doing\n---\n# One\n' },
  directory: 'kitty-specs/001-a',
  documents: { spec: 'spec', plan: 'plan', tasks: '## WP01\n- [x] T001\n## WP02\n- [ ] T002\n' },
  dirtyPaths: [],
  branch: MERGED,
};

const reasons = (facts: Partial<AcceptanceFacts> = {}) => acceptanceReasons({ ...FACTS, ...facts });

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
    const file = { path: 'kitty-specs/001-a/tasks/WP01-x.md', text: `---\r\n---\r\n${marked}\r\n${marked}` };
    expect(reasons({ file, documents: { spec: marked, plan: '', tasks: `\n${marked}` } })).toEqual([
      {
        code: 'needs-clarification',
        message: '[NEEDS CLARIFICATION …] stands in spec.md:1, tasks.md:2, WP01-x.md:3 and 1 more.',
        places: [
          { path: 'kitty-specs/001-a/spec.md', line: 1 },
          { path: 'kitty-specs/001-a/tasks.md', line: 2 },
          { path: 'kitty-specs/001-a/tasks/WP01-x.md', line: 3 },
          { path: 'kitty-specs/001-a/tasks/WP01-x.md', line: 4 },
        ],
      },
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
    const branch = { ...MERGED, isMerged: false };
    expect(reasons({ branch, lane: 'planned' })).toMatchObject([
      { code: 'wrong-lane' },
      { code: 'not-merged', message: 'The branch 001-a-WP01 is not merged into main.', places: [] },
    ]);
  });
});
