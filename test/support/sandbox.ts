import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { keepCompiledCode, lendCompiledCode } from './compiled-code.js';
import { processesMarked } from './marked-processes.mjs';

/** A machine of its own for one test: home, state root, place for temporary files, and an environment that names them. */
export interface Sandbox {
  readonly directory: string;
  readonly home: string;
  /** `SPEC_KITTY_HOME`. Holds nothing but compiled code. */
  readonly stateRoot: string;
  /** A directory for the project; exists and is empty. */
  readonly project: string;
  /** Give it to every child process. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs git in the project, or in `cwd`; resolves to what it printed, without the last line break. */
  git(args: readonly string[], cwd?: string): Promise<string>;
  /** Removes everything; fails when a process that was started in the sandbox is still there after 3 s, and ends it. */
  dispose(): Promise<void>;
}

/** @param options `isFirstRun`: there is no state root yet, as for somebody who has never run the program */
export const createSandbox = async ({ isFirstRun = false } = {}): Promise<Sandbox> => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'box-')));
  const [home, project, temporary] = [
    join(directory, 'home'),
    join(directory, 'project'),
    join(directory, 't'),
  ];
  const stateRoot = join(directory, 'state');
  for (const path of [home, project, temporary]) await mkdir(path);
  if (!isFirstRun) await lendCompiledCode(stateRoot);
  const id = randomUUID();
  const env: Record<string, string> = {
    ...inherited(),
    HOME: home,
    USERPROFILE: home,
    ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    SPEC_KITTY_HOME: stateRoot,
    // A background process would outlive the command that started it; tests of it switch it on.
    SPEC_KITTY_SYNC: 'off',
    SPEC_KITTY_TEST_SANDBOX: id,
  };
  return {
    directory,
    home,
    stateRoot,
    project,
    env,
    git: async (args, cwd = project) => (await run('git', [...args], { cwd, env })).stdout.trimEnd(),
    dispose: async () => {
      const left = await survivors(id);
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      if (!isFirstRun) await keepCompiledCode(stateRoot);
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      if (left.length > 0)
        throw new Error(`Left running: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`);
    },
  };
};

/** Runs `work` in a sandbox and disposes of it, whatever happens; the failure of the work is the one that counts. */
export const inSandbox = async (
  work: (sandbox: Sandbox) => Promise<void>,
  options?: Parameters<typeof createSandbox>[0],
): Promise<void> => {
  const sandbox = await createSandbox(options);
  try {
    await work(sandbox);
  } catch (error) {
    await sandbox.dispose().catch(() => undefined);
    throw error;
  }
  await sandbox.dispose();
};

const run = promisify(execFile);

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

const PATIENCE_MS = 3000;
const STEP_MS = 20;

const survivors = async (id: string): Promise<ReturnType<typeof processesMarked>> => {
  let left = processesMarked('SPEC_KITTY_TEST_SANDBOX', id);
  for (let waited = 0; left.length > 0 && waited < PATIENCE_MS; waited += STEP_MS) {
    await delay(STEP_MS);
    left = processesMarked('SPEC_KITTY_TEST_SANDBOX', id);
  }
  return left;
};
