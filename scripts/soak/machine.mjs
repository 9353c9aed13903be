import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processesMarked } from '../../test/support/marked-processes.mjs';

export const USER = 'ada';
export const PASSWORD = 'correct horse';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MARK = 'SPEC_KITTY_SOAK';

/**
 * A machine of its own below one temporary directory: a copy of the built program, so that a build beside it changes
 * nothing, a state root, projects, and a hub's data. Every process of it carries a mark.
 */
export const openMachine = async ({ projects }) => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'spec-kitty-soak-')));
  const id = randomUUID();
  const program = join(root, 'program');
  await mkdir(program);
  await cp(join(ROOT, 'dist'), join(program, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(program, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(program, 'node_modules'), 'junction');
  const home = join(root, 'home');
  await mkdir(home);
  const env = {
    ...inherited(),
    ...{ HOME: home, USERPROFILE: home, SPEC_KITTY_HOME: join(home, '.spec-kitty') },
    ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(home, '.gitconfig'), NO_COLOR: '1' },
    // Passes are started by the soak, so that it knows each of them.
    ...{ SPEC_KITTY_SYNC: 'off', [MARK]: id },
  };
  await writeFile(
    env.GIT_CONFIG_GLOBAL,
    '[user]\n  name = Soak\n  email = soak@example.invalid\n[gc]\n  auto = 0\n',
  );
  const bin = join(program, 'dist', 'bin', 'spec-kitty.cjs');
  const machine = {
    root,
    env,
    library: join(program, 'dist', 'app', 'index.js'),
    lockModule: join(program, 'dist', 'adapters', 'fs', 'process-lock.js'),
    stateRoot: env.SPEC_KITTY_HOME,
    hubData: join(root, 'hub'),
    hubPort: await freePort(),
    oracle: join(root, 'oracle.log'),
    checkouts: [],
    /** Starts the program; the child is the caller's. */
    start: (args, cwd = root, stdio = ['pipe', 'pipe', 'pipe'], changes = {}) =>
      spawn(process.execPath, [bin, ...args], { cwd, env: { ...env, ...changes }, stdio }),
    /** Runs the program to its end. */
    run: (args, { cwd = root, input = '' } = {}) => finish(machine.start(args, cwd), input),
    git: (cwd, ...args) =>
      new Promise((resolve, reject) =>
        execFile('git', args, { cwd, env }, (error) => (error === null ? resolve() : reject(error))),
      ),
    close: (keep) => close(root, id, keep),
  };
  for (let n = 1; n <= projects; n++)
    machine.checkouts.push(await makeProject(machine, join(root, `project-${n}`)));
  return machine;
};

/** Waits for a process: its exit code (`null` after a signal) and everything it said. */
export const finish = async (child, input = '') => {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (err += text));
  child.stdin?.on('error', () => undefined).end(input);
  const [code] = await once(child, 'close');
  return { code, out, err };
};

export const processesOf = (machine) => processesMarked(MARK, machine.env[MARK]);

const makeProject = async (machine, directory) => {
  const tasks = join(directory, 'kitty-specs', '001-soak', 'tasks');
  await mkdir(tasks, { recursive: true });
  for (const id of ['WP01', 'WP02']) {
    await writeFile(
      join(tasks, `${id}-work.md`),
      `---\nwork_package_id: ${id}\ntitle: Work\nlane: planned\ndependencies: []\n---\n\n# Work\n\n## Activity Log\n`,
    );
  }
  await writeFile(
    join(directory, 'kitty-specs', '001-soak', 'meta.json'),
    `${JSON.stringify({ feature_number: '001', slug: '001-soak', target_branch: 'main' }, undefined, 2)}\n`,
  );
  await machine.git(directory, 'init', '-q', '-b', 'main');
  await machine.git(directory, 'add', '-A');
  await machine.git(directory, 'commit', '-q', '-m', 'seed');
  const { code, out, err } = await machine.run(['init', '--json'], { cwd: directory });
  if (code !== 0) throw new Error(`init ended with ${code}: ${out}${err}`);
  return { directory, uuid: JSON.parse(out).project_uuid };
};

const close = async (root, id, keep) => {
  let left = processesMarked(MARK, id);
  for (let waited = 0; left.length > 0 && waited < 3000; waited += 50) {
    await delay(50);
    left = processesMarked(MARK, id);
  }
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  if (keep) process.stdout.write(`The files are in ${root}\n`);
  else await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return left.map(({ command }) => `a process was left: ${command}`);
};

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

// Nothing of the caller's sign-in or git session may reach the soak.
const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(SPEC_KITTY_|SPECIFY_|GIT_|NODE_OPTIONS|NODE_EXTRA_CA_CERTS)/.test(name),
    ),
  );
