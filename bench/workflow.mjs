import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude } from './lib/compare.mjs';
import { changedBy, FEATURE, idOf, makeLargeProject, resetTo, WORK_PACKAGES } from './lib/large-project.mjs';
import { runGit } from './lib/move-task.mjs';
import { runProcess } from './lib/processes.mjs';
import { inTurn } from './lib/rounds.mjs';
import { BIN, makeScratch } from './lib/scratch.mjs';

/**
 * Whole workflow commands in a feature of 150 work packages, each beside bare git that does the same git work: the same
 * worktree, the same questions, the same commit of files that read the same afterwards. Those that write all 150 files,
 * each one durably, have no goal: git alone writes none of them.
 */
const scratch = makeScratch();
try {
  const rounds = Number(process.env.BENCH_ROUNDS ?? 11);
  const makePlace = (name) => {
    const user = scratch.makeUser(name, { SPEC_KITTY_SYNC: 'off' });
    return { user, project: makeLargeProject(user, join(scratch.path, name)) };
  };
  const [ours, bare] = [makePlace('ours'), makePlace('bare')];
  const last = idOf(WORK_PACKAGES);
  const branch = `${FEATURE}-${last}`;
  const worktree = join('.worktrees', branch);
  const inWorktree = ['-C', worktree];
  const ask = [
    ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'],
    ['for-each-ref', '--merged=main', '--format=%(refname)', `refs/heads/${FEATURE}-*`],
  ];
  const commands = [
    {
      name: 'finalize-tasks, 150 work packages',
      tag: 'planned',
      args: ['agent', 'feature', 'finalize-tasks'],
      git: [],
      isBulk: true,
    },
    {
      name: 'implement',
      tag: 'planned',
      args: ['implement', last, '--agent', 'bench'],
      git: [
        ['worktree', 'add', '--quiet', '--no-checkout', '-b', branch, worktree, 'main'],
        [...inWorktree, 'sparse-checkout', 'set', '--no-cone', '/*', '!/kitty-specs/'],
        [...inWorktree, 'checkout', '--force', '--quiet'],
      ],
    },
    {
      name: 'move-task',
      tag: 'planned',
      args: ['agent', 'tasks', 'move-task', last, '--to', 'doing'],
      git: [],
    },
    { name: 'accept, one of 150', tag: 'review', args: ['accept', idOf(1)], git: ask },
    { name: 'accept, all 150', tag: 'review', args: ['accept'], git: ask, isBulk: true },
  ];
  const contestants = commands.flatMap(({ name, tag, args, git }) => {
    const texts = changedBy(bare.user, bare.project, tag, args);
    const paths = texts.map(([path]) => path);
    const commit = ['commit', '--quiet', '--only', '--message=Work', '--', ...paths];
    return [
      {
        name,
        before: () => resetTo(ours.user, ours.project, tag),
        run: async () => {
          await runProcess([BIN, ...args], { env: ours.user.env, cwd: ours.project });
        },
      },
      {
        name: `${name}: git`,
        before: () => {
          resetTo(bare.user, bare.project, tag);
          for (const [path, text] of texts) writeFileSync(join(bare.project, path), text);
        },
        run: async () => {
          for (const step of [...git, commit]) await runGit(bare.user, bare.project, step);
        },
      },
    ];
  });
  const START = 'node -e 0';
  const start = {
    name: START,
    run: () => runProcess(['-e', '0'], { env: ours.user.env }).then(() => undefined),
  };
  const figures = await inTurn([start, ...contestants], { rounds, warmUp: 1 });
  for (const { name, isBulk } of commands) {
    const floor = 'git alone + 3 x node -e 0';
    const git = figures.get(`${name}: git`);
    conclude({
      work: `whole process: ${name}`,
      floor,
      contestants: [{ name: floor }, { name: 'git alone' }, { name, ...(isBulk ? {} : { goal: 1 }) }],
      figures: new Map([
        [floor, git.map((figure, round) => figure + 3 * figures.get(START)[round])],
        ['git alone', git],
        [name, figures.get(name)],
      ]),
    });
  }
} finally {
  scratch.remove();
}
