import { Git } from '../../../src/adapters/work/git.js';
import type { GitRun } from '../../../src/adapters/work/git-process.js';

const COMMIT = 'a'.repeat(40);

/** A git that counts how often it is started. */
class CountingGit extends Git {
  starts = 0;
  code = 0;

  constructor(root = '/p', facts = new Map<string, GitRun>()) {
    super({}, { root, projectRoot: root }, facts);
  }

  override async run(args: readonly string[]): Promise<GitRun> {
    this.starts++;
    return { code: this.code, stdout: args.join(' '), stderr: '' };
  }
}

describe('what git says of commits', () => {
  it('is asked once', async () => {
    const facts = new Map<string, GitRun>();
    const [git, other] = [new CountingGit('/p', facts), new CountingGit('/q', facts)];
    const first = await git.fact(['x', COMMIT]);
    expect(await git.fact(['x', COMMIT])).toBe(first);
    expect(git.starts).toBe(1);
    await git.fact(['y', COMMIT]);
    await other.fact(['x', COMMIT]);
    expect([git.starts, other.starts]).toEqual([2, 1]);
  });

  it('is asked again after a failure', async () => {
    const git = new CountingGit();
    git.code = 128;
    for (let times = 0; times < 2; times++) await git.fact(['x', COMMIT]);
    expect(git.starts).toBe(2);
    git.code = 1;
    for (let times = 0; times < 2; times++) await git.fact(['x', COMMIT], [0, 1]);
    expect(git.starts).toBe(3);
  });

  it('is forgotten when there is more to remember', async () => {
    const git = new CountingGit();
    for (let at = 0; at < 20; at++) await git.fact([`${at}`]);
    await git.fact(['19']);
    expect(git.starts).toBe(20);
    await git.fact(['0']);
    expect(git.starts).toBe(21);
  });
});
