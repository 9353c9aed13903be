import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './run-tool.js';

/** Runs one planted test file as a whole test run of its own. */
const runPlanted = (name: string): { readonly code: number | null; readonly output: string } => {
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--testMatch', `**/fixtures/leaks/${name}.planted.ts`, '--runInBand', '--forceExit'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', jest, ...args],
    {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, SPEC_KITTY_BUILT: '1' },
    },
  );
  return { code: status, output: stdout + stderr };
};

describe('scenario 25: a test run that leaves something behind', () => {
  it('fails for a listening port', () => {
    expect(runPlanted('server')).toEqual({
      code: 1,
      output: expect.stringContaining('left this open: TCPServerWrap'),
    });
  });

  it('fails for a file in the home', () => {
    expect(runPlanted('home')).toEqual({
      code: 1,
      output: expect.stringContaining('the home of the run was written to: left.txt'),
    });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('fails for a process, and ends it', () => {
    expect(runPlanted('process')).toEqual({
      code: 1,
      output: expect.stringMatching(/process \d+ is still there: .*setTimeout/),
    });
  });

  it('passes for one that leaves nothing', () => {
    expect(runPlanted('innocent').code).toBe(0);
  });
});
