import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, succeed } from '../support/project.js';
import { BIN, runCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

const NOTE = ['agent', 'tasks', 'add-history', 'WP01', '--note', 'a note'];

describe('in a directory that was deleted', () => {
  it('a command says so, and works with --project', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const gone = join(sandbox.directory, 'gone');
      const call = async (words: string) => {
        await mkdir(gone);
        const script = `cd '${gone}' && rmdir '${gone}' && exec '${process.execPath}' '${BIN}' ${words}`;
        return promisify(execFile)('sh', ['-c', script], { env: sandbox.env }).catch(
          (error: { stdout: string; stderr: string }) => error,
        );
      };
      const refused = await call('agent tasks status --json');
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'not-a-repository' } });
      expect(refused.stderr).toBe('');
      const done = await call(`agent tasks list --json --project '${sandbox.project}'`);
      expect(done.stdout).toContain('WP01');
    }));
});

describe('state never lies inside the project', () => {
  it.each([
    ['SPEC_KITTY_HOME is relative', { SPEC_KITTY_HOME: 'state' }, 'state-root-unsafe'],
    ['SPEC_KITTY_HOME is ~', { SPEC_KITTY_HOME: '~' }, 'state-root-unsafe'],
    ['SPEC_KITTY_HOME begins with ~', { SPEC_KITTY_HOME: '~/state' }, 'state-root-unsafe'],
    ['SPEC_KITTY_HOME is below a file', { SPEC_KITTY_HOME: '/dev/null/x' }, 'state-root-unsafe'],
    ['SPEC_KITTY_HOME is no directory', { SPEC_KITTY_HOME: '/dev/null' }, 'state-root-unsafe'],
    ['HOME is no directory', { SPEC_KITTY_HOME: undefined, HOME: '/dev/null' }, 'state-root-unsafe'],
  ])('when %s the command is refused and nothing is done', (_what, env, code) =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const before = await readdir(sandbox.project);
      const { document, stderr } = await ask(sandbox, NOTE, { env });
      expect([document['error'].code, stderr]).toEqual([code, '']);
      expect(await readdir(sandbox.project)).toEqual(before);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      expect((await sandbox.git(['log', '--format=%s'])).split('\n')).toHaveLength(2);
    }),
  );

  it.each([
    ['HOME is not writable', (home: string) => ({ SPEC_KITTY_HOME: undefined, HOME: home })],
    ['SPEC_KITTY_HOME is not writable', (home: string) => ({ SPEC_KITTY_HOME: join(home, 'state') })],
    ...(existsSync('/proc/self')
      ? [['it cannot even be made', () => ({ SPEC_KITTY_HOME: '/proc/x' })] as const]
      : []),
  ] as const)('when %s the work is done and the event waits in the repository', (_what, envOf) =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const home = join(sandbox.directory, 'locked');
      await mkdir(home);
      await chmod(home, 0o555);
      const before = await readdir(sandbox.project);
      const { code, stdout, stderr } = await runCli(sandbox, NOTE, { env: envOf(home) });
      expect(code).toBe(0);
      expect(stdout + stderr).not.toMatch(/internal|\n {4}at /);
      await chmod(home, 0o755);
      expect(await readdir(sandbox.project)).toEqual(before);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      // Whoever may write the directory anyway, as root may, has captured it already.
      await rm(join(home, '.spec-kitty'), { recursive: true, force: true });
    }),
  );

  it('an event that had to wait is captured by the next command that can', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      if (!existsSync('/proc/self')) return;
      await succeed(sandbox, NOTE, { env: { SPEC_KITTY_HOME: '/proc/x' } });
      await succeed(sandbox, NOTE);
      const { events } = await succeed(sandbox, ['events', 'list']);
      expect(events).toHaveLength(2);
    }));
});

it('few file descriptors give an error of the system, never a stack trace, and change nothing by half', () =>
  inSandbox(async (sandbox) => {
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    for (const limit of [20, 21, 22, 23, 24, 25, 26, 27, 28]) {
      const script = `ulimit -n ${limit} && exec '${process.execPath}' '${BIN}' ${NOTE.map((word) => `'${word}'`).join(' ')}`;
      const ended = await promisify(execFile)('sh', ['-c', script], {
        cwd: sandbox.project,
        env: sandbox.env,
      }).catch((error: { stdout: string; stderr: string }) => error);
      // With the fewest, a Node that holds more files itself cannot even open the program.
      if (!ended.stderr.includes(`open '${BIN}'`))
        expect(ended.stdout + ended.stderr).not.toMatch(/internal|lock-unsupported|TypeError|\n {4}at /);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
    }
    await succeed(sandbox, NOTE);
  }));
