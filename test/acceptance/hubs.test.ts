import { jest } from '@jest/globals';
import { ChaosHub } from '../support/chaos-hub.js';
import { sharedHubProcess, startHubProcess, type HubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNotes, ask, makeProject, PASSWORD, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, syncNow } from '../support/recount.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

// A dozen processes each, with two hubs beside them.
jest.setTimeout(120_000);

const SEED = smallFeature({ WP01: {} });

const storedAt = async (hub: Pick<HubProcess, 'events'>, project: string): Promise<readonly string[]> =>
  idsOf((await hub.events(project)).map(({ event }) => event));

describe('a second hub process that states the id of the first', () => {
  const first = sharedHubProcess();

  it('gets no event of the first, its receipts count for itself alone, and the first gets everything later', async () => {
    const second = await startHubProcess([], first.data);
    try {
      await inSandbox(async (sandbox) => {
        const project = await makeProject(sandbox, SEED);
        await signIn(sandbox, first.url);
        const delivered = await addNotes(sandbox, 2);
        await syncNow(sandbox, () => storedAt(first, project));
        const held = await addNotes(sandbox, 2);
        const before = await expectAccounted(sandbox, { atHub: delivered, pending: 2 });

        await signIn(sandbox, second.url);
        expect((await syncNow(sandbox, () => storedAt(second, project))).arrived).toEqual([]);
        await succeed(sandbox, ['sync', 'on']);
        expect((await syncNow(sandbox, () => storedAt(second, project))).arrived).toEqual([]);
        const own = await addNotes(sandbox, 1);
        expect((await syncNow(sandbox, () => storedAt(second, project))).arrived).toEqual(own);
        const after = await expectAccounted(sandbox, {
          atHub: await storedAt(second, project),
          held: { [`belongs to team acme at hub ${before['hub']}`]: 4 },
        });
        expect(after['hub']).toBe(second.url);
        expect(after['former']).toEqual([
          expect.objectContaining({
            hub: before['hub'],
            totals: { delivered: 2, duplicate: 0, discarded: 0 },
          }),
        ]);
        const { document } = await ask(sandbox, ['sync', 'doctor']);
        expect(document['findings']).toEqual([
          expect.objectContaining({ check: 'hub', message: expect.stringContaining(first.url) }),
          expect.objectContaining({
            remedy: expect.stringContaining(`spec-kitty sync move --from ${first.url}`),
          }),
        ]);

        const back = ['auth', 'login', '--server', first.url, '--username', 'ada', '--password-stdin'];
        await succeed(sandbox, back, { input: `${PASSWORD}\n` });
        expect(await syncNow(sandbox, () => storedAt(first, project))).toMatchObject({
          arrived: held,
          document: { delivered: 2, duplicate: 0, left: 1 },
        });
      });
    } finally {
      await second.stop();
    }
  });
});

describe('a team that gets another hub', () => {
  it.each([
    ['what is held', [], 2],
    ['everything that the journal has', ['--journal'], 5],
  ])('sync move gives it %s, and both accountings balance', async (_, options, count) => {
    const former = await startHubProcess();
    const present = await startHubProcess();
    await inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, SEED);
      await signIn(sandbox, former.url);
      const delivered = await addNotes(sandbox, 3);
      await syncNow(sandbox, () => storedAt(former, project));
      const before = await expectAccounted(sandbox, { atHub: delivered });
      const held = await addNotes(sandbox, 2);
      await former.stop();
      await ask(sandbox, ['auth', 'logout']);
      const login = ['auth', 'login', '--server', present.url, '--username', 'ada', '--password-stdin'];
      await succeed(sandbox, login, { input: `${PASSWORD}\n` });
      expect((await syncNow(sandbox, () => storedAt(present, project))).arrived).toEqual([]);

      const move = ['sync', 'move', '--from', former.url, ...options];
      expect((await ask(sandbox, move)).code).toBe(2);
      expect((await syncNow(sandbox, () => storedAt(present, project))).arrived).toEqual([]);
      expect(await succeed(sandbox, [...move, '--yes'])).toMatchObject({
        moved: true,
        events: count,
        projects: [{ held: 2, delivered_there: 3 }],
      });
      const { arrived } = await syncNow(sandbox, () => storedAt(present, project));
      expect(arrived).toEqual(count === 2 ? held : [...delivered, ...held]);
      const after = await expectAccounted(sandbox, {
        atHub: await storedAt(present, project),
        held: count === 2 ? { [`belongs to team acme at hub ${before['hub']}`]: 3 } : {},
      });
      expect(after['former']).toEqual([
        expect.objectContaining({ hub: before['hub'], totals: { delivered: 3, duplicate: 0, discarded: 0 } }),
      ]);
      expect((await ask(sandbox, ['sync', 'doctor'])).document['findings']).toEqual([]);
    });
    await present.stop();
  });
});

describe('what answers at the address of a hub', () => {
  const withHub = (story: (sandbox: Sandbox, hub: ChaosHub) => Promise<void>): Promise<void> =>
    inSandbox(async (sandbox) => {
      const hub = await ChaosHub.start();
      try {
        await makeProject(sandbox, SEED);
        await signIn(sandbox, hub.address.url);
        await story(sandbox, hub);
      } finally {
        await hub.close();
      }
    });
  const PATHS = ['health', 'batch', '/api/v1/me/', '/api/v1/ws-token/'];

  it.each([404, 405, 204, 200])(
    'with %i for everything is no hub to sync status --check and doctor',
    (status) =>
      withHub(async (sandbox, hub) => {
        for (const path of PATHS) hub.on(path).always(() => ({ status, body: '<h1>Nothing here</h1>' }));
        expect(await ask(sandbox, ['sync', 'status', '--check'])).toMatchObject({
          code: 1,
          document: { check: { state: 'unreachable' } },
        });
        const { document } = await ask(sandbox, ['sync', 'doctor']);
        expect(document['findings']).toEqual([
          expect.objectContaining({
            check: 'hub',
            message: expect.stringContaining('what answers there is no hub'),
          }),
        ]);
      }),
  );

  it('with 404 for everything signs nobody in, not even a machine with a token', () =>
    withHub(async (sandbox, hub) => {
      await succeed(sandbox, ['auth', 'logout']);
      for (const path of PATHS) hub.on(path).always(() => ({ status: 404, body: '<h1>Nothing here</h1>' }));
      const login = ['auth', 'login', '--server', hub.address.url, '--token-stdin'];
      expect(await ask(sandbox, login, { input: 'a-token\n' })).toMatchObject({
        code: 1,
        document: { error: { code: 'unreachable' } },
      });
      expect((await ask(sandbox, ['auth', 'status'])).document).toMatchObject({ state: 'signed-out' });
    }));

  it('with 404 for its health and its extensions alone is one, by how it takes a batch', () =>
    withHub(async (sandbox, hub) => {
      for (const path of PATHS.filter((each) => each !== 'batch'))
        hub.on(path).always(() => ({ status: 404 }));
      expect(await ask(sandbox, ['sync', 'status', '--check'])).toMatchObject({
        code: 0,
        document: { check: { state: 'reachable' } },
      });
    }));

  it('with half of the answers delivers everything in one sync now', () =>
    withHub(async (sandbox, hub) => {
      const ids = await addNotes(sandbox, 7);
      let count = 0;
      hub.hub.judge = () => (count++ % 2 === 0 ? undefined : 'silent');
      expect(await syncNow(sandbox, () => hub.hub.storedIds('acme'))).toMatchObject({
        code: 0,
        document: { delivered: ids.length, left: 0 },
      });
    }));
});
