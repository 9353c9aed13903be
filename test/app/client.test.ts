import { existsSync } from 'node:fs';
import {
  MemoryBatchTransport,
  MemoryLiveTransport,
  MemoryNetwork,
  MemoryTokenIssuer,
} from '../../src/adapters/memory/index.js';
import { createClient, type Client, type ClientOptions } from '../../src/app/index.js';
import { isSyncError } from '../../src/domain/errors.js';
import { scratchGit, type ScratchGit } from '../support/scratch-git.js';

let git: ScratchGit;
const clients: Client[] = [];

beforeEach(() => {
  git = scratchGit();
  git.commitAll('seed');
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  git.remove();
});

const clientOf = (options: Partial<ClientOptions> = {}): Client => {
  const client = createClient({
    directory: git.root,
    env: git.environment,
    stateRoot: git.stateRoot,
    backgroundSync: 'off',
    ...options,
  });
  clients.push(client);
  return client;
};

/** A planned feature of two work packages. */
const plan = async (client: Client): Promise<string> => {
  await client.work.initProject.run({ directory: client.directory });
  const checkout = await client.checkout();
  const made = await client.work.makeFeature.run({
    ...{ checkout, title: 'Sync', workPackages: ['Send', 'Receive'], isChain: true },
  });
  const { feature } = made.result;
  await client.work.finalizeTasks.run(await client.feature(feature));
  return feature;
};

describe('a client', () => {
  it('reads, writes and loads nothing before a use case is called', async () => {
    const client = clientOf();
    expect(client.work.readBoard).toBeDefined();
    await client.close();
    expect(existsSync(git.stateRoot)).toBe(false);
  });

  it('works on the plan as the command line does', async () => {
    const client = clientOf();
    const feature = await plan(client);
    const request = await client.feature(feature);
    const begun = await client.work.implementWorkPackage.run({ ...request, workPackageId: 'WP01' });
    expect(begun.result.outcome).toBe('started');
    const moved = await client.work.moveWorkPackage.run({
      ...{ ...request, workPackageId: 'WP01', to: 'for_review', force: true },
    });
    expect(moved.result.to).toBe('for_review');
    const { counts } = await client.work.readBoard.run(request);
    expect(counts).toMatchObject({ planned: 1, for_review: 1 });
    const { projects } = await client.reports.getSyncStatus.run();
    expect(projects).toMatchObject([{ balanced: true }]);
  });

  it('delivers over the transport that it was given', async () => {
    const network = new MemoryNetwork();
    const hub = network.addHub({ url: 'https://hub.example.org' });
    hub.signIns.addUser('ada', 'secret', 'acme');
    const client = clientOf({
      overrides: {
        tokenIssuer: new MemoryTokenIssuer(network),
        batchTransport: new MemoryBatchTransport(network),
        liveTransport: new MemoryLiveTransport(network),
      },
    });
    const proof = { with: 'password', username: 'ada', password: 'secret' } as const;
    await client.delivery.signIn.run({ serverUrl: hub.url, proof }, async () => true);
    await plan(client);
    const report = await client.delivery.flush.run({ isInsisted: true });
    expect(report.ended).toEqual({ end: 'complete' });
    expect(hub.storedIds('acme')).toHaveLength(report.delivered);
    expect(report.delivered).toBeGreaterThan(0);
  });

  it('goes by the clock that it was given', async () => {
    const client = clientOf({ overrides: { wallClock: { nowMs: () => 42 } } });
    expect((await client.port('wallClock')).nowMs()).toBe(42);
  });

  it('takes the feature that is named, else the one of the variable', async () => {
    const client = clientOf({ env: { ...git.environment, SPECIFY_FEATURE: '002' } });
    expect(await client.feature('001')).toMatchObject({ feature: '001', featureVariable: '002' });
    expect(await client.feature()).toMatchObject({ featureVariable: '002' });
  });

  it('tells with kind and hint what went wrong', async () => {
    const client = clientOf({ directory: git.place });
    expect(await client.findCheckout()).toBeUndefined();
    const error = await client.checkout().catch((reason: unknown) => reason);
    expect(isSyncError(error) && error.kind).toBe('not-a-repository');
    expect(isSyncError(error) && error.hint).toMatch(/./);
  });

  it('can be awaited by accident, as can its rooms and use cases', async () => {
    const client = clientOf();
    expect(await client.work).toBe(client.work);
    expect(await client.work.readBoard).toBeDefined();
  });

  it('answers no call after it was closed, and may be closed again', async () => {
    const client = clientOf();
    await client.port('wallClock');
    await client[Symbol.asyncDispose]();
    await client.close();
    await expect(client.reports.getSyncStatus.run()).rejects.toThrow('The client is closed.');
  });
});
