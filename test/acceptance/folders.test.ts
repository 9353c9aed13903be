import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER, smallFeature } from '../support/planning-documents.js';
import { journalOf } from '../support/recount.js';
import { ask, makeProject, succeed } from '../support/project.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

/** The small feature in a folder of another name. */
const featureIn = (folder: string, seed: Readonly<Record<string, string>> = smallFeature({ WP01: {} })) =>
  Object.fromEntries(
    Object.entries(seed).map(([path, text]) => [path.replace(FOLDER, `kitty-specs/${folder}`), text]),
  );

describe('a feature whose folder has no number', () => {
  it('goes its way like any other, under each of its names', () =>
    inSandbox(async (sandbox) => {
      const slug = 'parcel-labels-01KQHABC';
      const project = await makeProject(sandbox, { ...featureIn(slug), ...featureIn('WEB-001-parcels') });
      const { announced } = await succeed(sandbox, [
        'agent',
        'feature',
        'finalize-tasks',
        '--feature',
        '01KQHABC',
      ]);
      expect(announced).toEqual([slug, 'WP01']);
      const [created] = await journalOf(sandbox, project);
      expect(created?.payload).toMatchObject({ feature_slug: slug, wp_count: 1 });
      expect(created?.payload).not.toHaveProperty('feature_number');
      await succeed(sandbox, ['implement', 'WP01', '--feature', 'parcel-labels']);
      const worktree = join(sandbox.project, '.worktrees', `${slug}-WP01`);
      await succeed(sandbox, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review'], {
        cwd: worktree,
      });
      const { accepted } = await succeed(sandbox, ['accept', '--feature', slug]);
      expect(accepted).toEqual(['WP01']);
    }));

  it('is called the only one by nobody beside others, and those that are none are named', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, {
        ...featureIn('001-other'),
        ...featureIn('labels-01KQHABC'),
        'kitty-specs/notes/spec.md': 'x',
      });
      const { code, stderr } = await runCli(sandbox, ['agent', 'tasks', 'status']);
      expect(code).toBe(1);
      expect(stderr).toContain('There are: 001-other, labels-01KQHABC.');
      expect(stderr).toContain('kitty-specs/notes has neither meta.json nor tasks/');
    }));
});

describe('work packages in folders', () => {
  it('are named with the reason, and no board says that there are none', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
      const tasks = join(sandbox.project, FOLDER, 'tasks');
      await mkdir(join(tasks, 'planned'));
      for (const id of ['WP01', 'WP02'])
        await rename(join(tasks, `${id}-work.md`), join(tasks, 'planned', `${id}-work.md`));
      const board = await runCli(sandbox, ['agent', 'tasks', 'status']);
      expect(board.stdout).toContain('None of its files can be shown as a work package (2 files).');
      expect(board.stdout).toContain('planned/WP02-work.md: lies in planned/, a folder named after a lane.');
      const { code, document } = await ask(sandbox, ['agent', 'feature', 'finalize-tasks']);
      expect([code, document['error'].code]).toEqual([1, 'work-package-unreadable']);
      await rename(join(tasks, 'planned'), join(tasks, 'phase-1'));
      const { work_packages: found } = await succeed(sandbox, ['agent', 'tasks', 'status']);
      expect(found).toHaveLength(2);
      await succeed(sandbox, ['implement', 'WP01']);
    }));
});
