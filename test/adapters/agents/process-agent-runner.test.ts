import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessAgentRunner } from '../../../src/adapters/agents/process-agent-runner.js';
import type { AgentRun } from '../../../src/ports/agents.js';
import { agentRunnerContract } from '../../contracts/agent-runner.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
const PROGRAM = join(import.meta.dirname, '..', '..', 'support', 'agents', 'behaviour.cjs');
const GRACE_MS = 100;

const runner = (environment: Readonly<Record<string, string>> = {}): ProcessAgentRunner =>
  new ProcessAgentRunner({ environment: { ...process.env, ...environment }, graceMs: GRACE_MS });

let runs = 0;
const run = (behaviour: object, differing: Partial<AgentRun> = {}): AgentRun => {
  const directory = join(scratch.path, `tree-${++runs}`);
  mkdirSync(directory);
  return {
    agent: 'scripted',
    argv: [process.execPath, PROGRAM, JSON.stringify(behaviour)],
    directory,
    environment: {},
    timeoutMs: 30_000,
    log: join(scratch.path, `run-${runs}.log`),
    ...differing,
  };
};

agentRunnerContract({
  name: 'Child processes',
  setup: async () => ({
    subject: runner(),
    run,
    missing: () => run({}, { argv: ['there-is-no-such-program', 'x'] }),
  }),
});

describe('a program that reports for machines', () => {
  it('took what it reported before it was ended, too', async () => {
    const behaviour = { prints: ['{"type":"result","num_turns":2}'], hangs: true };
    expect(await runner().run(run(behaviour, { timeoutMs: 3000 }))).toMatchObject({
      ...{ how: 'timed-out', usage: { turns: 2 } },
    });
  });
});

/** The processes that a program said it had started, as far as they are still there. */
const survivors = (lines: readonly string[]): readonly number[] =>
  lines
    .flatMap((line) => (line.startsWith('started ') ? line.split(' ').slice(1).map(Number) : []))
    .filter((pid) => {
      try {
        return process.kill(pid, 0) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
      } catch {
        return false;
      }
    });

const linesOf = (exit: Awaited<ReturnType<ProcessAgentRunner['run']>>): readonly string[] =>
  exit.how === 'not-started' ? [] : exit.lastLines;

