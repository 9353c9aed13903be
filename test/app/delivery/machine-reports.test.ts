import { Flush } from '../../../src/app/delivery/flush.js';
import { HubReceipts } from '../../../src/app/delivery/hub-receipts.js';
import { MachineReports } from '../../../src/app/delivery/machine-reports.js';
import { CAPABILITIES } from '../../../src/domain/wire.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const reportsOf = (world: DeliveryWorld): MachineReports =>
  new MachineReports({
    accessTokens: world.tokens,
    hubReceipts: new HubReceipts({
      accessTokens: world.tokens,
      receiptReader: { read: () => Promise.resolve({ answer: 'unsupported' }) },
      tokenIssuer: world.issuer,
      wallClock: world.time,
    }),
    batchTransport: world.batches,
    lamport: world.clock,
    outboxes: world.outboxes,
    sharing: world.sharing,
    wallClock: world.time,
    timer: world.time,
  });

describe('what a machine says of itself', () => {
  const node_id = 'aaaaaaaaaaaa';

  it.each([
    ['nothing', []],
    ['everything but that', ['ack', 'auth', 'sequence']],
  ])('is never said to a hub that announced %s', async (_, capabilities) => {
    const world = new DeliveryWorld({ capabilities });
    const account = await world.signIn();
    await world.capture(2, account);
    await reportsOf(world).tell();
    expect(world.hub.reports).toEqual([]);
  });

  it('is said to nobody before somebody is signed in', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    await reportsOf(world).tell();
    expect(world.hub.reports).toEqual([]);
  });

  it('counts what waits here for that hub alone', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    const account = await world.signIn();
    const reports = reportsOf(world);
    const saidNext = async () => {
      await reports.tell();
      return world.hub.reports.pop();
    };
    expect(await saidNext()).toEqual({ node_id, waiting: { events: 0 } });
    await world.capture(3, account);
    await world.capture(1, { ...account, team: 'another' });
    expect(await saidNext()).toEqual({ node_id, waiting: { events: 3, oldest_ms: expect.any(Number) } });
    await world.flush();
    expect(await saidNext()).toEqual({ node_id, waiting: { events: 0 } });
  });

  it('says nothing of what waits in a project that is not shared', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    const account = await world.signIn();
    await world.capture(3, account);
    await world.registry.setPreference(PROJECT, 'off');
    await reportsOf(world).tell();
    expect(world.hub.reports).toEqual([{ node_id, waiting: { events: 0 } }]);
  });

  it('is said once a minute, and ten seconds apart when it has changed', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    await world.signIn();
    const reports = reportsOf(world);
    const over = new AbortController();
    const running = reports.run(over.signal);
    await world.settle();
    expect(world.hub.reports).toHaveLength(1);
    for (let second = 0; second < 9; second++) {
      reports.changed();
      await world.time.advance(1000);
    }
    expect(world.hub.reports).toHaveLength(1);
    await world.time.advance(1000);
    await world.settle();
    expect(world.hub.reports).toHaveLength(2);
    await world.time.advance(59_000);
    expect(world.hub.reports).toHaveLength(2);
    await world.time.advance(1000);
    await world.settle();
    expect(world.hub.reports).toHaveLength(3);
    over.abort();
    await running;
  });

  it('is said while a backlog leaves batch by batch, with what waits by then', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    const account = await world.signIn();
    await world.capture(45, account);
    const reports = reportsOf(world);
    const over = new AbortController();
    const running = reports.run(over.signal);
    await world.settle();
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      const outcome = await send(request, signal);
      // What is being said is said before time passes.
      await world.settle();
      await world.time.advance(11_000);
      return outcome;
    };
    const route = async () => ({ ...(await world.route.find()), maxEvents: 10 });
    await new Flush(world.flushHost({ reports, route })).run({ isInsisted: false });
    await world.settle();
    const said = world.hub.reports.map(({ waiting }) => waiting?.events ?? Number.NaN);
    expect(said[0]).toBe(45);
    expect(said).toEqual([...said].sort((a, b) => b - a));
    expect(said.filter((events) => events > 0 && events < 45)).not.toEqual([]);
    over.abort();
    await running;
  });

  it('tells of runs of agents as long as their project is shared', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    await world.signIn();
    const sign = { feature_slug: '001-alpha', wp_id: 'WP01', agent: 'claude', silent_ms: 5 };
    const runs = { projectUuid: PROJECT, signs: () => [sign] };
    expect(await reportsOf(world).tell(undefined, runs)).toBe(true);
    expect(world.hub.reports.pop()).toEqual({ node_id, runs: [{ project_uuid: PROJECT, ...sign }] });
    await world.registry.setPreference(PROJECT, 'off');
    expect(await reportsOf(world).tell(undefined, runs)).toBe(false);
    expect(await reportsOf(world).tell(undefined, { ...runs, signs: () => [] })).toBe(false);
    expect(world.hub.reports).toEqual([]);
  });

  it('ends nothing when it cannot be said', async () => {
    const world = new DeliveryWorld({ capabilities: CAPABILITIES });
    await world.signIn();
    world.batches.report = () => Promise.reject(new Error('broken'));
    await expect(reportsOf(world).tell()).resolves.toBe(false);
  });
});
