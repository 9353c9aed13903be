import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Installs a real VS Code (as code-server) and a browser to drive it with, from the npm and Debian registries alone;
 * nothing is downloaded from anywhere else. Safe to repeat: what is complete is left alone. About a minute and 350 MB.
 *
 * `npm ci` by itself would not do: one of code-server's packages is compiled against Kerberos, another one fetches a
 * program from GitHub while it is installed. So no install script runs; the four native modules that the server needs
 * are compiled one by one, and ripgrep comes from a package that holds it.
 */
const HERE = import.meta.dirname;
const MODULES = join(HERE, 'node_modules');
const SERVER = join(MODULES, 'code-server');
const VSCODE = join(SERVER, 'lib', 'vscode');
/** The file that is written last. */
const COMPLETE = join(MODULES, '.spec-kitty-complete');

export const CHROMIUM = '/usr/bin/chromium';

export const setUp = async () => {
  await Promise.all([installBrowser(), installEditor()]);
};

const installBrowser = async () => {
  if (await exists(CHROMIUM)) return;
  await run('apt-get', ['update', '-qq']);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
};

const installEditor = async () => {
  if (await exists(COMPLETE)) return;
  await npm(HERE, 'ci', '--ignore-scripts');
  // The list of versions that VS Code brings lacks one that is only a peer.
  await npm(VSCODE, 'ci', '--legacy-peer-deps', '--ignore-scripts', '--omit=dev');
  await npm(join(VSCODE, 'extensions'), 'ci', '--ignore-scripts', '--omit=dev');
  await symlink('node_modules', join(VSCODE, 'node_modules.asar')).catch(ignoreExisting);
  const native = ['@vscode/spdlog', 'node-pty', 'native-watchdog'].map((name) =>
    join(VSCODE, 'node_modules', name),
  );
  for (const directory of native) await compile(directory);
  await compileArgon();
  const ripgrep = join(VSCODE, 'node_modules', '@vscode', 'ripgrep', 'bin');
  await mkdir(ripgrep, { recursive: true });
  await copyFile(join(MODULES, '@vscode', 'ripgrep-linux-x64', 'bin', 'rg'), join(ripgrep, 'rg'));
  await writeFile(COMPLETE, '');
};

/** `npm run` puts the node-gyp that npm carries on the path. */
const compile = (directory) => npm(HERE, 'run', 'gyp', '--', '-C', directory);

const compileArgon = async () => {
  const own = join(SERVER, 'node_modules', 'argon2');
  const directory = (await exists(own)) ? own : join(MODULES, 'argon2');
  const ready = await readdir(join(directory, 'prebuilds', 'linux-x64')).catch(() => []);
  if (ready.length === 0) await npm(directory, 'rebuild', '--build-from-source');
};

const npm = async (directory, ...args) =>
  run('npm', ['--prefix', directory, ...args], directory, await withHeaders());

/** Node's headers are those of this Node where it has them; node-gyp would download them for each home anew. */
const withHeaders = async () => {
  const prefix = dirname(dirname(process.execPath));
  const isThere = await exists(join(prefix, 'include', 'node', 'node.h'));
  return isThere ? { ...process.env, npm_config_nodedir: prefix } : process.env;
};

const run = async (program, args, cwd = HERE, env = process.env) => {
  try {
    await promisify(execFile)(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const told = `${error.stdout ?? ''}${error.stderr ?? ''}`.split('\n').slice(-20).join('\n');
    throw new Error(`${program} ${args.join(' ')} failed in ${cwd}:\n${told}`, { cause: error });
  }
};

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

const ignoreExisting = (error) => {
  if (error.code !== 'EEXIST') throw error;
};

if (process.argv[1] === import.meta.filename) await setUp();
