import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, PASSWORD, signIn } from '../support/project.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

const FEATURE = ['--feature', '001-alpha'];

/** Commands that read, emit or synchronise, in an order in which each has something to do. */
const COMMANDS: readonly (readonly string[])[] = [
  ['identity', 'show'],
  ['agent', 'feature', 'finalize-tasks', ...FEATURE],
  ['agent', 'feature', 'finalize-tasks', ...FEATURE],
  ['agent', 'tasks', 'add-history', 'WP01', '--note', 'from here', ...FEATURE],
  ['implement', 'WP02', ...FEATURE],
  ['implement', 'WP02', ...FEATURE],
  ['agent', 'tasks', 'move-task', 'WP02', '--to', 'for_review', ...FEATURE],
  ['agent', 'tasks', 'move-task', 'WP02', '--to', 'done', '--force', ...FEATURE],
  ['agent', 'tasks', 'mark-status', 'T001', '--status', 'pending', ...FEATURE],
  ['agent', 'tasks', 'mark-status', 'T001', '--status', 'done', ...FEATURE],
  ['agent', 'tasks', 'status', ...FEATURE],
  ['agent', 'tasks', 'list', ...FEATURE],
  ['accept', '--check', ...FEATURE],
  ['accept', 'WP01', ...FEATURE],
  ['events', 'list'],
  ['events', 'list', '--wp', 'WP01'],
  ['auth', 'status'],
  ['sync', 'server'],
  ['sync', 'status'],
  ['sync', 'off'],
  ['sync', 'now'],
  ['sync', 'on'],
  ['sync', 'now'],
  ['sync', 'status'],
  ['auth', 'logout'],
  ['sync', 'now'],
  ['init'],
];

/** What `git status` prints, byte for byte, and what it would print to a program. */
const statusOf = async (sandbox: Sandbox, root: string): Promise<readonly string[]> => [
  await sandbox.git(['-c', 'status.aheadBehind=false', 'status'], root),
  await sandbox.git(['status', '--porcelain=v2', '--untracked-files=all'], root),
];

/** A user in the middle of something: a change staged, a change not staged, a file that git does not know. */
const makeMess = async (sandbox: Sandbox, root: string): Promise<void> => {
  await writeFile(join(root, 'staged.txt'), 'staged\n');
  await sandbox.git(['add', 'staged.txt'], root);
  await appendFile(join(root, 'README.md'), 'more\n');
  await writeFile(join(root, 'scratch.txt'), 'mine\n');
};

describe('the work tree of the user', () => {
  it.each([
    ['the main checkout', false],
    ['a linked worktree', true],
  ])(
    'scenario 10: git status is the same byte for byte before and after every command, called in %s',
    (_, inWorktree) =>
      inSandbox(async (sandbox) => {
        const seed = smallFeature({ WP01: { lane: 'for_review' }, WP02: {} });
        await makeProject(sandbox, { ...seed, 'README.md': 'read me\n' });
        const worktree = join(sandbox.directory, 'linked');
        await sandbox.git(['worktree', 'add', '--quiet', '-b', 'side', worktree]);
        const roots = [sandbox.project, worktree];
        for (const root of roots) await makeMess(sandbox, root);
        const cwd = inWorktree ? worktree : sandbox.project;
        await signIn(sandbox, hub.url);

        const before = await Promise.all(roots.map((root) => statusOf(sandbox, root)));
        expect(before[0]![1]).toContain('staged.txt');
        for (const args of COMMANDS) {
          const { stdout } = await ask(sandbox, args, { cwd });
          const after = await Promise.all(roots.map((root) => statusOf(sandbox, root)));
          expect({ args, stdout, after }).toEqual({ args, stdout, after: before });
        }
        // None of it went into a commit of ours.
        expect(await sandbox.git(['log', '--all', '--format=%H', '--', 'staged.txt', 'scratch.txt'])).toBe(
          '',
        );
      }),
    60_000,
  );

  it('scenario 10: a login changes nothing in the repository, and neither does a misuse', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const before = await statusOf(sandbox, sandbox.project);
      const login = ['auth', 'login', '--server', hub.url, '--username', 'ada', '--password-stdin'];
      expect(await ask(sandbox, login, { input: 'wrong\n' })).toMatchObject({ code: 4 });
      expect(await ask(sandbox, login, { input: `${PASSWORD}\n` })).toMatchObject({ code: 0 });
      expect(await ask(sandbox, ['implement'])).toMatchObject({ code: 2 });
      expect(await ask(sandbox, ['implement', 'WP77'])).toMatchObject({ code: 1 });
      expect(await statusOf(sandbox, sandbox.project)).toEqual(before);
    }));

  it('scenario 10: a read command leaves no identity, no outbox and no file behind in a project without one', () =>
    inSandbox(async (sandbox) => {
      await sandbox.git(['init', '--quiet']);
      for (const args of [
        ['identity', 'show'],
        ['events', 'list'],
        ['sync', 'status'],
        ['sync', 'now'],
      ])
        await ask(sandbox, args);
      expect(await sandbox.git(['status', '--porcelain', '--untracked-files=all', '--ignored'])).toBe('');
    }));
});
