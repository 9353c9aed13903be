import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChaosHub } from '../support/chaos-hub.js';
import { sharedHubProcess, startHubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import {
  addNote,
  addNotes,
  ask,
  eventIdsOf,
  makeProject,
  PASSWORD,
  signIn,
  succeed,
} from '../support/project.js';
import { expectAccounted, idsOf, journalOf, syncNow } from '../support/recount.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const SEED = smallFeature({ WP01: {} });
const CONFIG = join('.kittify', 'config.yaml');

/** A hub that records every byte it receives, with the users ada of acme and bob of zenith. */
const withSpy = (story: (sandbox: Sandbox, spy: ChaosHub) => Promise<void>): Promise<void> =>
  inSandbox(async (sandbox) => {
    const spy = await ChaosHub.start();
    spy.hub.signIns.addUser('bob', PASSWORD, 'zenith');
    try {
      await story(sandbox, spy);
    } finally {
      await spy.close();
    }
  });

/** Everything that arrived, as one text: what is not in it has not left the machine. */
const wireOf = (spy: ChaosHub): string =>
  [
    ...spy.requests.map(({ path, headers, text }) => `${path} ${JSON.stringify(headers)} ${text}`),
    ...spy.frames,
  ].join('\n');

const config = (sandbox: Sandbox, text: string, root = sandbox.project): Promise<void> =>
  writeFile(join(root, CONFIG), text);

describe('events and the account they belong to', () => {
  it('scenario 20: what was captured under A never leaves under B, and leaves when A is back', () =>
    withSpy(async (sandbox, spy) => {
      await makeProject(sandbox, SEED);
      await signIn(sandbox, spy.address.url);
      const [ofAda] = await addNotes(sandbox, 1);
      await succeed(sandbox, ['auth', 'logout']);
      await signIn(sandbox, spy.address.url, { username: 'bob' });
      const [ofBob] = await addNotes(sandbox, 1);

      expect(await syncNow(sandbox, () => spy.hub.storedIds('zenith'))).toMatchObject({
        code: 3,
        arrived: [ofBob],
        document: { delivered: 1, left: 1 },
      });
      await expectAccounted(sandbox, {
        atHub: spy.hub.storedIds('zenith'),
        held: { 'belongs to team acme at hub chaos': 1 },
      });
      expect(wireOf(spy)).not.toContain(ofAda);

      await signIn(sandbox, spy.address.url);
      expect(await syncNow(sandbox, () => spy.hub.storedIds('acme'))).toMatchObject({ arrived: [ofAda] });
      expect(spy.hub.storedIds('acme')).not.toContain(ofBob);
      expect(spy.hub.storedIds('zenith')).not.toContain(ofAda);
    }));

  it('scenario 20: a local event that went out under A stays with A, although nobody got the receipt', () =>
    withSpy(async (sandbox, spy) => {
      await makeProject(sandbox, SEED);
      const [local] = await addNotes(sandbox, 1);
      await signIn(sandbox, spy.address.url);
      spy.on('batch').next('reset-after');
      expect(await syncNow(sandbox, () => [])).toMatchObject({ code: 3, document: { left: 1 } });
      await succeed(sandbox, ['auth', 'logout']);
      await signIn(sandbox, spy.address.url, { username: 'bob' });
      const asked = spy.requests.length;
      await syncNow(sandbox, () => []);
      expect(spy.hub.storedIds('zenith')).toEqual([]);
      expect(spy.requests.slice(asked).every(({ text }) => !text.includes(String(local)))).toBe(true);

      await signIn(sandbox, spy.address.url);
      expect(await syncNow(sandbox, () => [])).toMatchObject({
        code: 0,
        document: { duplicate: 1, left: 0 },
      });
      expect(spy.hub.storedIds('acme')).toEqual([local]);
    }));

  it('scenario 20: a backlog about which nobody could be asked stays until it is allowed', () =>
    withSpy(async (sandbox, spy) => {
      await makeProject(sandbox, SEED);
      const [before] = await addNotes(sandbox, 1);
      const login = ['auth', 'login', '--server', spy.address.url, '--username', 'ada', '--password-stdin'];
      await succeed(sandbox, login, { input: `${PASSWORD}\n` });
      const [after] = await addNotes(sandbox, 1);
      const atHub = (): readonly string[] => spy.hub.storedIds('acme');
      expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 3, arrived: [after] });
      await expectAccounted(sandbox, { atHub: atHub(), held: { 'not consented': 1 } });
      await succeed(sandbox, ['sync', 'on']);
      expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 0, arrived: [before] });
    }));

  it.each([
    ['cannot be read', 'project: [broken', 'config unreadable'],
    ['says that nothing is shared', 'sync:\n  share: false\n', 'sharing is off'],
  ])('scenario 20: nothing leaves while the config of any checkout of the project %s', (_, text, reason) =>
    withSpy(async (sandbox, spy) => {
      await makeProject(sandbox, SEED);
      const clone = join(sandbox.directory, 'clone');
      await sandbox.git(['clone', '--quiet', sandbox.project, clone]);
      await signIn(sandbox, spy.address.url);
      // Both checkouts have been seen on this machine.
      const ids = [
        ...(await addNotes(sandbox, 1)),
        ...eventIdsOf(await addNote(sandbox, 'n', { cwd: clone })),
      ];
      const good = await sandbox.git(['show', `HEAD:${CONFIG}`], clone);
      await config(sandbox, text.startsWith('sync') ? `${good}\n${text}` : text, clone);
      const asked = spy.requests.length;
      expect(await syncNow(sandbox, () => [])).toMatchObject({ code: 3, document: { left: 2 } });
      expect(spy.requests.slice(asked).filter(({ path }) => path.includes('batch'))).toEqual([]);
      await expectAccounted(sandbox, { atHub: [], held: { [reason]: 2 } });

      await config(sandbox, `${good}\n`, clone);
      expect(await syncNow(sandbox, () => spy.hub.storedIds('acme'))).toMatchObject({
        code: 0,
        arrived: ids,
      });
    }),
  );

  it('scenario 19: a session that the hub no longer knows is said, kept, and ended by signing in again', () =>
    withSpy(async (sandbox, spy) => {
      await makeProject(sandbox, SEED);
      await signIn(sandbox, spy.address.url);
      const ids = await addNotes(sandbox, 1);
      const path = join(sandbox.stateRoot, 'credentials');
      const credentials = await readFile(path, 'utf8');
      spy.on('batch').next({ status: 401 });
      spy.on('/api/v1/token/refresh/').next({ status: 401, body: { detail: 'token is not valid' } });
      const { code, document } = await ask(sandbox, ['sync', 'now']);
      expect({ code, end: document['ended'].end, left: document['left'] }).toEqual({
        code: 4,
        end: 'signed-out',
        left: 1,
      });
      expect((await readFile(path, 'utf8')).includes('ada')).toBe(true);
      expect(credentials).toContain('ada');
      await signIn(sandbox, spy.address.url);
      expect(await syncNow(sandbox, () => spy.hub.storedIds('acme'))).toMatchObject({
        code: 0,
        arrived: ids,
      });
    }));

  it('scenario 21: of a project that is not shared no byte leaves, from wherever the command is called', () =>
    withSpy(async (sandbox, spy) => {
      const [open, secret] = [join(sandbox.directory, 'open'), join(sandbox.directory, 'hush-hush')];
      const [openUuid, secretUuid] = [
        await makeProject(sandbox, SEED, open),
        await makeProject(sandbox, SEED, secret),
      ];
      await signIn(sandbox, spy.address.url);
      const worktree = join(sandbox.directory, 'elsewhere');
      await sandbox.git(['worktree', 'add', '--quiet', worktree], secret);
      const link = join(sandbox.directory, 'link');
      await symlink(secret, link);
      await succeed(sandbox, ['sync', 'off'], { cwd: secret });
      const places = [secret, worktree, link, join(secret, 'kitty-specs', '001-alpha')];
      for (const cwd of places) await addNote(sandbox, 'the whisper', { cwd });
      await addNote(sandbox, 'the whisper', { cwd: open, env: {} });
      await succeed(sandbox, [
        'agent',
        'tasks',
        'add-history',
        'WP01',
        '--note',
        'the whisper',
        '--project',
        secret,
      ]);
      const [spoken] = eventIdsOf(await addNote(sandbox, 'the shout', { cwd: open }));
      for (const cwd of [...places, open, sandbox.home]) await ask(sandbox, ['sync', 'now'], { cwd });

      const wire = wireOf(spy);
      expect(spy.hub.storedIds('acme')).toContain(spoken);
      expect(spy.hub.storedIds('acme')).toHaveLength(2);
      expect(wire).toContain(openUuid);
      for (const trace of [secretUuid, 'hush-hush', ...idsOf(await journalOf(sandbox, secretUuid))])
        expect(wire).not.toContain(trace);
      const held = { 'sharing is off': places.length + 1 };
      await expectAccounted(sandbox, { atHub: spy.hub.storedIds('acme'), held }, secretUuid);
    }));
});

