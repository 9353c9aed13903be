import { MemoryBackgroundPost } from '../../support/memory-background.js';
import { MemorySettingsStore } from '../../../src/adapters/memory/memory-stores.js';
import { GetSyncStatus } from '../../../src/app/reports/get-sync-status.js';
import type { SettingsReading } from '../../../src/ports/events.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { fact, PROJECT } from '../../support/facts.js';

const SECOND = '660e8400-e29b-41d4-a716-446655440001';

const ready = async (set: Partial<SettingsReading> = {}) => {
  const world = new DeliveryWorld();
  const settings = new MemorySettingsStore(set);
  const post = new MemoryBackgroundPost();
  const status = new GetSyncStatus({
    outboxes: world.outboxes,
    checkouts: world.registry,
    sharing: world.sharing,
    settings,
    wallClock: world.time,
    backgroundPost: post,
    account: () => world.account(),
  });
  return { world, settings, post, status };
};

describe('the sync status', () => {
  it('of a fresh machine is empty', async () => {
    const { status } = await ready();
    const { settings: _settings, ...rest } = await status.run();
    expect(rest).toEqual({
      projects: [],
      background: { state: 'not running', connection: 'Offline' },
      limits: { maxQueueSize: 100_000, fullness: 0 },
    });
  });

  it('names account and server, else the server that was set', async () => {
    const { world, settings, status } = await ready();
    await settings.set('server_url', 'https://set.example.org');
    expect(await status.run()).toMatchObject({ server: 'https://set.example.org' });
    await world.signIn();
    expect(await status.run()).toMatchObject({
      server: world.hub.url,
      account: { hub: world.hub.id, team: 'acme', username: 'ada' },
    });
  });

  it('accounts for every project by itself', async () => {
    const { world, status } = await ready();
    const account = await world.signIn();
    await world.capture(2, account);
    await world.flush();
    await world.capture(1, account);
    await world.capture(4, undefined, SECOND);
    await world.registry.setPreference(SECOND, 'off');
    await world.registry.remember({ path: '/work/demo', projectUuid: PROJECT, projectSlug: 'demo' });
    const { projects } = await status.run();
    expect(projects).toMatchObject([
      {
        projectUuid: PROJECT,
        projectSlug: 'demo',
        balanced: true,
        hub: world.hub.id,
        team: 'acme',
        lastReceiptAtMs: world.time.nowMs(),
        oldestWaiting: '2026-03-01T09:30:00.123Z',
        accounting: { captured: 3, delivered: 2, pending: 1 },
      },
      { projectUuid: SECOND, balanced: true, accounting: { captured: 4, held: { 'sharing is off': 4 } } },
    ]);
    expect(projects[1]?.projectSlug).toBeUndefined();
  });

  it('shows events without identity as held, and what stands beside the identity', async () => {
    const { world, status } = await ready();
    await world.outboxes.open(undefined).capture([fact(1), fact(2)], { maxWaiting: 1 });
    await world.outboxes.open(undefined).noteWithdrawn(['x']);
    expect((await status.run()).projects).toMatchObject([
      {
        projectUuid: undefined,
        balanced: true,
        accounting: { captured: 1, held: { 'no project identity': 1 } },
        beside: { refused: 1, withdrawn: 1 },
      },
    ]);
  });

  it('shows the ledgers of hubs that are not in use any more', async () => {
    const { world, status } = await ready();
    await world.capture(1, await world.signIn());
    await world.flush();
    await world.signOut();
    const other = world.addHub({ url: 'https://other.example.org' });
    await world.capture(1, await world.signIn('ada', other));
    await world.flush();
    expect((await status.run()).projects).toMatchObject([
      { hub: other.id, former: [{ hub: world.hub.id, totals: { delivered: 1 } }] },
    ]);
  });

  it('says how long the oldest event waits, and how full the fullest outbox is', async () => {
    const { world, status } = await ready({ maxQueueSize: 8 });
    await world.capture(2, await world.signIn());
    await world.capture(4, undefined, SECOND);
    world.time.set(Date.parse('2026-03-01T09:31:00.123Z'));
    const { projects, limits } = await status.run();
    expect(projects).toMatchObject([
      { waiting: 2, oldestWaitingAgeMs: 60_000 },
      { waiting: 4, oldestWaitingAgeMs: 60_000 },
    ]);
    expect(limits).toEqual({ maxQueueSize: 8, fullness: 0.5 });
  });

  it('shows what the background process last said of itself, and whether it is there', async () => {
    const { world, post, status } = await ready();
    const beat = {
      version: '1.0.0',
      processId: 7,
      startedAtMs: 1,
      atMs: world.time.nowMs(),
      connection: 'Connected' as const,
      progressAtMs: 1,
    };
    await post.occupy();
    await post.beat(beat);
    expect((await status.run()).background).toEqual({
      state: 'running',
      connection: 'Connected',
      heartbeat: { ...beat, ageMs: 0 },
    });
    await world.time.advance(60_000);
    expect((await status.run()).background).toMatchObject({
      state: 'silent',
      connection: 'Offline',
      heartbeat: { ageMs: 60_000 },
    });
  });

  it('does not believe a heartbeat whose process is gone', async () => {
    const { world, post, status } = await ready();
    const place = await post.occupy();
    expect((await status.run()).background).toEqual({ state: 'running', connection: 'Offline' });
    await post.beat({
      ...{ version: '1.0.0', processId: 7, startedAtMs: 1, progressAtMs: 1 },
      atMs: world.time.nowMs(),
      connection: 'Connected',
    });
    place?.release();
    expect((await status.run()).background).toMatchObject({ state: 'not running', connection: 'Offline' });
  });

  it('changes nothing', async () => {
    const { world, status } = await ready();
    await world.capture(3, await world.signIn());
    const before = await world.outboxes.open(PROJECT).reading();
    await status.run();
    expect(await world.outboxes.open(PROJECT).reading()).toEqual(before);
  });

  it('says what is wrong with records that it finds out of balance', async () => {
    const { world, status } = await ready();
    const account = await world.signIn();
    await world.capture(1, account);
    await world.flush();
    await world.outboxes
      .open(PROJECT)
      .pass((sender) =>
        sender.settle((ledgers) =>
          ledgers.map((ledger) => ({ ...ledger, totals: { ...ledger.totals, delivered: 7 } })),
        ),
      );
    expect((await status.run()).projects).toMatchObject([{ balanced: false }]);
  });
});
