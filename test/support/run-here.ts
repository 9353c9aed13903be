import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { CommandAnswer, CommandOrder } from './command-server/protocol.js';
import { BIN, runCli, type CliOptions, type CliResult } from './run-cli.js';
import type { Sandbox } from './sandbox.js';

/**
 * Runs a command in the process that answers all of this file's commands, with the files, the git and the network that
 * a process of its own would have: for tests to which it is all the same, since starting the program anew is most of
 * what a command costs. What needs to be a process, because of what its environment does to one, is one.
 */
export const runHere = async (
  sandbox: Sandbox,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> => {
  if (options.bin !== undefined || Object.keys(options.env ?? {}).some((name) => OF_PROCESSES.test(name)))
    return runCli(sandbox, words, options);
  const { cwd = sandbox.project, input = '' } = options;
  const env = Object.fromEntries(
    Object.entries({ ...sandbox.env, ...options.env }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const { code, stdout, stderr } = await CommandServer.ofThisFile().run({ words, env, cwd, input, bin: BIN });
  return { code, signal: undefined, stdout, stderr };
};

/** Variables that Node or the program read from their process, which many commands share here. */
const OF_PROCESSES = /^(?:NODE_\w*|\w*_PROXY|SPEC_KITTY_CA_FILE|HOME|USERPROFILE)$/i;

class CommandServer {
  static #current: CommandServer | undefined;
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<CommandAnswer>>();
  #orders = 0;

  private constructor(path: string) {
    this.child = fork(path, { execArgv: [], serialization: 'advanced' });
    this.child.on('message', (answer: CommandAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#forget(answer.id);
    });
    this.child.once('exit', (code, signal) => {
      const reason = new Error(`The server of commands ended with ${code ?? signal}`);
      this.#waiting.forEach(({ reject }) => reject(reason));
    });
    this.#rest();
  }

  static ofThisFile(): CommandServer {
    const path = process.env['SPEC_KITTY_TEST_COMMANDS'];
    if (path === undefined) throw new Error('The run has made no server of commands');
    return (CommandServer.#current ??= new CommandServer(path));
  }

  static async end(): Promise<void> {
    const child = CommandServer.#current?.child;
    CommandServer.#current = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.ref();
    child.kill('SIGKILL');
    await ended;
  }

  run(order: Omit<CommandOrder, 'id'>): Promise<CommandAnswer> {
    const id = this.#orders++;
    const answered = withResolvers<CommandAnswer>();
    this.#waiting.set(id, answered);
    // Only while somebody waits does the server keep this process alive.
    this.child.ref();
    this.child.channel?.ref();
    this.child.send({ ...order, id });
    return answered.promise;
  }

  #forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#rest();
  }

  #rest(): void {
    this.child.unref();
    this.child.channel?.unref();
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
const withResolvers = <T>(): PromiseWithResolvers<T> => {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
};

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

afterAll(() => CommandServer.end());
