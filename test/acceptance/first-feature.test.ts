import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeProject, succeed } from '../support/project.js';
import { inSandbox } from '../support/sandbox.js';

describe('the first feature', () => {
  it('goes from nothing to done with what the commands say', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { 'README.md': 'x' });
      const { feature } = await succeed(sandbox, [
        'feature',
        'new',
        'Parcel labels',
        '--wp',
        'Model',
        '--wp',
        'Print',
      ]);
      expect(feature).toBe('001-parcel-labels');
      const { announced } = await succeed(sandbox, ['agent', 'feature', 'finalize-tasks']);
      expect(announced).toEqual([feature, 'WP01', 'WP02']);
      for (const [name, task] of [
        ['1', 'T001'],
        ['wp2', 'T002'],
      ] as const) {
        const { worktree } = await succeed(sandbox, ['implement', name, '--agent', 'claude']);
        const shown = await succeed(sandbox, ['agent', 'tasks', 'show'], { cwd: worktree as string });
        expect(shown['worktree']).toBe(worktree);
        await writeFile(join(worktree as string, `${task}.txt`), 'done');
        await sandbox.git(['add', '--all'], worktree as string);
        await sandbox.git(['commit', '--quiet', '-m', `work on ${task}`], worktree as string);
        await succeed(sandbox, ['agent', 'tasks', 'mark-status', task, '--status', 'done']);
        await succeed(sandbox, ['merge']);
        await succeed(sandbox, ['accept']);
      }
      const { lanes } = await succeed(sandbox, ['agent', 'tasks', 'status']);
      expect(lanes).toMatchObject({ done: 2 });
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
    }));
});
