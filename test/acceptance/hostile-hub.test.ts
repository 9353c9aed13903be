import { jest } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { expectHarmless, snapshotOf, sweepCommands, type Sweep } from '../support/command-sweep.js';
import { startHostileHub, type HostileHub } from '../support/hostile-hub.js';
import type { Misbehaviour } from '../support/misbehaviour.js';
import { smallFeature } from '../support/planning-documents.js';
import { makeProject } from '../support/project.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

const EVIL = 'ac\x1b[2Jme\n\u202e\u200b\u{e0041}';
const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
const TOKEN = 'token-of-a-machine';

/** Everything that a hub says of itself, its people and its events, in words that are meant for the terminal. */
const EVIL_ANSWER = {
  ...{ username: EVIL, user: { username: EVIL }, teams: [{ slug: EVIL }], team_slug: EVIL, hub_id: EVIL },
  ...{ access: TOKEN, refresh: TOKEN, ws_token: TOKEN, version: EVIL, detail: EVIL, error: EVIL, next: EVIL },
  ...{ results: [{ event_id: EVIL, status: EVIL, reason: EVIL, error_message: EVIL }], events: [EVIL] },
};

/** Dozens of commands, some of which wait until they are interrupted, on a machine that may be busy. */
jest.setTimeout(120_000);

let sandbox: Sandbox;
let hubs: HostileHub[];
beforeEach(async () => {
  hubs = [];
  sandbox = await createSandbox();
});
afterEach(async () => {
  await Promise.all(hubs.map((hub) => hub.close()));
  await sandbox.dispose();
});

const hub = async (fault: Misbehaviour): Promise<HostileHub> => {
  const made = await startHostileHub(fault);
  hubs.push(made);
  return made;
};

const sweep = (url: string, forms: 'both' | 'in-turns' = 'in-turns'): Promise<Sweep> =>
  sweepCommands(sandbox, {
    forms,
    interruptAfterMs: 700,
    env: { SPEC_KITTY_TOKEN: TOKEN, SPEC_KITTY_SERVER_URL: url },
    more: {
      'auth login': ['--server', url, '--username', 'ada', '--password-stdin', '--yes'],
      'agent tasks add-history': ['--no-commit'],
      'hub serve': ['--port', '0'],
    },
  });

describe('a hub', () => {
  it.each<[string, Misbehaviour]>([
    ['that never answers', 'never-answer'],
    ['whose answers never end', { flood: Number.MAX_SAFE_INTEGER }],
    ['whose answers are small until they are unpacked', { flood: 2 ** 33, gzip: true }],
    ['whose answers are nested without end', { status: 200, body: DEEP }],
    ['whose words are meant for the terminal', { status: 200, body: EVIL_ANSWER }],
    ['whose faults are meant for the terminal', { status: 422, body: EVIL_ANSWER }],
  ])('%s makes no command hang, grow, or touch anything else', async (name, fault) => {
    await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
    const leaveOut = [sandbox.project, sandbox.stateRoot];
    const before = snapshotOf(sandbox.directory, leaveOut);
    const { url, heard } = await hub(fault);
    expectHarmless(await sweep(url, name.includes('terminal') ? 'both' : 'in-turns'));
    expect(heard.some(({ body }) => body.length > 0)).toBe(true);
    expect(snapshotOf(sandbox.directory, leaveOut)).toEqual(before);
  });

  it('that sends elsewhere sends nothing there: no token, no event, no request at all', async () => {
    await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
    const other = await hub({ status: 200, body: {} });
    const first = await hub({ status: 307, headers: { location: `${other.url}/api/v1/events/batch/` } });
    expectHarmless(await sweep(first.url));
    expect(first.heard.length).toBeGreaterThan(0);
    expect(other.heard).toEqual([]);
  });

  it('hears no event of a project that keeps its events', async () => {
    await makeProject(sandbox, {
      ...smallFeature({ WP01: { title: 'title-of-ours' } }),
      '.kittify/config.yaml': 'sync:\n  share: false\n',
    });
    const { url, heard } = await hub({ status: 200, body: {} });
    expectHarmless(await sweep(url));
    for (const { body } of heard) {
      const bytes = Buffer.from(body, 'latin1');
      expect(bytes[0] === 0x1f ? gunzipSync(bytes).toString() : body).not.toMatch(/event_id|title-of-ours/);
    }
  });
});
