import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { smallFeature } from '../support/planning-documents.js';
import { makeProject } from '../support/project.js';
import { BIN, runCli, runJson, startCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

describe('the built program', () => {
  it('says its version, also with --json', () =>
    inSandbox(async (sandbox) => {
      const plain = await runCli(sandbox, ['--version']);
      expect(plain).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
        stderr: '',
      });
      expect((await runJson(sandbox, ['--version'])).document).toEqual({ version: plain.stdout.trim() });
    }));

  it('shows help on stdout and a misuse on stderr', () =>
    inSandbox(async (sandbox) => {
      expect(await runCli(sandbox, [])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Common options:'),
        stderr: '',
      });
      expect(await runCli(sandbox, ['nonsense'])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('hint:'),
      });
    }));

  it('leaves no trace of a command that only prints', () =>
    inSandbox(
      async (sandbox) => {
        await runCli(sandbox, ['--help']);
        expect(await readdir(sandbox.directory)).toEqual(['home', 'project', 't']);
        expect(await readdir(sandbox.home)).toEqual([]);
      },
      { isFirstRun: true },
    ));

  it('keeps compiled code once there is a state root, and works the same with it', () =>
    inSandbox(
      async (sandbox) => {
        await mkdir(sandbox.stateRoot, { mode: 0o700 });
        const first = await runCli(sandbox, ['--help']);
        const files = await readdir(join(sandbox.stateRoot, 'cache'));
        expect(files.some((name) => name.endsWith('-main.cjs.bin'))).toBe(true);
        expect((await runCli(sandbox, ['--help'])).stdout).toBe(first.stdout);
        for (const name of files) await writeFile(join(sandbox.stateRoot, 'cache', name), 'damaged');
        expect((await runCli(sandbox, ['--help'])).stdout).toBe(first.stdout);
        expect(await readdir(join(sandbox.stateRoot, 'cache'))).toEqual(files);
      },
      { isFirstRun: true },
    ));

  it('keeps none when it is told so', () =>
    inSandbox(
      async (sandbox) => {
        await mkdir(sandbox.stateRoot, { mode: 0o700 });
        await runCli(sandbox, ['--help'], { env: { SPEC_KITTY_NO_CODE_CACHE: '1' } });
        expect(await readdir(sandbox.stateRoot)).toEqual([]);
      },
      { isFirstRun: true },
    ));

  it("loads none of Node's own modules that a capture has no use for", () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const list = join(sandbox.directory, 'loaded');
      const spy = join(sandbox.directory, 'spy.cjs');
      await writeFile(
        spy,
        "process.once('exit', () => require('fs').writeFileSync(process.env.LOADED, process.moduleLoadList.join('\\n')));",
      );
      const loadedBy = async (args: readonly string[]): Promise<readonly string[]> => {
        const env = { ...sandbox.env, LOADED: list };
        await promisify(execFile)(process.execPath, ['--require', spy, ...args], {
          cwd: sandbox.project,
          env,
        });
        return (await readFile(list, 'utf8')).split('\n');
      };
      const bare = await loadedBy(['-e', '0']);
      const command = await loadedBy([BIN, 'agent', 'tasks', 'move-task', 'WP01', '--to', 'doing']);
      const beyond = command.filter((name) => !bare.includes(name));
      expect(beyond).toContain('NativeModule crypto');
      const dear =
        /^NativeModule (?:perf_hooks|assert|internal\/(?:fs\/promises|crypto\/webcrypto)|https?|tls|worker_threads|readline)$/;
      expect(beyond.filter((name) => dear.test(name))).toEqual([]);
    }));

  it('does not mind a reader that has seen enough', () =>
    inSandbox(async (sandbox) => {
      const child = spawn(process.execPath, [BIN, '--help'], {
        env: { ...sandbox.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdout.destroy();
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect([code, stderr]).toEqual([0, '']);
    }));

  it('prints a completion script that the shell accepts', () =>
    inSandbox(async (sandbox) => {
      const { code, stdout } = await startCli(sandbox, ['completion', 'bash']).ended;
      expect([code, stdout]).toEqual([0, expect.stringContaining('complete -F _spec_kitty')]);
      expect((await runCli(sandbox, ['--complete', '--', 'compl'])).stdout).toBe('completion\n');
    }));
});
