import { BacklogConsent } from '../../../src/app/delivery/backlog-consent.js';
import { SharingPolicy, SetSharing } from '../../../src/app/delivery/sharing.js';
import { DeliveryWorld, HUB_URL } from '../../support/delivery-world.js';
import { fact, PROJECT } from '../../support/facts.js';

const HERE = { path: '/work/demo', projectUuid: PROJECT };
const ELSEWHERE = { path: '/work/demo-worktree', projectUuid: PROJECT };

const config = (sync: object): object => ({ project: { uuid: PROJECT, slug: 'demo' }, sync });

describe('events captured while nobody was signed in', () => {
  it('go out with the team of the account that delivers them; the stored line is not rewritten', async () => {
    const world = new DeliveryWorld();
    await world.capture(2);
    await world.signIn();
    const seen: unknown[] = [];
    world.hub.judge = (event) => void seen.push(event['team_slug']);
    expect(await world.flush()).toMatchObject({ delivered: 2 });
    expect(seen).toEqual(['acme', 'acme']);
    for await (const { json } of world.outboxes.open(PROJECT).records())
      expect(JSON.parse(json ?? '')).toMatchObject({ team_slug: 'local' });
  });

  it('are claimed before anything is sent, so that an outage leaves them with their account', async () => {
    const world = new DeliveryWorld();
    await world.capture(3);
    await world.signIn();
    world.hub.batchFaults.next('lost-after');
    await world.flush();
    const { decisions } = await world.outboxes.open(PROJECT).reading();
    expect(decisions).toEqual([
      { decision: 'claim', range: { from: 1, through: 3 }, hub: world.hub.id, team: 'acme' },
    ]);
  });

  it('are claimed once, however often delivery is tried', async () => {
    const world = new DeliveryWorld();
    await world.capture(3);
    await world.signIn();
    world.hub.down = true;
    for (let pass = 0; pass < 5; pass++) await world.flush(true);
    expect((await world.outboxes.open(PROJECT).reading()).decisions).toHaveLength(1);
  });

  it('are not claimed by a pass that was interrupted before it began', async () => {
    const world = new DeliveryWorld();
    await world.capture(3);
    await world.signIn();
    expect(await world.flush(true, AbortSignal.abort())).toMatchObject({ ended: { end: 'interrupted' } });
    expect((await world.outboxes.open(PROJECT).reading()).decisions).toEqual([]);
  });
});

