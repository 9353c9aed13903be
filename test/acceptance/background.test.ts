import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ChaosHub } from '../support/chaos-hub.js';
import {
  AWAKE,
  eventually,
  nothingRuns,
  noted,
  noteOf,
  running,
  withBackground,
} from '../support/background.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNote, eventIdsOf, makeProject, signIn } from '../support/project.js';
import { expectAccounted } from '../support/recount.js';
import { BIN, runCli, runJson } from '../support/run-cli.js';
import type { Sandbox } from '../support/sandbox.js';

const ROOT = join(dirname(BIN), '..', '..');

/** A hub that acknowledges nothing over WebSocket, so that every event can be counted in its batches. */
let hub: ChaosHub;
beforeEach(async () => {
  hub = await ChaosHub.start({ capabilities: [] });
});
afterEach(() => hub.close());

/** A project that is signed in at the hub; returns its uuid. */
const prepared = async (
  sandbox: Sandbox,
  options: { readonly autoStart?: boolean } = {},
): Promise<string> => {
  const uuid = await makeProject(sandbox, smallFeature({ WP01: {} }));
  if (options.autoStart === false) {
    const config = join(sandbox.project, '.kittify', 'config.yaml');
    await writeFile(config, `${await readFile(config, 'utf8')}sync:\n  auto_start: false\n`);
  }
  await signIn(sandbox, hub.hub.url);
  return uuid;
};

const capture = async (sandbox: Sandbox, note: string, env: Record<string, string> = {}): Promise<string> => {
  const { events } = await addNote(sandbox, note, { env: { ...AWAKE.env, ...env } });
  const [id = ''] = eventIdsOf({ events });
  return id;
};

const stored = (): readonly string[] => hub.hub.storedIds('acme');
const arrived = (...ids: readonly string[]): Promise<void> =>
  eventually(
    () => ids.every((id) => stored().includes(id)),
    () => `the hub has ${stored().join()} and not all of ${ids.join()}`,
  );

/** How often each event was sent, by its id. */
const timesSent = (): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (const { event_id: id } of hub.batches().flatMap(({ events }) => events))
    times.set(id as string, (times.get(id as string) ?? 0) + 1);
  return times;
};

describe('the background process', () => {
  it('delivers what a short command captured with nobody asking, and leaves when there is no more work', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      const first = await capture(sandbox, 'one');
      await arrived(first);
      const second = await capture(sandbox, 'two');
      await arrived(second);
      const left = await noted(sandbox, ({ left }) => left !== undefined);
      expect(left).toMatchObject({ left: 'idle', lastFlush: { ended: 'complete' } });
      await nothingRuns(sandbox);
      expect([...timesSent().values()]).toEqual([1, 1]);
      await expectAccounted(sandbox, { atHub: stored() });
      const log = await readFile(join(sandbox.stateRoot, 'sync', 'background.log'), 'utf8');
      expect(log).toMatch(/delivered [12].*\n(.*\n)*.*leaves: idle/);
    }));

  it.each([
    ['`sync.auto_start: false`', { autoStart: false }, {}],
    ['SPEC_KITTY_SYNC=off', {}, { SPEC_KITTY_SYNC: 'off' }],
  ])('is not started with %s, and capture goes on', (_, options, env) =>
    withBackground(async (sandbox) => {
      await prepared(sandbox, options);
      await capture(sandbox, 'one', env);
      expect(running(sandbox)).toEqual([]);
      expect(await noteOf(sandbox)).toBeUndefined();
      await expectAccounted(sandbox, { atHub: [], pending: 1 });
    }),
  );

  it('ends on SIGTERM after a last flush, and says so', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      await arrived(await capture(sandbox, 'one'));
      const { processId } = await noted(sandbox, () => true);
      process.kill(processId as number, 'SIGTERM');
      await nothingRuns(sandbox);
      expect(await noteOf(sandbox)).toMatchObject({ processId, left: 'asked to stop' });
    }, 60));
});

