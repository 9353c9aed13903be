import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PackingPlace, type Ended } from './packed.js';

/** npm asks a registry, and is in no hurry. */
jest.setTimeout(600_000);

/** Somebody who knows nothing but what was printed, with the packed program on a machine of their own. */
class Newcomer {
  readonly #place: PackingPlace;
  readonly #program: string;
  readonly project: string;
  #heard = '';

  constructor(place: PackingPlace) {
    this.#place = place;
    this.#program = place.install(join(place.root, 'machine'));
    this.project = join(place.root, 'parcels');
    mkdirSync(this.project);
  }

  git(directory: string, ...args: readonly string[]): string {
    return this.#place.run(directory, 'git', args);
  }

  /** The command line that the command before printed and that begins like this. */
  hint(start: string): string {
    const lines = [...this.#heard.matchAll(/spec-kitty [^\n]*/g)].map(([line]) => line);
    const found = lines.find((line) => line.startsWith(`spec-kitty ${start}`));
    if (found === undefined) throw new Error(`Nothing led on to "${start}":\n${this.#heard}`);
    return found;
  }

  /** The command under whose name the help says this. */
  fromHelp(meaning: string): string {
    const found = this.run('spec-kitty --help')
      .stdout.split('\n')
      .map((line) => /^ {2}(\S+(?: \S+)*) {2,}(.+)$/.exec(line))
      .find((line) => line?.[2] === meaning);
    if (found === undefined || found === null) throw new Error(`No command is there to ${meaning}.`);
    return `spec-kitty ${found[1]}`;
  }

  attempt(line: string, input?: string): Ended {
    const ended = this.#place.attempt(this.project, this.#program, wordsOf(line), input);
    this.#heard = ended.stdout + ended.stderr;
    return ended;
  }

  run(line: string, input?: string): Ended {
    const ended = this.attempt(line, input);
    if (ended.status !== 0) throw new Error(`${line} ended with ${ended.status}:\n${this.#heard}`);
    return ended;
  }

  /** Runs what the command before has printed. */
  follow(start: string): Ended {
    return this.run(this.hint(start));
  }

  /** The same where no question can be asked: the refusals name the options that answer. */
  followWithAnswers(start: string, answers: Readonly<Record<string, string>>, input: string): Ended {
    let line = this.hint(start);
    let ended = this.attempt(line, input);
    while (ended.status !== 0) {
      const option = Object.keys(answers).find((name) => this.#heard.includes(name) && !line.includes(name));
      if (option === undefined) throw new Error(`${line} ended with ${ended.status}:\n${this.#heard}`);
      line = `${line} ${option} ${answers[option]}`.trimEnd();
      ended = this.attempt(line, input);
    }
    return ended;
  }

  /** Starts what the command before has printed, hears what it says first, and returns how to end it. */
  async start(start: string, more: string): Promise<() => Promise<number | null>> {
    const child = spawn(this.#program, wordsOf(`${this.hint(start)} ${more}`), {
      cwd: this.project,
      env: this.#place.environment(),
      shell: process.platform === 'win32',
    });
    const ended = once(child, 'exit') as Promise<[code: number | null]>;
    this.#heard = '';
    const ready = new Promise<void>((resolve) => {
      const hear = (text: string): void => {
        this.#heard += text;
        if (/spec-kitty [^\n]*\n/.test(this.#heard)) resolve();
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
    });
    await Promise.race([
      ready,
      ended.then(() => Promise.reject(new Error(`It ended, and said:\n${this.#heard}`))),
    ]);
    return async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    };
  }
}

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word).slice(1);

const PASSWORD = 'correct horse battery staple\n';

describe('a newcomer with the packed program', () => {
  const place = new PackingPlace();
  let stopHub: (() => Promise<number | null>) | undefined;

  beforeAll(() => place.pack());
  afterAll(async () => {
    await stopHub?.();
    place.dispose();
  });

  it('comes from nothing to delivered events of a finished feature by what was printed alone', async () => {
    const newcomer = new Newcomer(place);
    newcomer.git(newcomer.project, 'init', '--quiet', '--initial-branch=main');
    newcomer.git(newcomer.project, 'commit', '--quiet', '--allow-empty', '-m', 'begin');

    newcomer.run(newcomer.fromHelp('give this project its identity'));
    newcomer.follow('feature new');
    newcomer.follow('agent feature finalize-tasks');
    const begun = newcomer.follow('implement');
    const worktree = /Work in (.+)/.exec(begun.stdout)?.[1] ?? '';
    newcomer.follow('agent tasks show');
    writeFileSync(join(worktree, 'label.txt'), 'a label');
    newcomer.git(worktree, 'add', '--all');
    newcomer.git(worktree, 'commit', '--quiet', '-m', 'A label');
    newcomer.follow('mark-status');
    newcomer.follow('move-task');
    newcomer.follow('merge');
    expect(newcomer.follow('accept').stdout).toContain('is complete.');
    const clean = newcomer.hint('feature clean');

    newcomer.run(newcomer.fromHelp('show where every captured event is'));
    newcomer.follow('hub team add');
    newcomer.followWithAnswers('hub user add', { '--password-stdin': '' }, PASSWORD);
    stopHub = await newcomer.start('hub serve', '--port 0');
    newcomer.followWithAnswers('auth login', { '--username': 'ada', '--password-stdin': '' }, PASSWORD);
    newcomer.follow('sync on');
    expect(newcomer.follow('sync now').stdout).toMatch(/^Delivered [1-9]\d*, already there 0, left 0\.$/m);
    newcomer.follow('sync status');
    expect(newcomer.follow('sync verify').stdout).toContain('The hub has every one of the');

    newcomer.run(clean);
    newcomer.follow('feature clean');
    expect(existsSync(worktree)).toBe(false);
    expect(newcomer.git(newcomer.project, 'show', 'main:label.txt')).toBe('a label');
  });
});
