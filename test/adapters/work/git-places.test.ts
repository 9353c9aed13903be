import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

describe('where a checkout lies', () => {
  let scratch: ScratchGit;
  let repository: GitRepository;
  beforeEach(() => {
    scratch = scratchGit({ 'src/deep/a.txt': 'a\n' });
    repository = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
  });
  afterEach(() => scratch.remove());

  it('is found from any folder in it, through a link too', async () => {
    const main = { root: scratch.root, projectRoot: scratch.root, commonDir: join(scratch.root, '.git') };
    expect(await repository.locate(join(scratch.root, 'src', 'deep'))).toMatchObject(main);
    symlinkSync(join(scratch.root, 'src'), join(scratch.place, 'link'));
    expect(await repository.locate(join(scratch.place, 'link', 'deep'))).toMatchObject(main);
  });

  it('is nowhere for a directory that does not exist', async () => {
    expect(await repository.locate(join(scratch.place, 'gone'))).toBeUndefined();
  });

  it('of a linked worktree leads to the main checkout', async () => {
    const linked = join(scratch.root, '.worktrees', 'w');
    scratch.git('worktree', 'add', '--quiet', '-b', 'w', linked);
    expect(await repository.locate(join(linked, 'src'))).toEqual({
      root: linked,
      projectRoot: scratch.root,
      commonDir: join(scratch.root, '.git'),
      gitDir: join(scratch.root, '.git', 'worktrees', 'w'),
    });
  });

  it('of a worktree of a bare repository is a project root for itself', async () => {
    const bare = join(scratch.place, 'bare.git');
    scratch.git('clone', '--quiet', '--bare', scratch.root, bare);
    const linked = join(scratch.place, 'of-bare');
    scratch.gitIn(bare, 'worktree', 'add', '--quiet', linked, 'main');
    expect(await repository.locate(linked)).toMatchObject({
      root: linked,
      projectRoot: linked,
      commonDir: bare,
    });
  });

  it('of a repository with its git directory elsewhere is where the pointer lies, for its worktrees too', async () => {
    const elsewhere = join(scratch.place, 'elsewhere.git');
    scratch.git('init', '--quiet', `--separate-git-dir=${elsewhere}`);
    expect(await repository.locate(scratch.root)).toMatchObject({
      projectRoot: scratch.root,
      commonDir: elsewhere,
    });
    scratch.git('config', 'core.worktree', scratch.root);
    const linked = join(scratch.place, 'linked');
    scratch.git('worktree', 'add', '--quiet', '-b', 'w', linked);
    expect(await repository.locate(linked)).toMatchObject({ root: linked, projectRoot: scratch.root });
  });

  it('of a repository whose files are elsewhere is there, once something there leads back to it', async () => {
    const files = join(scratch.place, 'files');
    mkdirSync(files);
    scratch.git('config', 'core.worktree', files);
    const refused = repository.locate(scratch.root);
    await expect(refused).rejects.toMatchObject({ kind: 'not-a-repository' });
    const line = await refused.catch(({ hint }: { hint: string }) => /"(gitdir: [^"]+)"/.exec(hint)?.[1]);
    writeFileSync(join(files, '.git'), `${String(line)}\n`);
    for (const directory of [scratch.root, files])
      expect(await repository.locate(directory)).toMatchObject({ root: files, projectRoot: files });
  });

  it('is marked by .kittify alone outside git, by .git inside', async () => {
    const plain = join(scratch.place, 'plain');
    mkdirSync(join(plain, '.kittify'), { recursive: true });
    mkdirSync(join(plain, 'src'));
    expect(await repository.locate(join(plain, 'src'))).toEqual({ root: plain, projectRoot: plain });
    mkdirSync(join(scratch.root, 'src', '.kittify'));
    expect(await repository.locate(join(scratch.root, 'src', 'deep'))).toMatchObject({
      projectRoot: scratch.root,
    });
  });

  it('passes over a .git directory that is none', async () => {
    mkdirSync(join(scratch.root, 'src', '.git'));
    expect(await repository.locate(join(scratch.root, 'src'))).toMatchObject({ projectRoot: scratch.root });
  });

  it('is an error where .git leads nowhere: the repository above is another one', async () => {
    writeFileSync(join(scratch.root, 'src', '.git'), 'gitdir: ../nowhere\n');
    await expect(repository.locate(join(scratch.root, 'src'))).rejects.toMatchObject({
      kind: 'not-a-repository',
    });
    writeFileSync(join(scratch.root, 'src', '.git'), 'nonsense');
    await expect(repository.locate(join(scratch.root, 'src'))).rejects.toMatchObject({
      kind: 'not-a-repository',
    });
    const linked = join(scratch.place, 'linked');
    scratch.git('worktree', 'add', '--quiet', '-b', 'w', linked);
    writeFileSync(join(scratch.root, '.git', 'worktrees', 'linked', 'commondir'), '../../nowhere\n');
    await expect(repository.locate(linked)).rejects.toMatchObject({ kind: 'not-a-repository' });
  });

  it('has neither head nor origin nor uncommitted files outside git, but a lock', async () => {
    const plain = join(scratch.place, 'plain');
    mkdirSync(join(plain, '.kittify'), { recursive: true });
    const checkout = (await repository.locate(plain))!;
    expect(await repository.head(checkout)).toEqual({});
    expect(await repository.originUrl(checkout)).toBeUndefined();
    expect(await repository.isUncommitted(checkout, 'a')).toBe(false);
    expect(await repository.fileAtTip(checkout, 'main', 'a')).toBeUndefined();
    expect(await repository.branchTip(checkout, 'main')).toBeUndefined();
    await repository.exclusive(checkout, async (held) => {
      await repository.exclude(held, '/x/');
      expect(await repository.tryExclusive(checkout, async () => 'never')).toBe('busy');
    });
  });

  it('says that another command is at work when the lock stays busy', async () => {
    const impatient = new GitRepository({ ...scratch, lockWaitMs: 10 });
    const checkout = (await repository.locate(scratch.root))!;
    await repository.exclusive(checkout, async () => {
      const refused = impatient.exclusive(checkout, async () => 'never');
      await expect(refused).rejects.toMatchObject({
        kind: 'lock-busy',
        hint: expect.stringContaining('again'),
      });
    });
  });

  it('scenario 10: leaves the status as it was, in the main checkout and in a linked worktree', async () => {
    const linked = join(scratch.place, 'linked');
    scratch.git('worktree', 'add', '--quiet', '-b', 'w', linked);
    scratch.write('src/deep/a.txt', 'changed\n');
    const status = (): string =>
      scratch.git('status', '--porcelain') + scratch.gitIn(linked, 'status', '--porcelain');
    const before = status();
    for (const directory of [scratch.root, linked]) {
      const checkout = (await repository.locate(directory))!;
      await repository.head(checkout);
      await repository.originUrl(checkout);
      await repository.exclusive(checkout, async () => undefined);
      await repository.dirtyPaths(directory);
      await repository.isUncommitted(checkout, 'src/deep/a.txt');
    }
    expect(status()).toBe(before);
  });

  it('excludes a pattern once, after whatever the file ends with', async () => {
    const held = { checkout: (await repository.locate(scratch.root))! };
    writeFileSync(join(scratch.root, '.git', 'info', 'exclude'), '*.log');
    await repository.exclude(held, '/.worktrees/');
    await repository.exclude(held, '/.worktrees/');
    expect(scratch.read('.git/info/exclude')).toBe('*.log\n/.worktrees/\n');
    rmSync(join(scratch.root, '.git', 'info'), { recursive: true });
    await repository.exclude(held, '/.worktrees/');
    expect(scratch.read('.git/info/exclude')).toBe('/.worktrees/\n');
  });

  it('takes back the line that it excluded, unless somebody wrote behind it', async () => {
    const held = { checkout: (await repository.locate(scratch.root))! };
    const path = join(scratch.root, '.git', 'info', 'exclude');
    for (const before of ['*.log', '*.log\r\n', '']) {
      writeFileSync(path, before);
      const takeBack = await repository.exclude(held, '/.worktrees/');
      const nothing = await repository.exclude(held, '/.worktrees/');
      await nothing();
      expect(scratch.read('.git/info/exclude')).toContain('/.worktrees/\n');
      await takeBack();
      expect(scratch.read('.git/info/exclude')).toBe(before);
    }
    rmSync(path);
    await (
      await repository.exclude(held, '/.worktrees/')
    )();
    expect(existsSync(path)).toBe(false);
    const takeBack = await repository.exclude(held, '/.worktrees/');
    writeFileSync(path, '/.worktrees/\n*.tmp\n');
    await takeBack();
    expect(scratch.read('.git/info/exclude')).toBe('/.worktrees/\n*.tmp\n');
  });
});
