import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { ProcessTree } from './process-tree.js';

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

/** What the guarding process is told, a line each. Without a mark: it is over. */
interface GuardMessage {
  readonly key: number;
  readonly mark?: string;
  readonly leader?: number;
}

interface GuardProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A second process, started with the first agent, that hears of every agent through a pipe. The end of the pipe is the
 * end of this process, whatever caused it: then it ends those that are left. Without it, when it cannot be started or
 * dies, agents run on after a kill until the next orchestrator finds them; that is no reason not to work.
 */
export class ProcessGuard implements AgentGuard {
  readonly #program: GuardProgram;
  readonly #watched = new Map<number, GuardMessage>();
  #lastKey = 0;
  #starting: Promise<void> | undefined;
  #guard: ChildProcess | undefined;

  constructor(program: GuardProgram) {
    this.#program = program;
  }

  async watch(mark: string): Promise<GuardedTree> {
    const key = ++this.#lastKey;
    await (this.#starting ??= this.#start());
    const tell = (message: GuardMessage): void => {
      this.#watched.set(key, message);
      this.#send(message);
    };
    tell({ key, mark });
    return {
      leads: (leader) => tell({ key, mark, leader }),
      forget: () => {
        this.#watched.delete(key);
        this.#send({ key });
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
      // Its first word says that it listens. A successor hears of those that are running already.
      guard.stdout.once('data', () => {
        guard.stdout.resume();
        this.#guard = guard;
        for (const message of this.#watched.values()) this.#send(message);
        resolve();
      });
    });
  }

  #send(message: GuardMessage): void {
    if (this.#guard?.stdin?.writable === true) this.#guard.stdin.write(`${JSON.stringify(message)}\n`);
  }
}

/**
 * What the guarding process does: it listens until its input ends, and then ends every tree that is still watched.
 * Resolves with how many there were.
 */
export const guardAgents = async (
  input: AsyncIterable<Uint8Array | string>,
  isReady: () => void,
  graceMs = GRACE_MS,
): Promise<number> => {
  const watched = new Map<number, GuardMessage>();
  isReady();
  for await (const line of createInterface({ input: Readable.from(input) })) {
    const message = JSON.parse(line) as GuardMessage;
    if (message.mark === undefined) watched.delete(message.key);
    else watched.set(message.key, message);
  }
  await Promise.all([...watched.values()].map((tree) => new ProcessTree(tree).end(graceMs)));
  return watched.size;
};

/** Nobody waits for the agents' farewell any more. */
const GRACE_MS = 2000;
