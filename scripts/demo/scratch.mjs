import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Everything that the demo writes lies below one temporary directory, with a home and a state root of its own. */
export const makeScratch = async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'spec-kitty-demo-')));
  const home = join(root, 'home');
  await mkdir(home);
  const env = {
    ...inherited(),
    HOME: home,
    USERPROFILE: home,
    SPEC_KITTY_HOME: join(home, '.spec-kitty'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    NO_COLOR: '1',
  };
  await writeFile(env.GIT_CONFIG_GLOBAL, '[user]\n  name = Demo\n  email = demo@example.com\n');
  return {
    root,
    env,
    repository: join(root, 'lighthouse'),
    hubData: join(root, 'hub'),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
};

/** A git repository that holds one planned feature: a real one, with its work packages set back to `planned`. */
export const makeRepository = async ({ repository, env }, feature, corpus) => {
  const directory = join(repository, 'kitty-specs', feature);
  await cp(join(corpus, 'kitty-specs', feature), directory, { recursive: true });
  await cp(join(corpus, 'LICENSE'), join(repository, 'kitty-specs', 'LICENSE'));
  const tasks = join(directory, 'tasks');
  const files = (await readdir(tasks)).filter((name) => /^WP\d+/.test(name)).sort();
  for (const name of files) {
    const path = join(tasks, name);
    await writeFile(path, (await readFile(path, 'utf8')).replace(/^lane: .*$/m, 'lane: planned'));
  }
  const { target_branch: branch } = JSON.parse(await readFile(join(directory, 'meta.json'), 'utf8'));
  const git = (...args) => run('git', args, { cwd: repository, env });
  await git('init', '-q', '-b', branch);
  await git('add', '-A');
  await git('commit', '-q', '-m', 'Plan the feature');
  return { workPackages: files.map((name) => /^WP\d+/.exec(name)[0]), git };
};

// Nothing of the caller's sign-in or git session may reach the demo.
const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SPEC_KITTY_|SPECIFY_|GIT_|NODE_OPTIONS)/.test(name)),
  );
