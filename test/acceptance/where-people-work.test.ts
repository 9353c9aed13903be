import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, makeRepository, succeed } from '../support/project.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const PLANS = smallFeature({ WP01: {}, WP02: { dependencies: '["WP01"]' } });

/** The life of a work package, each command called where it is named. */
const goThrough = async (
  sandbox: Sandbox,
  main: string,
  elsewhere: readonly string[] = [],
): Promise<string> => {
  await succeed(sandbox, ['init'], { cwd: main });
  await succeed(sandbox, ['agent', 'feature', 'finalize-tasks'], { cwd: main });
  const { worktree } = await succeed(sandbox, ['implement', 'WP01', '--agent', 'ann'], { cwd: main });
  const inside = worktree as string;
  await writeFile(join(inside, 'work.txt'), 'work\n');
  await sandbox.git(['add', '--all'], inside);
  await sandbox.git(['commit', '--quiet', '-m', 'work'], inside);
  await succeed(sandbox, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review'], { cwd: inside });
  const uuids = new Set<unknown>();
  for (const cwd of [main, inside, ...elsewhere]) {
    const board = await succeed(sandbox, ['agent', 'tasks', 'status'], { cwd });
    expect(JSON.stringify(board)).toContain('for_review');
    const { project } = await succeed(sandbox, ['identity', 'show'], { cwd });
    uuids.add((project as { uuid: { value: string } }).uuid.value);
  }
  expect(uuids.size).toBe(1);
  await succeed(sandbox, ['merge'], { cwd: inside });
  expect(existsSync(join(main, 'work.txt'))).toBe(true);
  await succeed(sandbox, ['accept', 'WP01'], { cwd: main });
  expect(await sandbox.git(['status', '--porcelain'], main)).toBe('');
  return inside;
};

describe('every command works where people work', () => {
  it.each([
    ['a folder with the bare repository beside its work trees', '.bare', 'gitdir: ./.bare\n'],
    ['a bare repository that lies in .git', '.git', undefined],
  ])('in %s', (_where, name, pointer) =>
    inSandbox(async (sandbox) => {
      const above = join(sandbox.directory, 'layout');
      await makeRepository(sandbox, PLANS);
      await sandbox.git(['clone', '--quiet', '--bare', sandbox.project, join(above, name)]);
      if (pointer !== undefined) await writeFile(join(above, '.git'), pointer);
      const [main, other] = [join(above, 'main'), join(above, 'other')];
      await sandbox.git(['worktree', 'add', '--quiet', main, 'main'], above);
      // Made before there was an identity, so it has no config of its own.
      await sandbox.git(['worktree', 'add', '--quiet', '-b', 'other', other], above);
      const before = await readdir(above);
      await goThrough(sandbox, main, [other, above, join(above, name)]);
      expect((await succeed(sandbox, ['init'], { cwd: above }))['config']).toBe('unchanged');
      expect(await readdir(above)).toEqual(before);
      expect(await sandbox.git(['status', '--porcelain'], other)).toBe('');
    }),
  );

  it('in a checkout whose git directory lies elsewhere', () =>
    inSandbox(async (sandbox) => {
      await makeRepository(sandbox, PLANS);
      await sandbox.git(['init', '--quiet', `--separate-git-dir=${join(sandbox.directory, 'store.git')}`]);
      await goThrough(sandbox, sandbox.project);
    }));

  it('in a submodule', () =>
    inSandbox(async (sandbox) => {
      const origin = join(sandbox.directory, 'origin');
      await mkdir(origin);
      await makeRepository(sandbox, PLANS, origin);
      await makeRepository(sandbox, { 'README.md': 'above\n' });
      await sandbox.git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', origin, 'part']);
      await goThrough(sandbox, join(sandbox.project, 'part'));
      expect(existsSync(join(sandbox.project, '.kittify'))).toBe(false);
    }));

  it('says that a bare repository without work trees has no files', () =>
    inSandbox(async (sandbox) => {
      const bare = join(sandbox.directory, 'bare.git');
      await sandbox.git(['init', '--quiet', '--bare', bare]);
      const { code, document } = await ask(sandbox, ['init'], { cwd: bare });
      expect([code, document['error'].code]).toEqual([1, 'not-a-repository']);
      expect(await readdir(bare)).not.toContain('.kittify');
    }));
});

describe('a sparse main checkout', () => {
  it.each([
    ['in cone mode', ['set', 'src', 'kitty-specs', '.kittify']],
    ['by patterns', ['set', '--no-cone', '/*', '!/big/']],
  ])('gives the work tree of a work package what git would, %s', (_mode, patterns) =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { ...PLANS, 'src/a.txt': 'a\n', 'big/b.txt': 'b\n' });
      await sandbox.git(['sparse-checkout', ...patterns]);
      const { worktree } = await succeed(sandbox, ['implement', 'WP01']);
      const gits = join(sandbox.directory, 'gits');
      await sandbox.git(['worktree', 'add', '--quiet', '-b', 'probe', gits]);
      const expected = (await readdir(gits)).filter((name) => name !== 'kitty-specs');
      expect(await readdir(worktree as string)).toEqual(expected);
      expect(expected).not.toContain('big');
      expect(await sandbox.git(['status', '--porcelain'], worktree as string)).toBe('');
    }),
  );

  it('that leaves the planning files out is named, with what brings them', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { ...PLANS, 'src/a.txt': 'a\n' });
      await sandbox.git(['sparse-checkout', 'set', 'src']);
      const { document } = await ask(sandbox, ['agent', 'tasks', 'status']);
      expect(document['error'].message).toContain('sparse');
      await sandbox.git(/"git ([^"]+)"/.exec(document['error'].hint as string)![1]!.split(' '));
      await succeed(sandbox, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing']);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
    }));
});