describe('scenario 20: account A signs out, B signs in', () => {
  it("none of A's events leaves under B, nor a local event that went out under A", async () => {
    const world = new DeliveryWorld();
    const local = await world.capture(2);
    const ada = await world.signIn('ada');
    const adas = await world.capture(2, ada);
    world.hub.batchFaults.next('lost-before');
    await world.flush();
    await world.signOut();
    expect((await world.status()).accounting.held).toEqual({ 'not signed in': 4 });

    const bob = await world.signIn('bob');
    const bobs = await world.capture(1, bob);
    expect(await world.flush(true)).toMatchObject({ delivered: 1 });
    expect(world.hub.storedIds('birch')).toEqual(bobs);
    expect((await world.status()).accounting.held).toEqual({
      [`belongs to team acme at hub ${world.hub.id}`]: 4,
    });

    await world.signIn('ada');
    expect(await world.flush()).toMatchObject({ delivered: 4 });
    expect(world.hub.storedIds('acme')).toEqual([...local, ...adas]);
    expect((await world.status()).accounting.held).toEqual({
      [`belongs to team birch at hub ${world.hub.id}`]: 1,
    });
  });

  it('an account that changes in the middle of a pass ends it', async () => {
    const world = new DeliveryWorld();
    await world.capture(1500, await world.signIn('ada'));
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      const outcome = await send(request, signal);
      await world.signOut();
      await world.signIn('bob');
      return outcome;
    };
    expect(await world.flush()).toMatchObject({
      delivered: 1000,
      ended: { end: 'unavailable', reason: 'another account was signed in' },
    });
    expect(world.hub.storedIds('birch')).toEqual([]);
  });

  it.each([
    ['share: false in one of two checkouts', 'sharing is off', config({ share: false })],
    ['a share of the wrong type', 'config unreadable', config({ share: 'maybe' })],
  ])('%s keeps everything here', async (_name, sentence, document) => {
    const world = new DeliveryWorld();
    await world.registry.remember(HERE);
    await world.registry.remember(ELSEWHERE);
    world.configs.put(HERE.path, config({}));
    world.configs.put(ELSEWHERE.path, document);
    await world.capture(2, await world.signIn());
    expect(await world.flush(true)).toMatchObject({ delivered: 0, ended: { end: 'complete' } });
    expect((await world.status()).accounting.held).toEqual({ [sentence]: 2 });
    world.configs.put(ELSEWHERE.path, config({ share: true }));
    expect(await world.flush()).toMatchObject({ delivered: 2 });
  });

  it('a config that cannot be read in any checkout keeps everything here until it can', async () => {
    const world = new DeliveryWorld();
    await world.registry.remember(HERE);
    world.configs.putBroken(HERE.path, 'conflict markers');
    await world.capture(2, await world.signIn());
    expect(await world.flush(true)).toMatchObject({ delivered: 0 });
    expect((await world.status()).accounting.held).toEqual({ 'config unreadable': 2 });
    expect(world.hub.storedIds('acme')).toEqual([]);
  });

  it.each([
    ['was not shared', { share: false }, 'sharing is off'],
    ['could not be read', { configReadable: false }, 'config unreadable'],
  ])('a checkout out of reach counts with its last value: it %s', async (_name, memory, sentence) => {
    const world = new DeliveryWorld();
    await world.registry.remember({ ...HERE, ...memory });
    await world.capture(1, await world.signIn());
    await world.flush(true);
    expect((await world.status()).accounting.held).toEqual({ [sentence]: 1 });
  });

  it('a checkout that is gone says nothing any more once another one is there, and is forgotten on request', async () => {
    const world = new DeliveryWorld();
    const gone = new Set([ELSEWHERE.path]);
    const files = { isGone: async (path: string) => gone.has(path) };
    const sharing = new SharingPolicy({
      checkouts: world.registry,
      configs: world.configs,
      stateFiles: files,
    });
    await world.registry.remember({ ...ELSEWHERE, share: false });
    // Nobody else speaks for the project: its last word holds.
    expect(await sharing.of(PROJECT)).toBe('off');
    await world.registry.remember(HERE);
    world.configs.put(HERE.path, config({}));
    expect(await sharing.of(PROJECT)).toBe('on');
    expect(await sharing.refusals(PROJECT)).toEqual([]);
    await sharing.forgetGone(PROJECT);
    expect((await world.registry.list()).map(({ path }) => path)).toEqual([HERE.path]);
  });

  it('what refuses is named by checkout', async () => {
    const world = new DeliveryWorld();
    const sharing = new SharingPolicy({ checkouts: world.registry, configs: world.configs });
    await world.registry.remember(HERE);
    await world.registry.remember(ELSEWHERE);
    await world.registry.remember({ path: '/work/third', projectUuid: PROJECT });
    world.configs.put(HERE.path, config({}));
    world.configs.put(ELSEWHERE.path, config({ share: false }));
    world.configs.putBroken('/work/third', 'conflict markers');
    expect(await sharing.refusals(PROJECT)).toEqual([
      { path: ELSEWHERE.path, reason: 'share is false' },
      { path: '/work/third', reason: 'unreadable' },
    ]);
  });

  it('what the user keeps back on this machine stays, and leaves after sync on', async () => {
    const world = new DeliveryWorld();
    await world.capture(2, await world.signIn());
    const sharing = new SetSharing({
      checkouts: world.registry,
      sharing: world.sharing,
      outboxes: world.outboxes,
      account: () => world.account(),
    });
    await sharing.run(PROJECT, 'off');
    expect(await world.flush(true)).toMatchObject({ delivered: 0 });
    await sharing.run(PROJECT, 'on');
    expect(await world.flush()).toMatchObject({ delivered: 2 });
  });

  it('events without a project identity never leave', async () => {
    const world = new DeliveryWorld();
    await world.signIn();
    await world.outboxes.open(undefined).capture([fact(1)], { maxWaiting: 10 });
    expect(await world.flush(true)).toMatchObject({ delivered: 0, ended: { end: 'complete' } });
    const status = await world.statusOf(undefined);
    expect(status.accounting.held).toEqual({ 'no project identity': 1 });
  });
});

