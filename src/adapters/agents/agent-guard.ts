import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { parseJson } from '../../domain/document.js';
import { ProcessTree, type TreeName } from './process-tree.js';

/** Sees to it that no agent outlives this process, however it ends. */
export interface AgentGuard {
  /** Resolves when whatever carries the mark would be ended. */
  watch(mark: string): Promise<GuardedTree>;
  close(): Promise<void>;
}

/** Something that is under guard. */
interface GuardedTree {
  /** Its first process, where the mark alone does not find the others. */
  leads(pid: number): void;
  /** It has ended. */
  forget(): void;
}

interface GuardProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A second process, started with the first agent, that is told through a pipe which agents there are, all of them whenever
 * that changes. The end of the pipe is the end of this process, whatever caused it: then it ends those that are left.
 * Without it, when it cannot be started or dies, agents run on after a kill until the next orchestrator finds them; that is
 * no reason not to work.
 */
export class ProcessGuard implements AgentGuard {
  readonly #program: GuardProgram;
  readonly #watched = new Set<TreeName>();
  #starting: Promise<void> | undefined;
  #guard: ChildProcess | undefined;

  constructor(program: GuardProgram) {
    this.#program = program;
  }

  async watch(mark: string): Promise<GuardedTree> {
    await (this.#starting ??= this.#start());
    const tree: { mark: string; leader?: number } = { mark };
    this.#watched.add(tree);
    this.#tell();
    return {
      leads: (leader) => {
        tree.leader = leader;
        this.#tell();
      },
      forget: () => {
        this.#watched.delete(tree);
        this.#tell();
      },
    };
  }

  /** Ends it in order; safe to repeat, and when it was never started. */
  async close(): Promise<void> {
    await this.#starting;
    const guard = this.#guard;
    if (guard === undefined) return;
    await new Promise<void>((resolve) => {
      guard.once('exit', () => resolve());
      guard.stdin?.end();
    });
  }

  #start(): Promise<void> {
    return new Promise((resolve) => {
      const { command, args, environment } = this.#program;
      const guard = spawn(command, args, {
        env: environment,
        stdio: ['pipe', 'pipe', 'ignore'],
        // What ends this process by its group or its terminal must not end the guard.
        detached: true,
        windowsHide: true,
      });
      const isGone = (): void => {
        this.#guard = undefined;
        resolve();
      };
      guard.on('error', isGone);
      guard.stdin.on('error', () => undefined);
      guard.once('exit', () => {
        // The next agent gets another one; a program that cannot be started at all is not tried again.
        this.#starting = undefined;
        isGone();
      });
      // Its first word says that it listens.
      guard.stdout.once('data', () => {
        guard.stdout.resume();
        this.#guard = guard;
        resolve();
      });
    });
  }

  #tell(): void {
    if (this.#guard?.stdin?.writable === true)
      this.#guard.stdin.write(`${JSON.stringify([...this.#watched])}\n`);
  }
}

/**
 * What the guarding process does: it listens until its input ends, and then ends every tree that it heard of last. Resolves
 * with how many there were. A line that was cut off by the end says nothing.
 */
export const guardAgents = async (
  input: AsyncIterable<Uint8Array | string>,
  isReady: () => void,
  graceMs = GRACE_MS,
): Promise<number> => {
  let watched: readonly TreeName[] = [];
  isReady();
  for await (const line of createInterface({ input: Readable.from(input) }))
    watched = (parseJson(line) as typeof watched | undefined) ?? watched;
  await Promise.all(watched.map((tree) => new ProcessTree(tree).end(graceMs)));
  return watched.length;
};

/** Nobody waits for the agents' farewell any more. */
const GRACE_MS = 2000;