describe('a program with everything that it started', () => {
  const leaves = [{}, { away: true }, { holds: true }, { away: true, holds: true }];

  it('is gone when the program has ended by itself', async () => {
    const exit = await runner().run(run({ leaves, code: 0 }));
    expect(exit).toMatchObject({ how: 'exited', code: 0 });
    expect(linesOf(exit)).toEqual([expect.stringMatching(/^started( \d+){4}$/)]);
    expect(survivors(linesOf(exit))).toEqual([]);
  });

  it('is gone when it took too long, also when it does not listen', async () => {
    const exit = await runner().run(run({ leaves, ignores: true, hangs: true }, { timeoutMs: 3000 }));
    expect(exit.how).toBe('timed-out');
    expect(linesOf(exit)).toHaveLength(1);
    expect(survivors(linesOf(exit))).toEqual([]);
  });

  it('is gone when nobody wants it any more', async () => {
    const unwanted = new AbortController();
    const exit = await runner().run(run({ leaves, hangs: true }), () => unwanted.abort(), unwanted.signal);
    expect(exit.how).toBe('stopped');
    expect(survivors(linesOf(exit))).toEqual([]);
  });

  it('is ended by the next runner, when a killed one left it running in the directory', async () => {
    const { argv, directory } = run({ prints: ['at work'], hangs: true });
    const [command = '', ...args] = argv;
    const left = spawn(command, args, {
      detached: true,
      env: { ...process.env, SPEC_KITTY_AGENT_WORKTREE: directory },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(left, 'exit');
    await once(left.stdout, 'data');
    const exit = await runner().run({ ...run({ prints: ['mine'] }), directory });
    expect(exit).toEqual({ how: 'exited', code: 0, lastLines: ['mine'], answer: ['mine'] });
    expect(await ended).toEqual([null, 'SIGTERM']);
  });
});

describe('the guard of a program', () => {
  it('hears of it before it starts, of its process, and of its end, also when it never starts', async () => {
    const heard: string[] = [];
    const placeIn = (mark: string): string => mark.replace(/.*=/, '').slice(0, -1);
    const guard = {
      watch: (mark: string, leader?: number) =>
        void heard.push(leader === undefined ? `watch ${placeIn(mark)}` : `leads ${typeof leader}`),
      forget: (mark: string) => void heard.push(`forget ${placeIn(mark)}`),
      close: async () => void heard.push('close'),
    };
    const guarded = new ProcessAgentRunner({ environment: process.env, guard, graceMs: GRACE_MS });
    const [one, other] = [run({}), run({}, { argv: ['there-is-no-such-program'] })];
    expect(await guarded.run(one)).toMatchObject({ how: 'exited' });
    expect(await guarded.run(other)).toMatchObject({ how: 'not-started' });
    await guarded.close();
    expect(heard).toEqual([
      `watch ${one.directory}`,
      'leads number',
      `forget ${one.directory}`,
      `watch ${other.directory}`,
      `forget ${other.directory}`,
      'close',
    ]);
  });
});

describe('a program', () => {
  it('works in its directory, with our environment, its own, and none of a hook', async () => {
    const { directory, ...rest } = run({ echoes: 'place' });
    const exit = await runner({ WHO: 'ours', GIT_DIR: '/elsewhere' }).run({
      ...rest,
      directory,
      environment: { WHO: 'theirs' },
    });
    expect(linesOf(exit)).toEqual([`${directory} theirs undefined`]);
  });

  it('is not started in a directory that is gone, by a file that may not be run, with a zero byte', async () => {
    const reasons = [];
    for (const differing of [
      { directory: join(scratch.path, 'gone') },
      { argv: [scratch.path] },
      { argv: [process.execPath, 'a\0b'] },
      { argv: [process.execPath, 'x'.repeat(4_000_000)] },
    ]) {
      const exit = await runner().run(run({}, differing));
      reasons.push(exit.how === 'not-started' ? exit.reason : exit.how);
    }
    expect(reasons).toEqual([
      `the directory ${join(scratch.path, 'gone')} is gone`,
      `the program ${scratch.path} may not be run`,
      expect.stringMatching(/cannot be started: .*null bytes/),
      expect.stringMatching(/longer than the system allows/),
    ]);
  });

  it('may leave its input unread', async () => {
    const exit = await runner().run(run({ code: 0 }, { input: 'x'.repeat(1_000_000) }));
    expect(exit).toMatchObject({ how: 'exited', code: 0 });
  });

  it('has its output in the log as it printed it, after what was there', async () => {
    const raw = Buffer.from([0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0x00, 0x0a]);
    const first = run({ prints: ['one'] });
    await runner().run(first);
    await runner().run(run({ raw: raw.toString('base64') }, { log: first.log }));
    expect(readFileSync(first.log)).toEqual(Buffer.concat([Buffer.from('one\n'), raw]));
  });

  it('does its work although the log cannot be written', async () => {
    const exit = await runner().run(run({ prints: ['one'] }, { log: join(PROGRAM, 'no-folder', 'log') }));
    expect(exit).toEqual({ how: 'exited', code: 0, lastLines: ['one'], answer: ['one'] });
  });

  it('cannot break a character, a line or the terminal by how it prints', async () => {
    const text = '\x1b[31mred\x1b[0m\t\u{1f600}\r50 %\r\x1b]0;title\x07done\x00\u202e\nlast';
    const exit = await runner().run(run({ raw: Buffer.from(text).toString('base64') }));
    expect(linesOf(exit)).toEqual(['red \u{1f600}', '50 %', 'done', 'last']);
  });
});
