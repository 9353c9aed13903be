import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGit } from '../../../src/adapters/work/git-process.js';

describe('running git', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'sks-run-'));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  const fake = (script: string): Readonly<Record<string, string>> => {
    writeFileSync(join(place, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { PATH: `${place}:${process.env['PATH'] ?? ''}` };
  };

  it('gives back code and output', async () => {
    const environment = fake('echo out; echo err >&2; exit 3');
    expect(await runGit(['x'], { directory: place, environment })).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('lets readers take no optional lock, and writers take it', async () => {
    const environment = fake('echo "$GIT_OPTIONAL_LOCKS|$GIT_TERMINAL_PROMPT|$LC_ALL|$GIT_DIR"');
    const options = {
      directory: place,
      environment: { ...environment, GIT_DIR: 'x', GIT_OPTIONAL_LOCKS: '7' },
    };
    expect((await runGit([], options)).stdout).toBe('0|0|C|\n');
    expect((await runGit([], { ...options, writes: true })).stdout).toBe('|0|C|\n');
  });

  it.each([
    ['reads', false],
    ['writes', true],
  ])('ends a git that %s and does not end, by asking first', async (_what, writes) => {
    const environment = fake('trap "echo asked > asked; exit 1" TERM; while :; do sleep 0.02; done');
    const options = { directory: place, environment, timeoutMs: 200, writes };
    const { code, stderr } = await runGit(['-c', 'a=b', 'status'], options);
    expect(code).toBe(128);
    expect(stderr).toBe('fatal: git status did not end within 0.2 s');
    expect((await runGit([], { directory: place, environment: fake('cat asked') })).stdout).toBe('asked\n');
  });

  it('ends a git that does not even end when it is asked', async () => {
    const environment = fake('trap "" TERM; while :; do sleep 0.02; done');
    expect((await runGit([], { directory: place, environment, timeoutMs: 100, writes: true })).code).toBe(
      128,
    );
  });

  it('names git as missing, and any other reason for which it cannot run', async () => {
    const missing = runGit(['status'], { directory: place, environment: { PATH: place } });
    await expect(missing).rejects.toMatchObject({
      kind: 'git-failed',
      hint: expect.stringContaining('Install git'),
    });
    writeFileSync(join(place, 'git'), 'no program', { mode: 0o644 });
    const forbidden = runGit(['status'], { directory: place, environment: { PATH: place } });
    await expect(forbidden).rejects.toMatchObject({ kind: 'git-failed' });
  });
});
