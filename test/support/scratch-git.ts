import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Settings for repositories that live as long as a test: no upkeep after a commit, nothing waits for the disk. */
const SWIFT_GIT = '[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n';

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
  delete(path: string): void;
  /** Commits everything there is. */
  commitAll(message: string): string;
  /** Commits files on a branch of their own tree, leaving the checkout as it is. */
  commitOn(branch: string, files: Readonly<Record<string, string>>): void;
  hook(name: string, script: string): void;
  /** Also done after the last test of the file. */
  remove(): void;
}

/** Files by path, relative to the root of the repository. */
export type Seed = Readonly<Record<string, string>>;

/**
 * @param seed what is in its first commit; without it, the repository has none
 * @param name of the main checkout's folder
 */
export const scratchGit = (seed?: Seed, name = 'project'): ScratchGit => {
  const place = scratchPlace('sks-git-');
  const root = join(place, name);
  cpSync(templateOf(seed), root, { recursive: true, preserveTimestamps: true });
  mkdirSync(join(place, 'home'));
  return repositoryAt(place, root);
};

/** A project that git knows nothing of. */
export const scratchFolder = (seed: Seed): ScratchGit => {
  const place = scratchPlace('sks-plain-');
  const folder = repositoryAt(place, join(place, 'project'));
  mkdirSync(join(folder.root, '.kittify'), { recursive: true });
  for (const [path, text] of Object.entries(seed)) folder.write(path, text);
  return folder;
};

const repositoryAt = (place: string, root: string): ScratchGit => {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(place, 'home'),
    GIT_CONFIG_GLOBAL: join(place, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  writeFileSync(environment.GIT_CONFIG_GLOBAL, SWIFT_GIT);
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
    delete: (path) => rmSync(join(root, path)),
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
      gitIn(side, 'commit', '--quiet', '--allow-empty', '-m', `on ${branch}`);
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

/** Directories that are gone after the last test of a file. */
const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

const scratchPlace = (prefix: string): string => {
  const place = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  places.push(place);
  return place;
};

/** Git is asked once for each content: a copy of files takes a tenth of the time of four processes. */
const templateOf = (seed: Seed | undefined): string => {
  const key = JSON.stringify(seed ?? '');
  const made = templates.get(key);
  if (made !== undefined) return made;
  const place = scratchPlace('sks-seed-');
  const template = repositoryAt(place, join(place, 'project'));
  templates.set(key, template.root);
  if (seed === undefined) {
    mkdirSync(template.root);
    template.git('init', '--quiet', '--initial-branch=main');
    template.git('config', 'user.name', 'Tester');
    template.git('config', 'user.email', 'tester@example.org');
    rmSync(join(template.root, '.git', 'hooks'), { recursive: true });
    return template.root;
  }
  cpSync(templateOf(undefined), template.root, { recursive: true });
  for (const [path, text] of Object.entries(seed)) template.write(path, text);
  template.git('add', '--all');
  template.git('commit', '--quiet', '--allow-empty', '-m', 'seed');
  return template.root;
};

const templates = new Map<string, string>();
