import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Settings for repositories that live as long as a test: no upkeep after a commit, nothing waits for the disk. */
export const SWIFT_GIT = '[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n';

/** A real git repository in a temporary directory, deaf to the configuration of the machine. */
export interface ScratchGit {
  /** Holds everything of this scratch place; the repository is inside. */
  readonly place: string;
  /** The main checkout. */
  readonly root: string;
  readonly stateRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  git(...args: string[]): string;
  gitIn(directory: string, ...args: string[]): string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Commits everything there is. */
  commitAll(message: string): string;
  /** Commits files on a branch of their own tree, leaving the checkout as it is. */
  commitOn(branch: string, files: Readonly<Record<string, string>>): void;
  hook(name: string, script: string): void;
  remove(): void;
}

export const scratchGit = (): ScratchGit => {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'sks-git-')));
  const root = join(place, 'project');
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(place, 'home'),
    GIT_CONFIG_GLOBAL: join(place, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const gitIn = (directory: string, ...args: string[]): string =>
    execFileSync('git', args, {
      cwd: directory,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const git = (...args: string[]): string => gitIn(root, ...args);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(root);
  mkdirSync(environment.HOME);
  writeFileSync(environment.GIT_CONFIG_GLOBAL, SWIFT_GIT);
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Tester');
  git('config', 'user.email', 'tester@example.org');
  const commitAll = (message: string): string => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD').trim();
  };
  return {
    place,
    root,
    stateRoot: join(place, 'state'),
    environment,
    git,
    gitIn,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    commitAll,
    commitOn: (branch, files) => {
      const side = mkdtempSync(join(place, 'side-'));
      const exists = git('branch', '--list', branch).trim() !== '';
      git('worktree', 'add', '--quiet', ...(exists ? [side, branch] : ['-b', branch, side]));
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(side, path)), { recursive: true });
        writeFileSync(join(side, path), text);
      }
      gitIn(side, 'add', '--all');
      gitIn(side, 'commit', '--quiet', '-m', `on ${branch}`);
      git('worktree', 'remove', '--force', side);
    },
    hook: (name, script) => {
      const path = join(root, '.git', 'hooks', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    },
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
};