describe('consent', () => {
  it('withheld events stay until a person consents, later ones go', async () => {
    const world = new DeliveryWorld();
    const early = await world.capture(3);
    const account = await world.signIn();
    const consent = new BacklogConsent({ outboxes: world.outboxes, checkouts: world.registry });
    await consent.record(account, await consent.question(account), 'withhold');
    const late = await world.capture(1, account);
    expect(await world.flush(true)).toMatchObject({ delivered: 1 });
    expect((await world.status()).accounting.held).toEqual({ 'not consented': 3 });
    await new SetSharing({
      checkouts: world.registry,
      sharing: world.sharing,
      outboxes: world.outboxes,
      account: async () => account,
    }).run(PROJECT, 'on');
    expect(await world.flush()).toMatchObject({ delivered: 3 });
    expect(world.hub.storedIds('acme')).toEqual([...late, ...early]);
  });
});

describe('scenario 22: to hub A, then to a hub B', () => {
  it('after consent everything still in the journal goes to B under the same ids, and the ledger of A is untouched', async () => {
    const world = new DeliveryWorld();
    const ids = await world.capture(3, await world.signIn());
    await world.flush();
    const before = (await world.outboxes.open(PROJECT).reading()).ledgers[0];

    const second = world.addHub({ url: 'https://other.example.org' });
    await world.signOut();
    const account = await world.signIn('ada', second);
    expect(await world.flush(true)).toMatchObject({ delivered: 0 });
    expect((await world.status()).accounting.held).toEqual({
      [`belongs to team acme at hub ${world.hub.id}`]: 3,
    });

    const consent = new BacklogConsent({ outboxes: world.outboxes, checkouts: world.registry });
    const question = await consent.question(account);
    expect(question).toEqual([{ projectUuid: PROJECT, local: 0, elsewhere: 3 }]);
    await consent.record(account, question, 'consent');
    expect(await world.flush()).toMatchObject({ delivered: 3 });
    expect(second.storedIds('acme')).toEqual(ids);
    const { ledgers } = await world.outboxes.open(PROJECT).reading();
    expect(ledgers[0]).toMatchObject({
      ...before,
      decided: expect.any(Number),
      closedAtMs: world.time.nowMs(),
    });
    expect((await world.status()).former).toHaveLength(1);
  });

  it('a hub that tells its id later keeps the ledger that it had under its URL', async () => {
    const world = new DeliveryWorld();
    const account = await world.signIn();
    const byUrl = { hub: { url: HUB_URL }, team: account.team };
    await world.capture(1, byUrl);
    const { runPass } = await import('../../../src/app/delivery/pass.js');
    const { CONTRACT_LIMITS } = await import('../../../src/domain/delivery/batch-plan.js');
    const route = await world.route.find();
    if ('end' in route) throw new Error('signed in');
    const host = { ...world.flushHost(), courier: route.courier, learnt: { limits: CONTRACT_LIMITS } };
    await runPass(world.outboxes.open(PROJECT), host, { account: byUrl, sharing: 'on', isInsisted: false });
    await world.capture(1, account);
    expect(await world.flush()).toMatchObject({ delivered: 1, duplicate: 0 });
    const { ledgers } = await world.outboxes.open(PROJECT).reading();
    expect(ledgers).toMatchObject([{ hub: world.hub.id, totals: { delivered: 2 } }]);
  });
});

describe('scenario 21: two projects, one shared and one not', () => {
  it('a spy on the wire sees the first one only', async () => {
    const second = '660e8400-e29b-41d4-a716-446655440001';
    const world = new DeliveryWorld();
    await world.registry.remember(HERE);
    await world.registry.remember({ path: '/work/secret', projectUuid: second });
    world.configs.put(HERE.path, config({}));
    world.configs.put('/work/secret', config({ share: false }));
    const account = await world.signIn();
    const shared = await world.capture(3, account);
    await world.capture(3, account, second);
    const seen: string[] = [];
    const send = world.batches.send.bind(world.batches);
    world.batches.send = (request, signal) => {
      seen.push(...request.events.map(({ eventId }) => eventId));
      return send(request, signal);
    };
    expect(await world.flush(true)).toMatchObject({ delivered: 3, ended: { end: 'complete' } });
    expect(seen).toEqual(shared);
    expect((await world.statusOf(second)).accounting.held).toEqual({ 'sharing is off': 3 });
  });
});
