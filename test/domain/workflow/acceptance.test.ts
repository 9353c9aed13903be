import {
  acceptanceReasons,
  countsAsDirty,
  type AcceptanceFacts,
} from '../../../src/domain/workflow/acceptance.js';

const reasons = (facts: Partial<AcceptanceFacts> = {}) =>
  acceptanceReasons({
    workPackageId: 'WP01',
    lane: 'for_review',
    body: '# One',
    documents: { spec: 'spec', plan: 'plan', tasks: '## WP01\n- [x] T001\n## WP02\n- [ ] T002\n' },
    dirtyPaths: [],
    branch: 'merged',
    ...facts,
  });

describe('accepting a work package', () => {
  it('has no objection when every condition is met, with or without a branch', () => {
    expect(reasons()).toEqual([]);
    expect(reasons({ branch: 'none' })).toEqual([]);
  });

  it('is refused outside for_review', () => {
    expect(reasons({ lane: 'doing' })).toEqual([
      { code: 'wrong-lane', message: 'WP01 is in doing, not in for_review.' },
    ]);
  });

  it('is refused for open boxes of its own section, which are named with their lines', () => {
    const tasks = '## WP01\n- [ ] T001 a\n- [ ] b\n- [ ] T003\n- [ ] T004\n';
    expect(reasons({ documents: { spec: '', plan: '', tasks } })).toEqual([
      {
        code: 'open-boxes',
        message: 'tasks.md has 4 open: T001 (line 2), a box (line 3), T003 (line 4) and 1 more.',
      },
    ]);
  });

  it('is refused when a document is missing', () => {
    expect(reasons({ documents: { spec: undefined, plan: undefined, tasks: undefined } })).toEqual([
      { code: 'missing-documents', message: 'Missing: spec.md, plan.md, tasks.md.' },
    ]);
  });

  it('is refused while something needs clarification, wherever it stands', () => {
    const marked = 'x [NEEDS CLARIFICATION: what?]';
    expect(reasons({ body: marked, documents: { spec: marked, plan: '', tasks: marked } })).toEqual([
      { code: 'needs-clarification', message: '[NEEDS CLARIFICATION …] stands in spec.md, tasks.md, WP01.' },
    ]);
  });

  it('is refused on a dirty tree, but not for worktrees and our own folder', () => {
    expect(reasons({ dirtyPaths: ['.worktrees/001-a-WP01/', '.kittify/config.yaml'] })).toEqual([]);
    expect(reasons({ dirtyPaths: ['src/a.ts', '.kittify/x'] })).toEqual([
      { code: 'dirty-tree', message: 'Not committed: src/a.ts.' },
    ]);
    expect(countsAsDirty('.kittify-notes')).toBe(true);
  });

  it('is refused while its branch is not merged, and names all reasons at once', () => {
    expect(reasons({ branch: 'unmerged', lane: 'planned' }).map(({ code }) => code)).toEqual([
      'wrong-lane',
      'not-merged',
    ]);
  });
});
