import type { ChildProcess } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withoutToken, type Environment } from '../../domain/child-environment.js';
import { shownLine } from '../../domain/agents/agent-report.js';
import type { AgentExit, AgentRun, AgentRunner } from '../../ports/agents.js';
import { LOCATING } from '../work/git-process.js';
import { NO_DETOUR } from '../fs/repository-file.js';
import type { AgentGuard } from './agent-guard.js';
import { keepLast, LAST_LINES, OutputLines, plainLine, ReportReader } from './agent-output.js';
import { ProcessTree } from './process-tree.js';
import { startProgram } from './start-program.js';

interface ProcessAgentRunnerOptions {
  /** What the programs inherit. */
  readonly environment: Environment;
  /** Ends what runs when this process is gone; absent: nobody does. */
  readonly guard?: AgentGuard;
  /** How long a program that is asked to end may take for it, in milliseconds. */
  readonly graceMs?: number;
}

/**
 * Runs agent programs without a shell, each as the leader of a session of its own, so that neither the terminal nor its
 * keys reach them and all that they start can be found and ended.
 */
export class ProcessAgentRunner implements AgentRunner {
  readonly #environment: Environment;
  readonly #guard: AgentGuard | undefined;
  readonly #graceMs: number;

  constructor({ environment, guard, graceMs = GRACE_MS }: ProcessAgentRunnerOptions) {
    this.#environment = environment;
    this.#guard = guard;
    this.#graceMs = graceMs;
  }

  async run(
    run: AgentRun,
    onLine: (line: string) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<AgentExit> {
    if (signal?.aborted === true) return { how: 'stopped', lastLines: [] };
    const mark = markOf(run.directory);
    // An orchestrator that was killed together with its guard may have left an agent at work here.
    await new ProcessTree({ mark }).end(this.#graceMs);
    this.#guard?.watch(mark);
    try {
      const started = await startProgram({ ...run, environment: agentEnvironment(this.#environment, run) });
      if (!started.ok) return { how: 'not-started', reason: started.error };
      this.#guard?.watch(mark, started.value.pid);
      return await this.#accompany(started.value, run, onLine, signal);
    } finally {
      this.#guard?.forget(mark);
    }
  }

  /** Lets the guard go. */
  async close(): Promise<void> {
    await this.#guard?.close();
  }

  async #accompany(
    program: ChildProcess,
    run: AgentRun,
    onLine: (line: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<AgentExit> {
    const tree = new ProcessTree({ leader: program.pid ?? 0, mark: markOf(run.directory) });
    const exited = new Promise<readonly [code: number | null, signal: string | null]>((resolve) =>
      program.once('exit', (...how) => resolve(how)),
    );
    const closed = new Promise((resolve) => program.once('close', resolve));
    const streams = [program.stdout, program.stderr].filter((stream) => stream !== null);
    const log = new RunLog(run.log);
    const lastLines: string[] = [];
    const printed: string[] = [];
    const reports = new ReportReader();
    const readers = streams.map((stream, at) => {
      const lines = new OutputLines((line, asPrinted) => {
        const shown = shownLine(line);
        keepLast(lastLines, shown);
        if (at === 0) {
          keepLast(printed, line);
          reports.take(asPrinted);
        }
        onLine(shown);
      });
      stream.on('data', (bytes: Buffer) => {
        log.write(bytes);
        lines.push(bytes);
      });
      return lines;
    });
    const over = new AbortController();
    try {
      const exit = await Promise.race([exited, toldToEnd(run.timeoutMs, signal, over.signal)]);
      // Also what the program left running behind it: a server that it had started, a tool that it did not wait for.
      await tree.end(this.#graceMs);
      // Somebody who inherited its output may keep it open for ever.
      await Promise.race([closed, sleep(PIPE_GRACE_MS, undefined, { ref: false })]);
      streams.forEach((stream) => stream.destroy());
      program.unref();
      for (const lines of readers) lines.end();
      const report = reports.end();
      const said = { lastLines, ...(report === undefined ? {} : { usage: report.usage }) };
      if (typeof exit === 'string') return { how: exit, ...said };
      const [code, killedBy] = exit;
      if (killedBy !== null) return { how: 'killed', signal: killedBy, ...said };
      const answer = report?.answer?.split('\n').slice(-LAST_LINES).map(plainLine) ?? printed;
      return { how: 'exited', code: code ?? UNKNOWN_CODE, ...said, answer };
    } finally {
      over.abort();
    }
  }
}

const GRACE_MS = 5000;
const PIPE_GRACE_MS = 500;
const UNKNOWN_CODE = -1;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Why a program is to end before its time: it takes too long, or nobody wants it any more. Fails when it is over. */
const toldToEnd = async (
  timeoutMs: number,
  signal: AbortSignal | undefined,
  over: AbortSignal,
): Promise<'timed-out' | 'stopped'> => {
  if (signal?.aborted === true) return 'stopped';
  const late = sleep(Math.min(timeoutMs, LONGEST_TIMER_MS), 'timed-out' as const, { signal: over });
  if (signal === undefined) return late;
  // As many agents run at once as a user wants, all under one signal.
  setMaxListeners(0, signal);
  return Promise.race([late, once(signal, 'abort', { signal: over }).then(() => 'stopped' as const)]);
};

/** The variable by which everything that an agent starts is recognised, however far it went from its parents. */
const WORKTREE_VARIABLE = 'SPEC_KITTY_AGENT_WORKTREE';

/** The whole entry of the environment, with the byte that ends it, as the kernel of Linux shows it. */
export const markOf = (directory: string): string =>
  Buffer.from(`${WORKTREE_VARIABLE}=${directory}\0`, 'utf8').toString('latin1');

/**
 * What an agent's program finds in its environment: ours, without the token, without the variables by which a hook points its
 * children at one repository and its index, and with those by which programs leave out colour.
 */
const agentEnvironment = (own: Environment, run: AgentRun): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(withoutToken(own)).filter(
      ([name]) => !LOCATING.has(name.toUpperCase()) && !/^(?:CLICOLOR_FORCE|FORCE_COLOR)$/i.test(name),
    ),
  ),
  NO_COLOR: '1',
  // The orchestrator delivers; a process of its own would outlive the agent that started it.
  SPEC_KITTY_SYNC: 'off',
  ...run.environment,
  [WORKTREE_VARIABLE]: run.directory,
});

/**
 * The log of one run: what the program printed, byte for byte, up to a limit. A log that cannot be written costs the
 * log alone, never the run.
 */
export class RunLog {
  readonly #path: string;
  #left: number;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#left = maxBytes;
  }

  write(bytes: Buffer): void {
    if (this.#left === 0) return;
    const fitting = bytes.subarray(0, this.#left);
    this.#left -= fitting.length;
    const text = this.#left === 0 ? [fitting, Buffer.from(LEFT_OUT)] : [fitting];
    try {
      const file = openSync(this.#path, APPENDING, 0o600);
      writeFileSync(file, Buffer.concat(text));
      closeSync(file);
    } catch {
      this.#left = 0;
    }
  }
}

const LEFT_OUT = '\n[The rest of the output is left out.]\n';
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_DETOUR;
const MAX_BYTES = 16 * 1024 * 1024;