it('a sparse checkout that leaves the committed identity out gets no second one', () =>
  inSandbox(async (sandbox) => {
    const uuid = await makeProject(sandbox, PLANS);
    await sandbox.git(['sparse-checkout', 'set', 'kitty-specs']);
    const note = ['agent', 'tasks', 'add-history', 'WP01', '--note', 'x'];
    const other = { env: { SPEC_KITTY_HOME: join(sandbox.directory, 'other') } };
    const { document } = await ask(sandbox, note, other);
    expect(document['error'].code).toBe('config-unreadable');
    await sandbox.git(/"git ([^"]+)"/.exec(document['error'].hint as string)![1]!.split(' '));
    await succeed(sandbox, note, other);
    const { project } = await succeed(sandbox, ['identity', 'show'], other);
    expect((project as { uuid: { value: string } }).uuid.value).toBe(uuid);
    expect(await sandbox.git(['status', '--porcelain'])).toBe('');
  }));

it('staged and unstaged work survives when the project was moved', () =>
  inSandbox(async (sandbox) => {
    await makeProject(sandbox, PLANS);
    await succeed(sandbox, ['implement', 'WP01', '--agent', 'ann']);
    const tree = join('.worktrees', `${FEATURE}-WP01`);
    const inside = join(sandbox.project, tree);
    await writeFile(join(inside, 'staged'), 'staged\n');
    await sandbox.git(['add', 'staged'], inside);
    await writeFile(join(inside, 'loose'), 'loose\n');
    const moved = join(sandbox.directory, 'moved');
    await rename(sandbox.project, moved);
    const lost = await ask(sandbox, ['agent', 'tasks', 'status'], { cwd: join(moved, tree) });
    expect(lost.document['error'].hint).toContain(`git worktree repair ${join(moved, tree)}`);
    expect((await succeed(sandbox, ['implement', 'WP01'], { cwd: moved }))['worktree_was']).toBe('existing');
    expect(await sandbox.git(['status', '--porcelain'], join(moved, tree))).toBe('A  staged\n?? loose');
    await succeed(sandbox, ['agent', 'tasks', 'status'], { cwd: join(moved, tree) });
  }));

