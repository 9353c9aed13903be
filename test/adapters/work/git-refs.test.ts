import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import { parseGitConfig, readHead, readRef } from '../../../src/adapters/work/git-directory.js';
import type { Checkout } from '../../../src/ports/events.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

describe('branch and commit', () => {
  let scratch: ScratchGit;
  let repository: GitRepository;
  let checkout: Checkout;
  beforeEach(async () => {
    scratch = scratchGit({});
    // Without git on its path, whatever it answers comes from files.
    repository = new GitRepository({ stateRoot: scratch.stateRoot, environment: { PATH: scratch.place } });
    checkout = (await repository.locate(scratch.root))!;
  });
  afterEach(() => scratch.remove());

  const tip = (): string => scratch.git('rev-parse', 'HEAD').trim();

  it('are read from a loose reference', async () => {
    expect(await repository.head(checkout)).toEqual({ branch: 'main', commit: tip() });
  });

  it('are read from packed references, and a loose one wins', async () => {
    scratch.git('tag', '-a', '-m', 't', 'tagged');
    scratch.git('pack-refs', '--all');
    expect(await repository.head(checkout)).toEqual({ branch: 'main', commit: tip() });
    scratch.commitAll('second');
    expect(await repository.head(checkout)).toEqual({ branch: 'main', commit: tip() });
    expect(await repository.branchTip(checkout, 'ain')).toBeUndefined();
  });

  it('are for git to say where something stands in their place that cannot be read', () => {
    const commonDir = join(scratch.root, '.git');
    scratch.git('pack-refs', '--all');
    expect(readRef(commonDir, 'refs/heads/main')).toBe(tip());
    mkdirSync(join(commonDir, 'refs', 'heads', 'main'));
    expect(readRef(commonDir, 'refs/heads/main')).toBe('unusual');
    rmSync(join(commonDir, 'packed-refs'));
    mkdirSync(join(commonDir, 'packed-refs'));
    expect(readRef(commonDir, 'refs/heads/other')).toBe('unusual');
  });

  it('are those of the worktree in which the command was called', async () => {
    const linked = join(scratch.place, 'linked');
    scratch.git('worktree', 'add', '--quiet', '-b', 'team/side', linked);
    const there = (await repository.locate(linked))!;
    expect(await repository.head(there)).toEqual({ branch: 'team/side', commit: tip() });
    scratch.gitIn(linked, 'checkout', '--quiet', '--detach');
    expect(await repository.head(there)).toEqual({ commit: tip() });
  });

  it('follow a branch that stands for another one', async () => {
    scratch.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    expect(await repository.branchTip(checkout, 'alias')).toBe(tip());
  });

  it('are asked of git when its files are unusual, and absent when git cannot tell either', async () => {
    const asking = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
    scratch.git('symbolic-ref', 'refs/heads/a', 'refs/heads/b');
    scratch.git('symbolic-ref', 'refs/heads/b', 'refs/heads/a');
    expect(await asking.branchTip(checkout, 'a')).toBeUndefined();
    scratch.git('symbolic-ref', 'HEAD', 'refs/heads/a');
    expect(await repository.head(checkout)).toEqual({});
    writeFileSync(join(scratch.root, '.git', 'HEAD'), 'nonsense\n');
    expect(await asking.head(checkout)).toEqual({});
    rmSync(join(scratch.root, '.git', 'HEAD'));
    expect(await asking.head(checkout)).toEqual({});
  });

  it('are unusual in the table format, which keeps a stand-in in place of the branches', () => {
    const gitDir = join(scratch.place, 'table');
    mkdirSync(join(gitDir, 'refs'), { recursive: true });
    writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/.invalid\n');
    writeFileSync(join(gitDir, 'refs', 'heads'), 'this repository uses the reftable format\n');
    expect(readHead({ gitDir, commonDir: gitDir })).toBe('unusual');
    expect(readRef(gitDir, 'refs/heads/main')).toBe('unusual');
  });

  it('are then what git answers', async () => {
    const bin = join(scratch.place, 'bin');
    mkdirSync(bin);
    const script = 'case "$1" in symbolic-ref) echo refs/heads/told;; *) echo 0123;; esac';
    writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const told = new GitRepository({ stateRoot: scratch.stateRoot, environment: { PATH: bin } });
    writeFileSync(join(scratch.root, '.git', 'HEAD'), 'ref: refs/heads/.invalid\n');
    expect(await told.head(checkout)).toEqual({ branch: 'told', commit: '0123' });
  });

  it('never lead out of the folder of references', () => {
    const gitDir = join(scratch.root, '.git');
    for (const name of ['refs/heads/../../HEAD', 'HEAD', 'refs/heads//x', '/etc/passwd']) {
      expect(readRef(gitDir, name)).toBe('unusual');
    }
  });

  it('tell the origin from the config file, else from what it includes', async () => {
    scratch.git('remote', 'add', 'origin', 'https://example.org/a/b.git');
    expect(await repository.originUrl(checkout)).toBe('https://example.org/a/b.git');
    scratch.git('remote', 'remove', 'origin');
    expect(await repository.originUrl(checkout)).toBeUndefined();
    writeFileSync(join(scratch.place, 'more'), '[remote "origin"]\n\turl = git@example.org:c/d.git\n');
    scratch.git('config', 'include.path', join(scratch.place, 'more'));
    expect(await repository.originUrl(checkout)).toBeUndefined();
    const asking = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
    expect(await asking.originUrl(checkout)).toBe('git@example.org:c/d.git');
  });
});

describe("git's config syntax", () => {
  it('has sections, subsections, comments, quotes, escapes and continued lines', () => {
    const text = [
      '\uFEFF; comment',
      '[Core] Bare = true # yes',
      '\tworkTree=../x',
      '[remote "Or\\"igin"]',
      '  url = "a b ; not a comment"  ',
      '  name = one\\',
      'two   ',
      '  tab = a\\tb\\\\c',
      '[old.Style]',
      'flag',
      '[broken',
      'key = "kept  "',
    ].join('\r\n');
    expect(parseGitConfig(text)).toEqual([
      { name: 'core.bare', value: 'true' },
      { name: 'core.worktree', value: '../x' },
      { name: 'remote.Or"igin.url', value: 'a b ; not a comment' },
      { name: 'remote.Or"igin.name', value: 'onetwo' },
      { name: 'remote.Or"igin.tab', value: 'a\tb\\c' },
      { name: 'old.style.flag', value: 'true' },
      { name: 'old.style.key', value: 'kept  ' },
    ]);
  });

  it('reads back what git wrote, whatever the value', () => {
    const scratch = scratchGit();
    try {
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom(...'ab "\\;#=[]\t\'ü') }), (value) => {
          scratch.git('config', '--replace-all', 'remote.origin.url', value);
          const found = parseGitConfig(scratch.read('.git/config')).find(
            ({ name }) => name === 'remote.origin.url',
          );
          expect(found?.value).toBe(scratch.git('config', '--get', 'remote.origin.url').replace(/\n$/, ''));
        }),
        { numRuns: 60 },
      );
    } finally {
      scratch.remove();
    }
  });

  it('crashes on no text', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseGitConfig(text))));
  });
});
