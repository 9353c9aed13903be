import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChaosHub } from '../support/chaos-hub.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNotes, makeProject, PASSWORD } from '../support/project.js';
import { runCli, type CliOptions } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

/** Clears the screen, sets the title, rings, and turns the direction of what follows. */
const NASTY = 'a\x1b[2Jb\x1b]0;owned\x07c\x9bd\u202ee\u2066f\x08g';
const CONTROLS = '\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069';
const HARMFUL = new RegExp(`[${CONTROLS}]`, 'u');
/** What stands in the place of the first of them, for a person and in a document. */
const VISIBLE = /a\\+(?:x1b|u001b)\[2Jb/;

type Story = (sandbox: Sandbox, hub: ChaosHub) => Promise<void>;

const withHub = (
  story: Story,
  seed: Readonly<Record<string, string>> = smallFeature({ WP01: {} }),
): Promise<void> =>
  inSandbox(async (sandbox) => {
    const hub = await ChaosHub.start();
    try {
      await makeProject(sandbox, seed);
      await story(sandbox, hub);
    } finally {
      await hub.close();
    }
  });

/** Runs a command for a person and for a program; neither may see a raw control character. Returns what both saw. */
const look = async (
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
): Promise<readonly string[]> => {
  const seen: string[] = [];
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr } = await runCli(sandbox, [...args, ...flags], options);
    expect({ args, harmful: HARMFUL.exec(stdout + stderr)?.[0] }).toEqual({ args, harmful: undefined });
    seen.push(stdout + stderr);
  }
  return seen;
};

const expectVisible = (seen: readonly string[]): void => {
  for (const text of seen) expect(text).toMatch(VISIBLE);
};

describe('text from elsewhere in the terminal', () => {
  it('scenario 32: titles, notes and names of agents are shown with visible escapes', () =>
    withHub(
      async (sandbox) => {
        expectVisible(
          await look(sandbox, ['agent', 'feature', 'finalize-tasks']).then(([first = '']) => [first]),
        );
        const note = ['agent', 'tasks', 'add-history', 'WP01', '--note', NASTY, '--author', NASTY];
        // A note becomes one line of plain text before it is written anywhere.
        await look(sandbox, note);
        expectVisible(await look(sandbox, ['events', 'list']));
        expectVisible(await look(sandbox, ['agent', 'tasks', 'move-task', NASTY, '--to', 'doing']));
        for (const board of ['status', 'list']) expectVisible(await look(sandbox, ['agent', 'tasks', board]));
        expectVisible(await look(sandbox, ['agent', 'tasks', 'mark-status', NASTY, '--status', 'done']));
        expectVisible(await look(sandbox, ['agent', 'tasks', 'list', '--feature', NASTY, NASTY]));
      },
      smallFeature({ WP01: { title: NASTY } }),
    ));

  it('scenario 32: names of teams and users that are not one plain line sign nobody in', () =>
    withHub(async (sandbox, hub) => {
      hub.hub.signIns.addUser(NASTY, PASSWORD, NASTY);
      const login = ['auth', 'login', '--server', hub.address.url, '--username', NASTY, '--password-stdin'];
      for (const text of await look(sandbox, login, { input: `${PASSWORD}\n` }))
        expect(text).toContain('the answer of the hub is not understood');
      for (const text of await look(sandbox, ['auth', 'status'])) expect(text).not.toContain('owned');
    }));

  it('scenario 32: what a hub says about requests and events is shown with visible escapes', () =>
    withHub(async (sandbox, hub) => {
      const login = [
        'auth',
        'login',
        '--server',
        hub.address.url,
        '--username',
        'ada',
        '--password-stdin',
        '--yes',
      ];
      hub.on('/api/v1/token/').next(...[1, 2].map(() => ({ status: 401, body: { detail: NASTY } })));
      await look(sandbox, login, { input: `${PASSWORD}\n` });
      await look(sandbox, login, { input: `${PASSWORD}\n` });
      await addNotes(sandbox, 1);
      for (const answer of [
        { status: 403, body: { detail: NASTY } },
        { status: 418, body: NASTY },
        { status: 412, body: { detail: NASTY } },
        { status: 503, body: { detail: NASTY }, headers: { 'content-type': 'text/plain' } },
        { status: 200, body: NASTY },
      ]) {
        hub.on('batch').next(answer, answer);
        await look(sandbox, ['sync', 'now']);
      }
      hub.on('batch').next({ status: 403, body: { detail: NASTY } });
      await runCli(sandbox, ['sync', 'now']);
      for (const text of await look(sandbox, ['sync', 'status']))
        expect(text).toMatch(/refused by the hub: a.*owned/);
      hub.hub.judge = () => ({ status: 'rejected', error_message: NASTY });
      for (let attempt = 0; attempt < 5; attempt++) await look(sandbox, ['sync', 'now']);
      for (const text of await look(sandbox, ['sync', 'status'])) expect(text).toMatch(/dead.*a.*owned/is);
    }));

  it('scenario 32: what a hook of git says is shown with visible escapes', () =>
    withHub(async (sandbox) => {
      const hooks = join(sandbox.project, '.git', 'hooks');
      await mkdir(hooks, { recursive: true });
      await writeFile(join(hooks, 'message'), NASTY);
      await writeFile(join(hooks, 'pre-commit'), '#!/bin/sh\ncat .git/hooks/message >&2\nexit 1\n');
      await chmod(join(hooks, 'pre-commit'), 0o755);
      // What only colours a line is left out; everything else is shown as what it is.
      for (const text of await look(sandbox, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing']))
        expect(text).toMatch(/ab\\+(?:x1b|u001b)\]0;owned/);
    }));
});