describe('scenario 24: the background process', () => {
  it('killed while it sends, is replaced by the next command, and nothing is lost', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      // The hub stores what it gets and never answers, so that the process dies between both.
      hub.on('batch').next('never-answer');
      const first = await capture(sandbox, 'one');
      await arrived(first);
      const { processId } = await noted(sandbox, () => true);
      process.kill(processId as number, 'SIGKILL');
      await nothingRuns(sandbox);
      const second = await capture(sandbox, 'two');
      await arrived(first, second);
      await noted(sandbox, (note) => note['processId'] !== processId);
      await noted(sandbox, ({ left }) => left === 'idle');
      await nothingRuns(sandbox);
      expect(stored()).toEqual([first, second]);
      await expectAccounted(sandbox, { atHub: stored() });
    }));

  it('stopped, is noticed by the next command, and no second one runs beside it', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      await arrived(await capture(sandbox, 'one'));
      const { processId } = await noted(sandbox, (note) => note['lastFlush'] !== undefined);
      process.kill(processId as number, 'SIGSTOP');
      // Half a minute later, by the clock of the command alone.
      const later = {
        NODE_OPTIONS: `--require ${join(ROOT, 'test', 'support', 'shifted-clock.cjs')}`,
        SPEC_KITTY_TEST_CLOCK_MS: '30000',
      };
      const command = await runCli(
        sandbox,
        ['agent', 'tasks', 'add-history', 'WP01', '--note', 'two', '--no-commit'],
        { env: { ...AWAKE.env, ...later } },
      );
      expect(command.code).toBe(0);
      expect(command.stderr).toContain('[Offline] 1 waiting');
      expect(command.stderr).toContain(`background process ${String(processId)} does not answer`);
      expect(running(sandbox)).toEqual([processId]);
      expect(stored()).toHaveLength(1);
      // What the message names works: it is only resting, and holds no outbox.
      expect(await runJson(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { delivered: 1 } });
      process.kill(processId as number, 'SIGCONT');
      await expectAccounted(sandbox, { atHub: stored() });
    }, 60));

  it('of an older version gives way to that of the newer one, which delivers', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      await arrived(await capture(sandbox, 'one'));
      const old = await noted(sandbox, (note) => note['lastFlush'] !== undefined);
      const newer = await copyOfVersion(sandbox, '99.0.0');
      const command = await runCli(
        sandbox,
        ['agent', 'tasks', 'add-history', 'WP01', '--note', 'two', '--no-commit', '--json'],
        { ...AWAKE, bin: newer },
      );
      const [second = ''] = eventIdsOf(JSON.parse(command.stdout) as object);
      await arrived(second);
      const successor = await noted(sandbox, ({ version }) => version === '99.0.0');
      expect(successor['processId']).not.toBe(old['processId']);
      await eventually(
        () => !running(sandbox).includes(old['processId'] as number),
        () => 'the older process is still there',
      );
      expect(running(sandbox)).toEqual([successor['processId']]);
      // The older program finds somebody at work and leaves it alone.
      await arrived(await capture(sandbox, 'three'));
      expect(await noteOf(sandbox)).toMatchObject({ version: '99.0.0', processId: successor['processId'] });
      expect([...timesSent().values()]).toEqual([1, 1, 1]);
    }, 60));

  it('leaves when its state root is removed, and makes none again', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      await arrived(await capture(sandbox, 'one'));
      await noted(sandbox, (note) => note['lastFlush'] !== undefined);
      await rm(sandbox.stateRoot, { recursive: true, force: true, maxRetries: 5 });
      await nothingRuns(sandbox);
      await expect(readFile(join(sandbox.stateRoot, 'sync', 'heartbeat.json'))).rejects.toThrow('ENOENT');
    }, 60));
});

describe('scenario 16: the background process and `sync now`', () => {
  it('send nothing twice, and capture does not wait for them', () =>
    withBackground(async (sandbox) => {
      await prepared(sandbox);
      const before: string[] = [];
      for (let count = 0; count < 5; count++)
        before.push(await capture(sandbox, `note ${count}`, { SPEC_KITTY_SYNC: 'off' }));
      hub.on('batch').always(() => 'slowly');
      const begun = await capture(sandbox, 'the one that wakes it');
      const [during, ...told] = await Promise.all([
        capture(sandbox, 'beside both'),
        ...[1, 2, 3].map(() => runJson(sandbox, ['sync', 'now'])),
      ]);
      for (const { code } of told) expect([0, 3]).toContain(code);
      await arrived(...before, begun, during);
      await noted(sandbox, ({ left }) => left === 'idle');
      await nothingRuns(sandbox);
      expect([...timesSent().keys()].sort()).toEqual([...before, begun, during].sort());
      expect([...timesSent().values()]).toEqual(Array.from({ length: 7 }, () => 1));
      await expectAccounted(sandbox, { atHub: stored() });
    }));
});

/** The built program under another version; its packages are those of this one. */
const copyOfVersion = async (sandbox: Sandbox, version: string): Promise<string> => {
  const elsewhere = join(sandbox.directory, 'elsewhere');
  const bin = join(elsewhere, 'dist', 'bin');
  await mkdir(elsewhere);
  await cp(dirname(BIN), bin, { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'));
  const { version: present } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  for (const name of ['main.cjs', 'spec-kitty.cjs']) {
    const text = await readFile(join(bin, name), 'utf8');
    expect(text).toContain(present);
    await writeFile(join(bin, name), text.replaceAll(present, version));
  }
  return join(bin, 'spec-kitty.cjs');
};
