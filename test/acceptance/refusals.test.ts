import { appendFile, chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER, smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, succeed } from '../support/project.js';
import { journalOf, typesOf } from '../support/recount.js';
import { repositoryBytes } from '../support/repository-bytes.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

interface Refusal {
  readonly name: string;
  readonly seed?: Readonly<Record<string, string>>;
  /** Brings the repository into the state in which the command must not succeed. */
  readonly prepare: (sandbox: Sandbox) => Promise<void>;
  readonly args: readonly string[];
  readonly code: string;
  /** What message and hint together have to say. */
  readonly says: RegExp;
}

const SEED = smallFeature({
  WP01: {},
  WP02: { lane: 'for_review' },
  WP03: { dependencies: '[WP04, WP05]' },
  WP04: { lane: 'for_review' },
  WP05: { lane: 'for_review' },
});

const hook =
  (name: string, script: string) =>
  async (sandbox: Sandbox): Promise<void> => {
    const hooks = join(sandbox.project, '.git', 'hooks');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(hooks, name), 0o755);
  };

const detach = async (sandbox: Sandbox): Promise<void> => {
  await sandbox.git(['checkout', '--quiet', '--detach']);
};

/** Branches of two dependencies that change the same line in different ways. */
const conflict = async (sandbox: Sandbox): Promise<void> => {
  for (const wp of ['WP04', 'WP05']) {
    await sandbox.git(['checkout', '--quiet', '-b', `001-alpha-${wp}`, 'main']);
    await writeFile(join(sandbox.project, 'shared.txt'), `of ${wp}\n`);
    await sandbox.git(['add', 'shared.txt']);
    await sandbox.git(['commit', '--quiet', '-m', wp]);
  }
  await sandbox.git(['checkout', '--quiet', 'main']);
};

const MOVE = ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'];
const NOTE = ['agent', 'tasks', 'add-history', 'WP01', '--note', 'n'];
const FINALIZE = ['agent', 'feature', 'finalize-tasks'];

const REFUSALS: readonly Refusal[] = [
  ...[MOVE, NOTE, FINALIZE, ['implement', 'WP01'], ['accept', 'WP02']].map((args): Refusal => ({
    name: `a commit hook that refuses ${args.slice(0, 3).join(' ')}`,
    prepare: hook('pre-commit', 'echo "the linter says no" >&2; exit 1'),
    args,
    code: 'commit-refused',
    says: /the linter says no.*--no-commit/s,
  })),
  {
    name: 'a hook that refuses the message of the commit',
    prepare: hook('commit-msg', 'exit 1'),
    args: MOVE,
    code: 'commit-refused',
    says: /--no-commit/,
  },
  ...[MOVE, ['implement', 'WP01']].map((args): Refusal => ({
    name: `a detached HEAD for ${args.slice(0, 3).join(' ')}`,
    prepare: detach,
    args,
    code: 'commit-refused',
    says: /detached|branch/i,
  })),
  {
    name: 'a base that does not exist',
    prepare: () => Promise.resolve(),
    args: ['implement', 'WP01', '--base', 'WP04'],
    code: 'worktree-failed',
    says: /no branch 001-alpha-WP04.*--base/s,
  },
  {
    name: 'dependencies whose branches conflict',
    prepare: conflict,
    args: ['implement', 'WP03'],
    code: 'merge-conflict',
    says: /shared\.txt.*--base/s,
  },
  {
    name: 'a directory in the place of the work tree',
    prepare: async ({ project }) => {
      await mkdir(join(project, '.worktrees', '001-alpha-WP01'), { recursive: true });
      await writeFile(join(project, '.worktrees', '001-alpha-WP01', 'mine.txt'), 'mine\n');
    },
    args: ['implement', 'WP01'],
    code: 'worktree-failed',
    says: /001-alpha-WP01/,
  },
  {
    name: 'a locked worktree whose directory is gone',
    prepare: async (sandbox) => {
      await sandbox.git(['worktree', 'add', '--quiet', '-b', '001-alpha-WP01', '.worktrees/001-alpha-WP01']);
      await sandbox.git(['worktree', 'lock', '.worktrees/001-alpha-WP01']);
      await rm(join(sandbox.project, '.worktrees'), { recursive: true });
    },
    args: ['implement', 'WP01'],
    code: 'worktree-failed',
    says: /001-alpha-WP01.*(lock|unlock)/s,
  },
  {
    name: 'a branch that another worktree has checked out',
    prepare: async (sandbox) => {
      const elsewhere = join(sandbox.directory, 'elsewhere');
      await sandbox.git(['worktree', 'add', '--quiet', '-b', '001-alpha-WP01', elsewhere]);
    },
    args: ['implement', 'WP01'],
    code: 'worktree-failed',
    says: /001-alpha-WP01/,
  },
  {
    name: 'a work package that does not exist',
    prepare: () => Promise.resolve(),
    args: ['agent', 'tasks', 'move-task', 'WP42', '--to', 'doing'],
    code: 'work-package-not-found',
    says: /WP01, WP02/,
  },
  {
    name: 'a front matter that cannot be understood',
    prepare: ({ project }) =>
      appendFile(join(project, FOLDER, 'tasks', 'WP09-broken.md'), '---\nlane: [\n---\n'),
    args: FINALIZE,
    code: 'work-package-unreadable',
    says: /WP09-broken\.md:\d+/,
  },
  {
    name: 'dependencies in a circle',
    seed: smallFeature(
      { WP01: {}, WP02: {} },
      { 'tasks.md': '## WP01\n\nDepends on WP02\n\n## WP02\n\nDepends on WP01\n' },
    ),
    prepare: () => Promise.resolve(),
    args: FINALIZE,
    code: 'dependency-invalid',
    says: /tasks\.md:3.*tasks\.md:7|tasks\.md:7.*tasks\.md:3/s,
  },
  {
    name: 'an index that another git has locked',
    prepare: ({ project }) => writeFile(join(project, '.git', 'index.lock'), ''),
    args: MOVE,
    code: 'commit-refused',
    says: /index\.lock/,
  },
];

