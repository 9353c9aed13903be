import { createHash } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.js';

/** Everything of a repository that a command which changes nothing has to leave alone. */
export interface RepositoryBytes {
  readonly status: string;
  readonly refs: string;
  readonly worktrees: string;
  readonly head: string;
  readonly index: string;
  /** Digest of every file in the work tree, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Looks without taking any of git's optional locks, so that looking changes nothing either. */
export const repositoryBytes = async (sandbox: Sandbox, root = sandbox.project): Promise<RepositoryBytes> => {
  const git = (...args: string[]): Promise<string> => sandbox.git(['--no-optional-locks', ...args], root);
  const [status, refs, worktrees, head, index] = [
    await git('status', '--porcelain=v2', '--branch', '--untracked-files=all'),
    await git('for-each-ref'),
    await git('worktree', 'list', '--porcelain'),
    await git('rev-parse', '--verify', '--quiet', 'HEAD'),
    await git('ls-files', '--stage', '-v'),
  ];
  return { status, refs, worktrees, head, index, files: await digests(root) };
};

const digests = async (root: string): Promise<Readonly<Record<string, string>>> => {
  const found: Record<string, string> = {};
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(join(root, directory), { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.name === '.git') continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isSymbolicLink()) found[path] = `-> ${await readlink(join(root, path))}`;
      else
        found[path] = createHash('sha256')
          .update(await readFile(join(root, path)))
          .digest('hex');
    }
  };
  await walk('');
  return found;
};
