import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { parseJson } from '../../domain/document.js';
import { ProcessTree, type TreeName } from './process-tree.js';

/** Sees to it that no agent outlives this process, however it ends. */
export interface AgentGuard {
  /** Whatever carries the mark is ended, and as soon as it is known who leads it, what that one leads. */
  watch(mark: string, leader?: number): void;
  /** It has ended. */
  forget(mark: string): void;
  close(): Promise<void>;
}

interface GuardProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A second process, started with the first agent, that is told through a pipe which agents there are, all of them whenever
 * that changes. What was written waits in the pipe until it is read, also when this process is gone by then. The end of the
 * pipe is the end of this process, whatever caused it: then the guard ends those that are left. When it cannot be started or
 * dies, agents run on after a kill until the next orchestrator finds them; that is no reason not to work.
 */
export class ProcessGuard implements AgentGuard {
  readonly #program: GuardProgram;
  readonly #watched = new Map<string, TreeName>();
  #guard: ChildProcess | undefined;

  constructor(program: GuardProgram) {
    this.#program = program;
  }

  watch(mark: string, leader?: number): void {
    this.#watched.set(mark, leader === undefined ? { mark } : { mark, leader });
    this.#guard ??= this.#start();
    this.#tell();
  }

  forget(mark: string): void {
    this.#watched.delete(mark);
    this.#tell();
  }

  /** Ends it in order; safe to repeat, and when it was never started. */
  async close(): Promise<void> {
    const guard = this.#guard;
    if (guard?.stdin?.writable !== true) return;
    await new Promise<void>((resolve) => {
      guard.once('close', () => resolve());
      guard.stdin?.end();
    });
  }

  #start(): ChildProcess {
    const { command, args, environment } = this.#program;
    const guard = spawn(command, args, {
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
      // What ends this process by its group or its terminal must not end the guard.
      detached: true,
      windowsHide: true,
    });
    guard.on('error', () => undefined);
    guard.stdin.on('error', () => undefined);
    // The next agent gets another one; a program that cannot be started at all is not tried again.
    guard.once('exit', () => (this.#guard = undefined));
    return guard;
  }

  #tell(): void {
    if (this.#guard?.stdin?.writable === true)
      this.#guard.stdin.write(`${JSON.stringify([...this.#watched.values()])}\n`);
  }
}

/**
 * What the guarding process does: it listens until its input ends, and then ends every tree that it heard of last. Resolves
 * with how many there were. A line that was cut off by the end says nothing.
 */
export const guardAgents = async (
  input: AsyncIterable<Uint8Array | string>,
  graceMs = GRACE_MS,
): Promise<number> => {
  let watched: readonly TreeName[] = [];
  for await (const line of createInterface({ input: Readable.from(input) }))
    watched = (parseJson(line) as typeof watched | undefined) ?? watched;
  await Promise.all(watched.map((tree) => new ProcessTree(tree).end(graceMs)));
  return watched.length;
};

/** Nobody waits for the agents' farewell any more. */
const GRACE_MS = 2000;
