import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../dist/bin/spec-kitty.cjs', import.meta.url));

/** A directory for one measurement; `remove` takes everything away, and ends the background processes that are left. */
export const makeScratch = () => {
  const path = mkdtempSync(join(tmpdir(), 'spec-kitty-bench-'));
  const homes = [];
  return {
    path,
    /** A user of their own: home, state root, and what a process of theirs inherits. */
    makeUser: (name, env = {}) => {
      const user = makeUser(join(path, name), env);
      homes.push(user.stateRoot);
      return user;
    },
    remove: () => {
      for (const stateRoot of homes) endBackground(stateRoot);
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
};

const makeUser = (home, extra) => {
  const stateRoot = join(home, 'state');
  mkdirSync(stateRoot, { recursive: true, mode: 0o700 });
  const env = { ...INHERITED, HOME: home, USERPROFILE: home, SPEC_KITTY_HOME: stateRoot, ...extra };
  const git = (project, ...args) => execFileSync('git', args, { cwd: project, env, stdio: 'pipe' });
  return {
    stateRoot,
    env,
    git,
    /** Runs the program and returns what it printed. */
    run: (project, args, input = '') =>
      execFileSync(process.execPath, [BIN, ...args], { cwd: project, env, input, stdio: 'pipe' }).toString(),
    /** A repository with a feature of eight work packages, initialized. */
    makeProject: () => makeProject(join(home, 'project'), { env, git }),
  };
};

const makeProject = (project, { env, git }) => {
  const tasks = join(project, WORK_PACKAGE, '..');
  mkdirSync(tasks, { recursive: true });
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const id = `WP0${number}`;
    const text = `---\nwork_package_id: ${id}\ntitle: Part ${number}\nlane: planned\ndependencies: []\n---\n# ${id}\n\n${PROSE}\n## Activity Log\n`;
    writeFileSync(join(tasks, `${id}-part.md`), text);
  }
  writeFileSync(join(tasks, '..', 'tasks.md'), '# Tasks\n\n## Work Package WP01: Part 1\n');
  git(project, 'init', '--initial-branch', 'main');
  git(project, 'config', 'user.name', 'Bench');
  git(project, 'config', 'user.email', 'bench@example.invalid');
  git(project, 'add', '.');
  git(project, 'commit', '--message', 'Start');
  execFileSync(process.execPath, [BIN, 'init'], { cwd: project, env, stdio: 'ignore' });
  return project;
};

/** The file that a move of WP01 edits. */
export const WORK_PACKAGE = join('kitty-specs', '001-start', 'tasks', 'WP01-part.md');

const PROSE = 'What has to be done, in a few words that are as long as they usually are.\n'.repeat(20);

// Node 20 reads these certificates at every start, which would be measured as ours.
const {
  NODE_EXTRA_CA_CERTS: _certificates,
  SPEC_KITTY_SYNC: _sync,
  SPEC_KITTY_TOKEN: _token,
  ...INHERITED
} = process.env;

/** A process that delivers for a state root which is about to go away; its own note says which one it is. */
const endBackground = (stateRoot) => {
  try {
    const { processId, left } = JSON.parse(readFileSync(join(stateRoot, 'sync', 'heartbeat.json'), 'utf8'));
    if (left === undefined && Number.isInteger(processId)) process.kill(processId, 'SIGTERM');
  } catch {
    // There is none.
  }
};
