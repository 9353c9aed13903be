import { execFile } from 'node:child_process';
import { lstat, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { smallFeature } from '../support/planning-documents.js';
import { addNote, makeProject } from '../support/project.js';
import { BIN, runCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of a shell in which `sk` is the program. */
const shell = async (sandbox: Sandbox, line: string): Promise<Said> => {
  const script = `sk() { "$NODE" "$BIN" "$@"; }\n${line}`;
  const options = { cwd: sandbox.project, env: { ...sandbox.env, NODE: process.execPath, BIN } };
  return promisify(execFile)('bash', ['-c', script], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Said) => ({ code, stdout, stderr }),
  );
};

/** A project with two events, each larger than a file may become in {@link NARROW}. */
const inFilledProject = (story: (sandbox: Sandbox) => Promise<void>): Promise<void> =>
  inSandbox(async (sandbox) => {
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    for (const note of ['a', 'b']) await addNote(sandbox, note.repeat(12_000));
    await story(sandbox);
  });

/** No file may have more than 8 KiB: a write beyond that is cut short, and the next one fails, as on a full disk. */
const NARROW = "trap '' XFSZ; ulimit -f 8;";

describe('what has no place', () => {
  it.each([
    ['events export'],
    ['events list --json'],
    ['events list'],
    ['sync preview --json --limit 9'],
    ['agent tasks add-history WP01 --no-commit --note small --json'],
    ['status'],
    ['--help'],
    ['--version --json'],
  ])('%s > /dev/full ends with exit 1 and says so', (line) =>
    inFilledProject(async (sandbox) => {
      const { code, stderr } = await shell(sandbox, `sk ${line} > /dev/full`);
      expect(code).toBe(1);
      expect(stderr).toContain(
        'error[output-failed]: What this command prints could not be written: no space',
      );
      expect(stderr).not.toMatch(/\d+ events?\./);
    }),
  );

  it.each([['events export'], ['events list --json']])(
    '%s into a file that is too small counts nothing',
    (line) =>
      inFilledProject(async (sandbox) => {
        const { code, stderr } = await shell(sandbox, `${NARROW} sk ${line} > out`);
        expect([code, stderr]).toEqual([1, expect.stringContaining('error[output-failed]')]);
        expect(stderr).not.toMatch(/\d+ events?\./);
      }),
  );

  it('a reader who has seen enough is no loss', () =>
    inFilledProject(async (sandbox) => {
      const { stdout, stderr } = await shell(
        sandbox,
        'sk events export | head -c 5; echo " ${PIPESTATUS[0]}"',
      );
      expect(stderr).not.toContain('error');
      expect(stdout).toMatch(/^\{"eve (0|130)\n$/);
    }));
});

describe('a place that is named for output', () => {
  it.each([['-'], ['/dev/stdout'], ['/dev/fd/1']])('%s is stdout', (place) =>
    inFilledProject(async (sandbox) => {
      const { code, stdout } = await shell(sandbox, `sk events export --output ${place} > copy; cat copy`);
      const exported = await runCli(sandbox, ['events', 'export']);
      expect([code, stdout]).toEqual([0, exported.stdout]);
      const report = await shell(sandbox, `sk sync now --report ${place}`);
      expect(report.stdout).toMatch(/^\{\n[^]*\n\}\nDelivered 0/);
      expect((await lstat('/dev/stdout')).isSymbolicLink()).toBe(true);
    }),
  );

  it('behind a link is the file that the link leads to', () =>
    inFilledProject(async (sandbox) => {
      await writeFile(join(sandbox.project, 'kept'), 'before');
      await symlink('kept', join(sandbox.project, 'link'));
      expect((await runCli(sandbox, ['events', 'export', '--output', 'link'])).code).toBe(0);
      expect((await lstat(join(sandbox.project, 'link'))).isSymbolicLink()).toBe(true);
      expect(await readFile(join(sandbox.project, 'kept'), 'utf8')).toContain('HistoryAdded');
      expect((await readdir(sandbox.project)).filter((name) => name.endsWith('.part'))).toEqual([]);
    }));

  it('may be a pipe with a name', () =>
    inFilledProject(async (sandbox) => {
      const line = 'mkfifo way; sk events export --output way & writer=$!; cat way | wc -l; wait $writer';
      expect(await shell(sandbox, line)).toMatchObject({
        code: 0,
        // Which of the two processes says its line first is open.
        stdout: expect.stringMatching(/^\s*\d+$/m),
      });
    }));
});

describe('a width', () => {
  it.each([
    ['of a pipe cuts nothing', {}, true],
    ['of COLUMNS counts', { COLUMNS: '60' }, false],
  ])('%s', (_, env, isWhole) =>
    inSandbox(async (sandbox) => {
      const title =
        'A title that is longer than anything that fits into a line of eighty columns anywhere, truly';
      await makeProject(sandbox, smallFeature({ WP01: { title } }));
      for (const command of ['status', 'list', 'finalize-tasks'])
        expect((await runCli(sandbox, [command], { env })).stdout.includes(title)).toBe(isWhole);
    }),
  );

  it('wraps no example, however small it is', () =>
    inSandbox(async (sandbox) => {
      const { stdout } = await runCli(sandbox, ['move-task', '--help'], { env: { COLUMNS: '40' } });
      expect(stdout).toContain(
        '\n  spec-kitty agent tasks move-task WP01 --to for_review --note "all tests pass"\n',
      );
    }));
});