it('a folder above a link to the project does not choose the feature', () =>
  inSandbox(async (sandbox) => {
    const second = Object.entries(PLANS).map(([path, text]) => [path.replace(FEATURE, '002-beta'), text]);
    await makeProject(sandbox, { ...PLANS, ...Object.fromEntries(second) });
    const folder = join(sandbox.directory, '002-beta');
    await mkdir(folder);
    await symlink(sandbox.project, join(folder, 'link'));
    for (const options of [{ cwd: join(folder, 'link') }, { args: ['--project', join(folder, 'link')] }]) {
      const { args = [], ...rest } = { cwd: sandbox.home, ...options } as { args?: string[]; cwd: string };
      const { document } = await ask(sandbox, ['agent', 'tasks', 'list', ...args], rest);
      expect(document['error']?.code).toBe('feature-ambiguous');
    }
    const inside = join(folder, 'link', 'kitty-specs', '002-beta');
    const listed = await runCli(sandbox, ['agent', 'tasks', 'list', '--project', inside, '--json']);
    expect(listed.stdout).toContain('002-beta');
  }));

describe('planning files in another place', () => {
  it.each([
    ['a submodule', true],
    ['a repository in the repository', false],
  ])(
    'that is %s are refused before anything is written, and written without a commit',
    (_place, isSubmodule) =>
      inSandbox(async (sandbox) => {
        const specs = join(sandbox.directory, 'specs');
        await mkdir(specs);
        const files = Object.entries(PLANS).map(([path, text]) => [path.replace('kitty-specs/', ''), text]);
        await makeRepository(sandbox, Object.fromEntries(files), specs);
        await makeProject(sandbox, { 'README.md': 'readme\n' });
        const place = join(sandbox.project, 'kitty-specs');
        if (isSubmodule) {
          const add = [
            '-c',
            'protocol.file.allow=always',
            'submodule',
            '--quiet',
            'add',
            specs,
            'kitty-specs',
          ];
          await sandbox.git(add);
          await sandbox.git(['commit', '--quiet', '-m', 'specs']);
        } else {
          await sandbox.git(['clone', '--quiet', specs, place]);
        }
        const head = await sandbox.git(['rev-parse', 'HEAD']);
        const finalize = ['agent', 'feature', 'finalize-tasks'];
        const { code, document } = await ask(sandbox, finalize);
        expect([code, document['error'].code]).toEqual([1, 'commit-refused']);
        expect(document['error'].message).toContain('another repository, kitty-specs');
        expect((await ask(sandbox, ['implement', 'WP01'])).code).toBe(1);
        expect(existsSync(join(sandbox.project, '.worktrees'))).toBe(false);
        expect(await sandbox.git(['status', '--porcelain'], place)).toBe('');
        expect(await sandbox.git(['rev-parse', 'HEAD'])).toBe(head);
        const done = await succeed(sandbox, [...finalize, '--no-commit']);
        expect(done['commit']).toBeNull();
        expect(await sandbox.git(['status', '--porcelain'], place)).not.toBe('');
      }),
  );

  it('that a link in the repository leads to are committed there', () =>
    inSandbox(async (sandbox) => {
      const files = Object.entries(PLANS).map(([path, text]) => [
        path.replace('kitty-specs/', 'docs/specs/'),
        text,
      ]);
      await makeRepository(sandbox, Object.fromEntries(files));
      await symlink(join('docs', 'specs'), join(sandbox.project, 'kitty-specs'));
      await sandbox.git(['add', '--all']);
      await sandbox.git(['commit', '--quiet', '-m', 'link']);
      await goThrough(sandbox, sandbox.project);
      const moved = await sandbox.git(['log', '--format=', '--name-only']);
      expect(moved).toContain(`docs/specs/${FEATURE}/tasks/WP01-work.md`);
    }));
});
