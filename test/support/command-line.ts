import {
  MemoryBatchTransport,
  MemoryEventReader,
  MemoryLiveTransport,
  MemoryReceiptReader,
  MemoryTokenIssuer,
} from '../../src/adapters/memory/memory-transports.js';
import { MemoryNetwork } from '../../src/adapters/memory/memory-hub.js';
import { createClientContainer, type Overrides } from '../../src/app/compose/container.js';
import type { Outcome } from '../../src/app/cli/exit-codes.js';
import { bufferSink, type BufferSink } from './buffer-sink.mjs';
import type { Source } from '../../src/app/cli/io.js';
import { runProgram } from '../../src/app/cli/program.js';
import { scratchGit, type ScratchGit, type Seed } from './scratch-git.js';

export interface Ran {
  readonly outcome: Outcome;
  readonly out: string;
  readonly err: string;
  /** The one document of `--json`. */
  readonly document: any;
}

export interface RunOptions {
  /** What is typed or piped in. */
  readonly stdin?: string;
  /** Whether a person sits there. */
  readonly isTTY?: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly overrides?: Overrides;
  /** Receives stdout while the command runs. */
  readonly stdout?: BufferSink;
}

/** The whole program in this process: a real repository and state root, hubs in memory. */
export class CommandLine {
  readonly git: ScratchGit;
  readonly network = new MemoryNetwork();
  readonly hub = this.network.addHub({ url: 'https://hub.example.org' });

  constructor(seed: Seed = {}) {
    this.git = scratchGit(seed);
    this.hub.signIns.addUser('ada', 'secret', 'acme');
    this.hub.signIns.addUser('bob', 'secret', 'birch');
  }

  async run(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
    const argv = typeof line === 'string' ? line.split(' ') : line;
    // One source for all questions of a run: each reader takes what it needs.
    const source = typed(options.stdin ?? '', options.isTTY === true);
    const stdout = options.stdout ?? bufferSink();
    const stderr = bufferSink(options.isTTY === true ? 100 : undefined);
    const env = { ...this.git.environment, SPEC_KITTY_HOME: this.git.stateRoot, ...options.env };
    const outcome = await runProgram(argv, {
      io: { stdout, stderr, stdin: () => source, env, cwd: options.cwd ?? this.git.root },
      version: '1.2.3',
      signal: options.signal ?? new AbortController().signal,
      openContainer: async (waiting) =>
        createClientContainer(
          { ...PROCESS, env, stderr, waiting },
          {
            batchTransport: new MemoryBatchTransport(this.network),
            liveTransport: new MemoryLiveTransport(this.network),
            tokenIssuer: new MemoryTokenIssuer(this.network),
            eventReader: new MemoryEventReader(this.network),
            receiptReader: new MemoryReceiptReader(this.network),
            ...options.overrides,
          },
        ),
    });
    const out = stdout.text();
    return {
      outcome,
      out,
      err: stderr.text(),
      get document() {
        return JSON.parse(out);
      },
    };
  }

  /** Signs ada in, without questions. */
  async signIn(username = 'ada', ...more: readonly string[]): Promise<Ran> {
    const line = `auth login --server ${this.hub.url} --username ${username} --password-stdin`;
    return this.run([...line.split(' '), ...more], { stdin: 'secret\n' });
  }

  remove(): void {
    this.git.remove();
  }
}

/** Input that comes line by line, as a terminal gives it. */
const typed = (text: string, isTTY: boolean): Source => {
  const lines = text.split(/(?<=\n)/);
  const next = async (): Promise<IteratorResult<string>> => {
    const value = lines.shift();
    return value === undefined || value === '' ? { done: true, value: undefined } : { done: false, value };
  };
  return {
    isTTY,
    ...(isTTY ? { setRawMode: () => undefined } : {}),
    [Symbol.asyncIterator]: () => ({ next, return: async () => ({ done: true, value: undefined }) }),
  };
};

/** A short-lived process that starts no other one. */
const PROCESS = {
  version: '1.2.3',
  backgroundSync: 'own-process',
  program: { command: process.execPath, args: ['--version'] },
  processId: process.pid,
} as const;