describe('a command that cannot do its work', () => {
  it.each(REFUSALS)(
    'scenario 29: $name leaves the repository as it was, and the message says what to do',
    ({ seed = SEED, prepare, args, code, says }) =>
      inSandbox(async (sandbox) => {
        await makeProject(sandbox, { ...seed, 'README.md': 'read me\n' });
        // The user is in the middle of something.
        await writeFile(join(sandbox.project, 'staged.txt'), 'staged\n');
        if (args[0] !== 'accept') await sandbox.git(['add', 'staged.txt']);
        else await rm(join(sandbox.project, 'staged.txt'));
        await prepare(sandbox);
        const before = await repositoryBytes(sandbox);
        const answer = await ask(sandbox, args);
        expect(answer).toMatchObject({ code: 1, document: { error: { code } } });
        const { message, hint } = answer.document['error'];
        expect(`${message}\n${hint}`).toMatch(says);
        expect(`${message}\n${hint}`).not.toMatch(/--force|reset --hard|rm -rf|clean -f|branch -D/);
        expect(await repositoryBytes(sandbox)).toEqual(before);
        // The team is told of a file that nobody can read; a refusal is nobody else's business.
        const told = code === 'work-package-unreadable' ? ['ErrorLogged error'] : [];
        expect(typesOf(await journalOf(sandbox))).toEqual(told);
      }),
  );

  it('scenario 29: a dirty tree keeps accept from accepting, names the files, and is left alone', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { ...SEED, 'README.md': 'read me\n' });
      await appendFile(join(sandbox.project, 'README.md'), 'more\n');
      const before = await repositoryBytes(sandbox);
      const { code, document } = await ask(sandbox, ['accept', 'WP02']);
      expect({ code, accepted: document['accepted'] }).toEqual({ code: 1, accepted: [] });
      expect(document['refused'][0].reasons).toMatchObject([
        { code: 'dirty-tree', message: expect.stringContaining('README.md') },
      ]);
      expect(await repositoryBytes(sandbox)).toEqual(before);
    }));

  it('scenario 29: changes of the user in the same repository stay out of the commits of commands', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { ...SEED, 'README.md': 'read me\n' });
      await writeFile(join(sandbox.project, 'staged.txt'), 'staged\n');
      await sandbox.git(['add', 'staged.txt']);
      await appendFile(join(sandbox.project, 'README.md'), 'more\n');
      const before = await sandbox.git(['status', '--porcelain=v2']);
      for (const args of [FINALIZE, MOVE, NOTE]) {
        await succeed(sandbox, args);
        const files = await sandbox.git(['show', '--format=', '--name-only', 'HEAD']);
        expect(files.split('\n').every((path) => path.startsWith(FOLDER))).toBe(true);
      }
      expect(await sandbox.git(['status', '--porcelain=v2'])).toBe(before);
    }));

  it('scenario 29: with --no-commit a detached HEAD is no hindrance', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, SEED);
      await detach(sandbox);
      expect(await succeed(sandbox, [...MOVE, '--no-commit'])).toMatchObject({
        outcome: 'moved',
        commit: null,
      });
      expect(await journalOf(sandbox)).toMatchObject([{ event_type: 'WPStatusChanged', git_branch: null }]);
    }));
});
