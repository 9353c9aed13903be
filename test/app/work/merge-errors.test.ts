import {
  conflictError,
  obstacleError,
  refuseAll,
  unmergeable,
  unmergedDependency,
} from '../../../src/app/work/merge-errors.js';
import type { MergeCandidate } from '../../../src/domain/work/merge-selection.js';
import type { MoveObstacle } from '../../../src/ports/work.js';

const OBSTACLES: readonly (readonly [MoveObstacle, RegExp, RegExp])[] = [
  [
    { obstacle: 'changes', directory: '/p', paths: ['a', 'b'] },
    /overwrite changes in \/p: a, b\.$/,
    /Commit these/,
  ],
  [
    { obstacle: 'under-way', directory: '/p', operation: 'rebase' },
    /^A rebase is under way in \/p/,
    /git status/,
  ],
  [
    { obstacle: 'gone', directory: '/p' },
    /\/p, whose directory is gone\.$/,
    /moved, run "git worktree repair/,
  ],
  [{ obstacle: 'shared', directories: ['/p', '/q'] }, /several work trees: \/p, \/q\.$/, /another branch/],
  [{ obstacle: 'moved' }, /Somebody else has just committed on main\.$/, /Run the command again/],
];

describe('what keeps branches from being merged', () => {
  it.each(OBSTACLES)('is told with what to do: %j', (obstacle, message, hint) => {
    expect(obstacleError('main', obstacle)).toMatchObject({
      kind: 'merge-refused',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('is told step by step for a conflict', () => {
    const conflict = {
      workPackageId: 'WP03',
      branch: 'x-WP03',
      paths: ['a'],
      after: ['WP01', 'WP02'],
      directory: '/p',
    };
    expect(conflictError('main', conflict)).toMatchObject({
      kind: 'merge-conflict',
      message: 'WP03 does not merge cleanly into main after WP01 and WP02: a. Nothing has changed.',
      hint:
        'Run "spec-kitty merge WP01 WP02". In /p, run "git merge main", settle these files and commit. ' +
        'Then run this command again.',
    });
  });

  const named = (id: string, facts: Partial<MergeCandidate> = {}): MergeCandidate => ({
    ...({ id, lane: 'doing', standing: 'unmerged' } as const),
    ...facts,
  });

  it('is told of all at once, with the way out of the first', () => {
    const refusals = [
      named('WP01', { lane: 'done' }),
      named('WP02', { standing: 'missing' }),
      named('WP05'),
      named('WP06', { lane: 'done', standing: 'merged' }),
    ].flatMap((each) => unmergeable('001-a', each) ?? []);
    const all = [...refusals, unmergedDependency('WP03', 'WP04')];
    expect(() => refuseAll(all)).toThrow(
      expect.objectContaining({
        kind: 'transition-illegal',
        message:
          'WP01 is in done; only work packages in doing or for_review are merged.\nWP02 has no branch 001-a-WP02.\n' +
          'WP03 depends on WP04, whose branch is not merged.',
        hint: expect.stringContaining('move-task WP01 --to for_review --force'),
      }),
    );
    expect(() => refuseAll([])).not.toThrow();
  });

  it('of one that is planned is told with how to begin it', () => {
    expect(unmergeable('001-a', named('WP01', { lane: 'planned' }))).toMatchObject({
      kind: 'transition-illegal',
      hint: 'Begin it with "spec-kitty implement WP01".',
    });
  });
});
