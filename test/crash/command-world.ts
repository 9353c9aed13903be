import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ShimControl } from '../support/fs-shim/control.js';
import { documentsOf, type CommandDriver } from './drivers/command-drivers.js';
import { copyTree } from './trees.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine with one project, on which whole commands run; it is put back to its beginning for every trial. */
export class CommandWorld {
  readonly driver: CommandDriver;
  readonly #bin: string;
  readonly #shim: string;
  readonly #directory = realpathSync(mkdtempSync(join(tmpdir(), 'crash-command-')));
  /** Everything that the commands may touch: the project and the state root. */
  readonly top = join(this.#directory, 'top');
  readonly project = join(this.top, 'project');
  /** Outside git every byte is written by the program itself, and can be taken away by a power cut. */
  readonly isUnderGit: boolean;

  constructor(driver: CommandDriver, bin: string, shim: string, isUnderGit = true) {
    this.driver = driver;
    this.isUnderGit = isUnderGit;
    this.#bin = bin;
    this.#shim = shim;
  }

  async prepare(): Promise<void> {
    mkdirSync(join(this.#directory, 'home'));
    mkdirSync(this.project, { recursive: true });
    for (const [path, text] of Object.entries(documentsOf(this.driver))) {
      mkdirSync(dirname(join(this.project, path)), { recursive: true });
      writeFileSync(join(this.project, path), text);
    }
    if (this.isUnderGit) {
      this.git('init', '--quiet', '--initial-branch=main');
      this.git('add', '--all');
      this.git('commit', '--quiet', '-m', 'seed');
    }
    for (const [word = '', ...args] of this.driver.before) {
      if (word === 'git') this.git(...args);
      else await this.demand([word, ...args]);
    }
    copyTree(this.top, this.template);
  }

  reset(): void {
    copyTree(this.template, this.top);
  }

  /** What is there before the command. */
  get template(): string {
    return join(this.#directory, 'template');
  }

  get logFile(): string {
    return join(this.#directory, 'log');
  }

  /** Names of the calls that the command makes when nothing happens to it. */
  async count(): Promise<readonly string[]> {
    this.reset();
    const countFile = join(this.#directory, 'count');
    const ended = await this.run(this.driver.args, { countFile });
    if (ended.code !== 0)
      throw new Error(`${this.driver.name} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    return (JSON.parse(readFileSync(countFile, 'utf8')) as { names: readonly string[] }).names;
  }

  run(args: readonly string[], control?: Omit<ShimControl, 'root'>): Promise<Ended> {
    const preload = control === undefined ? [] : ['--require', this.#shim];
    const child = spawn(process.execPath, [...preload, this.#bin, ...args, '--json'], {
      cwd: this.project,
      env: {
        ...this.#environment,
        ...(control === undefined ? {} : { FS_SHIM: JSON.stringify({ root: this.top, ...control }) }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** A command that has to succeed. */
  async demand(args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: this.project,
      env: this.#environment,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: join(this.#directory, 'home'),
      TMPDIR: this.#directory,
      SPEC_KITTY_HOME: join(this.top, 'state'),
      SPEC_KITTY_NO_CODE_CACHE: '1',
      SPEC_KITTY_SYNC: 'off',
      SPEC_KITTY_TEST_RUN: process.env['SPEC_KITTY_TEST_RUN'],
      GIT_CONFIG_NOSYSTEM: '1',
      ...{ GIT_AUTHOR_NAME: 'Tester', GIT_AUTHOR_EMAIL: 'tester@example.org' },
      ...{ GIT_COMMITTER_NAME: 'Tester', GIT_COMMITTER_EMAIL: 'tester@example.org' },
    };
  }
}

/** Every captured event of the only outbox below a state root, read as a person would. */
export const eventsOf = (stateRoot: string): readonly Readonly<Record<string, any>>[] => {
  const outboxes = join(stateRoot, 'outbox');
  if (!existsSync(outboxes)) return [];
  return readdirSync(outboxes).flatMap((name) =>
    [...segmentsOf(join(outboxes, name)), join(outboxes, name, 'current.jsonl')].flatMap((path) =>
      (existsSync(path) ? readFileSync(path, 'utf8') : '')
        .split('\n')
        .slice(1, -1)
        .map((line) => JSON.parse(line) as Record<string, any>),
    ),
  );
};

const segmentsOf = (outbox: string): readonly string[] => {
  const segments = join(outbox, 'segments');
  return existsSync(segments)
    ? readdirSync(segments)
        .sort()
        .map((name) => join(segments, name))
    : [];
};
