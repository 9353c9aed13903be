import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { guardAgents, ProcessGuard } from '../../../src/adapters/agents/agent-guard.js';
import { eventually } from '../../support/background.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();

/** A process that runs until it is ended, with this mark in its environment. */
const startMarked = async (mark: string) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000); console.log(1)'], {
    detached: true,
    env: { ...process.env, MARK: mark },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit').then(([, signal]) => signal as string);
  await once(child.stdout, 'data');
  return { pid: child.pid!, ended, mark: `MARK=${mark}\0`, kill: () => child.kill('SIGKILL') };
};

describe('who guards agents', () => {
  it('ends what is left when the input ends, and lets go what was over before', async () => {
    const input = new PassThrough();
    const [byMark, byLeader, over] = await Promise.all(['a', 'b', 'c'].map(startMarked));
    const guarding = guardAgents(input, 1000);
    const trees = [{ mark: byMark!.mark }, { mark: 'NOBODY=1', leader: byLeader!.pid }];
    input.write(`${JSON.stringify([...trees, { mark: over!.mark, leader: over!.pid }])}\n`);
    // A message may come in pieces, and the last one may have been cut off.
    const message = `${JSON.stringify(trees)}\n`;
    input.write(message.slice(0, 9));
    input.write(message.slice(9));
    input.write('[{"mark"');
    input.end();
    expect(await guarding).toBe(2);
    expect(await Promise.all([byMark!.ended, byLeader!.ended])).toEqual(['SIGTERM', 'SIGTERM']);
    expect(process.kill(over!.pid, 0)).toBe(true);
    over!.kill();
    await over!.ended;
  });
});

describe('the guard beside an orchestrator', () => {
  /** A guard that writes down what it is told. */
  const recorder = () => {
    const path = join(scratch.path, 'recorder.mjs');
    const record = join(scratch.path, 'record');
    writeFileSync(path, RECORDER);
    const guard = new ProcessGuard({
      command: process.execPath,
      args: [path, record],
      environment: process.env,
    });
    const lines = (): readonly any[] =>
      readFileSync(record, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    return { guard, record, lines };
  };

  it('hears of every agent, in order, and ends when it is let go', async () => {
    const { guard, lines } = recorder();
    guard.watch('one');
    guard.watch('two');
    guard.watch('one', 11);
    guard.forget('one');
    guard.watch('two', 12);
    await guard.close();
    await guard.close();
    expect(lines()).toEqual([
      { pid: expect.any(Number) },
      [{ mark: 'one' }],
      [{ mark: 'one' }, { mark: 'two' }],
      [{ mark: 'one', leader: 11 }, { mark: 'two' }],
      [{ mark: 'two' }],
      [{ mark: 'two', leader: 12 }],
      'end',
    ]);
  });

  it('is replaced when it died, and its successor hears of those that still run', async () => {
    const { guard, record, lines } = recorder();
    guard.watch('one', 11);
    await eventually(
      () => existsSync(record) && lines().length > 1,
      () => 'the first guard has not begun',
    );
    const [{ pid }] = lines();
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => !isThere(pid),
      () => 'the first guard is still there',
    );
    guard.watch('two');
    guard.forget('one');
    guard.forget('two');
    await guard.close();
    expect(lines().slice(-5)).toEqual([
      { pid: expect.any(Number) },
      [{ mark: 'one', leader: 11 }, { mark: 'two' }],
      [{ mark: 'two' }],
      [],
      'end',
    ]);
  });

  it('that cannot be started keeps nobody from working', async () => {
    const guard = new ProcessGuard({ command: join(scratch.path, 'nothing'), args: [], environment: {} });
    guard.watch('one', 11);
    guard.forget('one');
    await guard.close();
  });
});

const RECORDER = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const note = (text) => appendFileSync(process.argv[2], text + '\\n');
note(JSON.stringify({ pid: process.pid }));
createInterface({ input: process.stdin }).on('line', note).on('close', () => note('"end"'));
`;

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
