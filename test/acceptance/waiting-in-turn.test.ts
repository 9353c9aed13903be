import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, succeed } from '../support/project.js';
import { runCli, startCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const note = (text: string): readonly string[] => ['agent', 'tasks', 'add-history', 'WP01', '--note', text];

const hook = async (sandbox: Sandbox, name: string, script: string): Promise<void> => {
  const path = join(sandbox.project, '.git', 'hooks', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
};

it(
  'eight agents beside a hook of one second: none loses, each in its turn',
  () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await hook(sandbox, 'pre-commit', 'sleep 1');
      const agents = Array.from({ length: 8 }, (_, at) => ask(sandbox, note(`agent ${at}`), {}, runCli));
      expect((await Promise.all(agents)).map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 0));
      const { events } = await succeed(sandbox, ['events', 'list']);
      expect(events).toHaveLength(8);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
    }),
  60_000,
);

/** A command whose hook waits for a file, so that the test says when it ends. */
const holding = async (sandbox: Sandbox, words: readonly string[]) => {
  const [begun, go] = [join(sandbox.directory, 'begun'), join(sandbox.directory, 'go')];
  await hook(sandbox, 'pre-commit', `echo begun > '${begun}'; while [ ! -e '${go}' ]; do sleep 0.05; done`);
  const command = startCli(sandbox, words);
  const hasBegun = async (): Promise<void> => {
    while (!existsSync(begun)) await new Promise((resolve) => setImmediate(resolve));
  };
  await hasBegun();
  return { command, letGo: () => writeFile(go, '') };
};

it('waits no longer than it is told, and says how to wait longer', () =>
  inSandbox(async (sandbox) => {
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    const { command, letGo } = await holding(sandbox, note('long'));
    const { code, document } = await ask(sandbox, [...note('short'), '--wait', '0']);
    expect([code, document['error'].code]).toEqual([1, 'lock-busy']);
    expect(document['error'].hint).toContain('--wait SECONDS');
    await letGo();
    expect((await command.ended).code).toBe(0);
    expect((await ask(sandbox, [...note('x'), '--wait', '-1'])).code).toBe(2);
  }));

it('a killed holder leaves its place to the next at once, and Ctrl-C ends the waiting', () =>
  inSandbox(async (sandbox) => {
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    const { command, letGo } = await holding(sandbox, note('killed'));
    const [waiting, impatient] = [startCli(sandbox, note('next')), startCli(sandbox, note('impatient'))];
    expect((await impatient.kill('SIGINT')).signal ?? 130).toBeDefined();
    await command.kill('SIGKILL');
    await letGo();
    expect((await waiting.ended).code).toBe(0);
    expect(
      await readFile(join(sandbox.project, 'kitty-specs/001-alpha/tasks/WP01-work.md'), 'utf8'),
    ).toContain('next');
  }));

it('what a hook of the command at work calls does not wait for it', () =>
  inSandbox(async (sandbox) => {
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    const said = join(sandbox.directory, 'said');
    const program = `'${process.execPath}' "$SPEC_KITTY_BIN"`;
    await hook(
      sandbox,
      'post-commit',
      `${program} agent tasks list > '${said}' 2>&1; ${program} agent tasks add-history WP01 --note hook >> '${said}' 2>&1; exit 0`,
    );
    const { BIN } = await import('../support/run-cli.js');
    const { code } = await ask(sandbox, note('outer'), { env: { SPEC_KITTY_BIN: BIN } });
    expect(code).toBe(0);
    const text = await readFile(said, 'utf8');
    expect(text).toContain('WP01');
    expect(text).toContain('error[lock-busy]: A git hook called this');
  }));
