import { factOfCommits } from '../../../src/adapters/work/git-commit-facts.js';
import { Git } from '../../../src/adapters/work/git-command.js';
import type { GitRun } from '../../../src/adapters/work/git-process.js';

const CHECKOUT = { root: '/p', projectRoot: '/p', commonDir: '/p/.git', gitDir: '/p/.git' };
const COMMIT = 'a'.repeat(40);

/** A git that counts how often it is started. */
class CountingGit extends Git {
  starts = 0;
  code = 0;

  constructor() {
    super({});
  }

  override async run(_directory: string, args: readonly string[]): Promise<GitRun> {
    this.starts++;
    return { code: this.code, stdout: args.join(' '), stderr: '' };
  }
}

describe('what git says of commits', () => {
  it('is asked once of those that are named in full', async () => {
    const git = new CountingGit();
    const ask = (args: readonly string[], commits: readonly string[]) =>
      factOfCommits(git, CHECKOUT, commits, args);
    const first = await ask(['x', COMMIT], [COMMIT]);
    expect(await ask(['x', COMMIT], [COMMIT])).toBe(first);
    expect(git.starts).toBe(1);
    await ask(['y', COMMIT], [COMMIT]);
    await factOfCommits(git, { ...CHECKOUT, projectRoot: '/q' }, [COMMIT], ['x', COMMIT]);
    expect(git.starts).toBe(3);
  });

  it('is asked again of names that may move, and after a failure', async () => {
    const git = new CountingGit();
    for (let times = 0; times < 2; times++) await factOfCommits(git, CHECKOUT, ['main'], ['x', 'main']);
    git.code = 128;
    for (let times = 0; times < 2; times++) await factOfCommits(git, CHECKOUT, [COMMIT], ['x', COMMIT]);
    expect(git.starts).toBe(4);
    git.code = 1;
    for (let times = 0; times < 2; times++)
      await factOfCommits(git, CHECKOUT, [COMMIT], ['x', COMMIT], { answers: [0, 1] });
    expect(git.starts).toBe(5);
  });

  it('is forgotten when there is more to remember', async () => {
    const git = new CountingGit();
    for (let at = 0; at < 20; at++) await factOfCommits(git, CHECKOUT, [COMMIT], [`${at}`]);
    await factOfCommits(git, CHECKOUT, [COMMIT], ['19']);
    expect(git.starts).toBe(20);
    await factOfCommits(git, CHECKOUT, [COMMIT], ['0']);
    expect(git.starts).toBe(21);
  });
});
