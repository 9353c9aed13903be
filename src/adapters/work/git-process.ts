import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { withoutToken, type Environment } from '../../domain/child-environment.js';
import { SyncError } from '../../domain/errors.js';
import { findProgram } from '../fs/find-program.js';
import { attempt } from '../fs/storage-failure.js';

export interface GitRun {
  /** Exit code of git. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  readonly directory: string;
  readonly environment: Environment;
  /** Default 30 s. */
  readonly timeoutMs?: number;
  /** `true` when git shall write: a reader takes no optional lock, so that it neither waits for a writer nor makes one wait. */
  readonly writes?: boolean;
  /** Beside those of the environment, and instead of them. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/**
 * Runs git once, without a shell, deaf to prompts and to the variables by which a hook points its children at one
 * repository. Resolves with whatever exit code git has, also when it did not end in time and was stopped; fails with
 * `git-failed` when git cannot be run.
 */
export const runGit = async (
  args: readonly string[],
  { directory, environment, timeoutMs = DEFAULT_TIMEOUT_MS, writes = false, variables }: GitOptions,
): Promise<GitRun> => {
  const program = findProgram('git', environment);
  if (program === undefined) throw notRunnable();
  const ownGroup = writes && process.platform !== 'win32';
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...gitEnvironment(environment, writes), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // In a group of its own, a writing git ends in order when ours is killed as a whole, instead of leaving its locks.
    detached: ownGroup,
  });
  // Where no more files can be opened there are no pipes either; the error follows.
  const pipes = [child.stdout, child.stderr] as readonly (typeof child.stdout | undefined)[];
  const printed = pipes.map((pipe) => {
    const chunks: Buffer[] = [];
    pipe?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return chunks;
  });
  const letGo = (): void => pipes.forEach((pipe) => pipe?.destroy());
  const stop = (signal: NodeJS.Signals): void => {
    const { pid } = child;
    // Git and the hooks that it runs, unless they have ended meanwhile.
    if (ownGroup && pid !== undefined) attempt(() => process.kill(-pid, signal));
    else child.kill(signal);
  };
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, action: () => void) => timers.push(setTimeout(action, ms));
  let timedOut = false;
  after(timeoutMs, () => {
    timedOut = true;
    // Asked politely, git removes its own lock files.
    stop('SIGTERM');
    after(KILL_GRACE_MS, () => stop('SIGKILL'));
  });
  // A hook may leave a process behind that keeps the pipes open; git's own end is what counts.
  child.on('exit', () => after(PIPE_GRACE_MS, letGo));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const [stdout = '', stderr = ''] = printed.map((chunks) => Buffer.concat(chunks).toString('utf8'));
    if (!timedOut) return { code: code ?? UNKNOWN_CODE, stdout, stderr };
    const tooLong = `fatal: git ${subcommand(args)} did not end within ${timeoutMs / 1000} s`;
    return { code: UNKNOWN_CODE, stdout, stderr: tooLong };
  } catch (cause) {
    letGo();
    throw notRunnable(cause as NodeJS.ErrnoException);
  } finally {
    timers.forEach(clearTimeout);
  }
};

const DEFAULT_TIMEOUT_MS = 30_000;
const KILL_GRACE_MS = 2_000;
const PIPE_GRACE_MS = 500;
const UNKNOWN_CODE = 128;

/** Set for a git that writes and so for its hooks: what they call is called while a command is at work. */
export const HOOK_VARIABLE = 'SPEC_KITTY_HOOK';

/** Variables that say where a repository is: inherited from a hook, they would lead git to another one. */
export const LOCATING = new Set(
  [
    ...['DIR', 'WORK_TREE', 'COMMON_DIR', 'INDEX_FILE', 'PREFIX', 'NAMESPACE', 'CONFIG'],
    ...['OBJECT_DIRECTORY', 'ALTERNATE_OBJECT_DIRECTORIES', 'QUARANTINE_PATH', 'GRAFT_FILE', 'SHALLOW_FILE'],
    ...['IMPLICIT_WORK_TREE', 'INTERNAL_SUPER_PREFIX', 'REPLACE_REF_BASE', 'NO_REPLACE_OBJECTS'],
    ...['LITERAL_PATHSPECS', 'GLOB_PATHSPECS', 'NOGLOB_PATHSPECS', 'ICASE_PATHSPECS'],
    ...['REFLOG_ACTION', 'OPTIONAL_LOCKS'],
  ].map((name) => `GIT_${name}`),
);

const gitEnvironment = (environment: Environment, writes: boolean): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(withoutToken(environment)).filter(([name]) => !LOCATING.has(name.toUpperCase())),
  ),
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: ':',
  LC_ALL: 'C',
  ...(writes ? { [HOOK_VARIABLE]: '1' } : { GIT_OPTIONAL_LOCKS: '0' }),
});

const notRunnable = (cause?: NodeJS.ErrnoException): SyncError =>
  cause === undefined || cause.code === 'ENOENT'
    ? new SyncError('git-failed', 'git cannot be run: it is not installed, or the directory is gone.', {
        cause,
        hint: 'Install git 2.38 or newer and make sure that it is on the PATH.',
      })
    : new SyncError('git-failed', `git cannot be run: ${cause.message}`, { cause });

/** The first argument that is neither an option nor the value of one. */
const subcommand = (args: readonly string[]): string =>
  args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c') ?? '';