describe('two hubs', () => {
  const first = sharedHubProcess();

  it('scenario 22: a fresh hub gets the whole journal after the question, and the former account of things stands', async () => {
    const second = await startHubProcess();
    try {
      await inSandbox(async (sandbox) => {
        const project = await makeProject(sandbox, SEED);
        const storedAt = async (hub: typeof first): Promise<readonly string[]> =>
          idsOf((await hub.events(project)).map(({ event }) => event));
        await signIn(sandbox, first.url);
        const ids = await addNotes(sandbox, 3);
        await syncNow(sandbox, () => []);
        const before = await expectAccounted(sandbox, { atHub: await storedAt(first) });

        // The second hub has a team and a user of the same names; that is another team.
        const login = ['auth', 'login', '--server', second.url, '--username', 'ada', '--password-stdin'];
        const { backlog } = await succeed(sandbox, login, { input: `${PASSWORD}\n` });
        expect(backlog).toMatchObject({ answer: 'withhold', backlogs: [{ local: 0, elsewhere: 3 }] });
        expect((await syncNow(sandbox, () => storedAt(second))).arrived).toEqual([]);
        await succeed(sandbox, ['sync', 'on']);
        expect(await syncNow(sandbox, () => storedAt(second))).toMatchObject({ code: 0, arrived: ids });
        expect(await storedAt(first)).toEqual(ids);

        const after = await expectAccounted(sandbox, { atHub: await storedAt(second) });
        expect(after['hub']).not.toBe(before['hub']);
        expect(after['former']).toEqual([
          expect.objectContaining({
            hub: before['hub'],
            team: 'acme',
            through: 3,
            totals: expect.objectContaining({ delivered: 3 }),
          }),
        ]);

        // Back at the first, only what came later is due there.
        await signIn(sandbox, first.url);
        const [later] = await addNotes(sandbox, 1);
        expect(await syncNow(sandbox, () => storedAt(first))).toMatchObject({ code: 0, arrived: [later] });
        expect(await storedAt(second)).not.toContain(later);
      });
    } finally {
      await second.stop();
    }
  });
});
