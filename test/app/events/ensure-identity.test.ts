import { CryptoHash } from '../../../src/adapters/host/node-host.js';
import { MemoryConfigStore } from '../../../src/adapters/memory/memory-stores.js';
import { MemoryCheckoutRegistry } from '../../support/memory-checkout-registry.js';
import { MemoryLamportStore } from '../../../src/adapters/memory/memory-outbox.js';
import { SeededRandomness } from '../../../src/adapters/memory/memory-host.js';
import { EnsureIdentity } from '../../../src/app/events/ensure-identity.js';
import { SyncError } from '../../../src/domain/errors.js';
import { isUuidV4 } from '../../../src/domain/ids.js';
import { workflowWorld } from '../../support/workflow-world.js';

/** All worlds are about one checkout; what they remember of it is their own. */
const project = workflowWorld({}, { name: 'My Demo' });
const { root: ROOT, repository } = project;
const uuid = '550e8400-e29b-41d4-a716-446655440000';
const whole = { uuid, slug: 'demo', node_id: 'a1b2c3d4e5f6' };

const makeWorld = (originUrl?: string) => {
  const config = new MemoryConfigStore();
  const checkouts = new MemoryCheckoutRegistry();
  const locks: string[] = [];
  const clock = new MemoryLamportStore('0f1e2d3c4b5a');
  /** A process of its own: everything that is shared lies on disk. */
  const process = (seed = 1) =>
    new EnsureIdentity({
      configs: config,
      checkouts,
      lamport: clock,
      hash: new CryptoHash(),
      randomness: new SeededRandomness(seed),
      repository: {
        originUrl: async () => originUrl,
        exclusive: (checkout, work, signal) => {
          locks.push('exclusive');
          return repository.exclusive(checkout, work, signal);
        },
      },
    });
  return { config, checkouts, locks, process };
};

describe('the identity of a checkout', () => {
  it('is minted once, stored, and the same in every later run', async () => {
    const { config, process } = makeWorld('git@github.com:acme/My_Repo.git');
    const checkout = await project.checkout();
    const first = await process(1).run(checkout);
    expect(isUuidV4(first.projectUuid)).toBe(true);
    expect(first).toMatchObject({
      projectSlug: 'my-repo',
      repoSlug: 'acme/My_Repo',
      share: true,
      autoStart: true,
      warnings: [],
    });
    expect(await config.read(ROOT)).toMatchObject({
      document: { project: { uuid: first.projectUuid, slug: 'my-repo', node_id: '0f1e2d3c4b5a' } },
    });
    expect(await process(2).run(checkout)).toEqual(first);
  });

  it('costs neither lock nor write when nothing is missing', async () => {
    const { config, checkouts, locks, process } = makeWorld();
    config.put(ROOT, { project: whole });
    const checkout = await project.checkout();
    const reading = await process().run(checkout);
    expect(reading).toMatchObject({ projectUuid: uuid, projectSlug: 'demo' });
    expect(reading).not.toHaveProperty('repoSlug');
    expect(locks).toEqual([]);
    expect(await checkouts.recall(ROOT)).toEqual({
      path: ROOT,
      projectUuid: uuid,
      projectSlug: 'demo',
      share: true,
      configReadable: true,
    });
    expect(await process().run(checkout)).toEqual(reading);
  });

  it('keeps what is there and fills in only what is missing', async () => {
    const { config, process } = makeWorld();
    config.put(ROOT, {
      project: { uuid, repo_slug: 'set/by-hand' },
      sync: { share: false, auto_start: false },
    });
    expect(await process().run(await project.checkout())).toMatchObject({
      projectUuid: uuid,
      projectSlug: 'my-demo',
      repoSlug: 'set/by-hand',
      share: false,
      autoStart: false,
    });
    expect(await config.read(ROOT)).toMatchObject({
      document: { project: { uuid, slug: 'my-demo' }, sync: { share: false } },
    });
  });

  it('is one and the same for any number of simultaneous first runs', async () => {
    const { process } = makeWorld();
    const checkout = await project.checkout();
    const readings = await Promise.all(Array.from({ length: 16 }, (_, seed) => process(seed).run(checkout)));
    expect(new Set(readings.map((reading) => reading.projectUuid)).size).toBe(1);
  });

  it('is completed under the lock that the caller holds already', async () => {
    const { config, locks, process } = makeWorld();
    const reading = await repository.exclusive(await project.checkout(), (held) =>
      process().run(held.checkout, held),
    );
    expect(await config.read(ROOT)).toMatchObject({ document: { project: { uuid: reading.projectUuid } } });
    expect(locks).toEqual([]);
  });
});

describe('a config that cannot be written', () => {
  it('yields the same identity in every run, derived from origin, with one warning', async () => {
    const { config, process } = makeWorld('https://github.com/acme/repo');
    config.makeReadOnly(ROOT);
    const checkout = await project.checkout();
    const first = await process(1).run(checkout);
    expect(first).toMatchObject({ projectSlug: 'repo', share: true });
    expect(first.warnings).toHaveLength(1);
    const second = await process(2).run(checkout);
    expect(second).toMatchObject({ projectUuid: first.projectUuid });

    const elsewhere = makeWorld('git@github.com:acme/repo.git');
    elsewhere.config.makeReadOnly(ROOT);
    expect((await elsewhere.process(3).run(checkout)).projectUuid).toBe(first.projectUuid);
  });

  it('is given the identity it had so far once it can be written', async () => {
    const readOnly = makeWorld();
    readOnly.config.makeReadOnly(ROOT);
    const checkout = await project.checkout();
    const before = await readOnly.process().run(checkout);
    const { config, checkouts, process } = makeWorld();
    await checkouts.remember((await readOnly.checkouts.recall(ROOT))!);
    expect(await process(5).run(await project.checkout())).toMatchObject({
      projectUuid: before.projectUuid,
    });
    expect(await config.read(ROOT)).toMatchObject({ document: { project: { uuid: before.projectUuid } } });
  });

  it('does not inherit the identity of another project that was at its place', async () => {
    const { checkouts, process } = makeWorld('https://github.com/acme/repo');
    await checkouts.remember({ path: ROOT, projectUuid: uuid, projectSlug: 'another' });
    expect((await process().run(await project.checkout())).projectUuid).not.toBe(uuid);
  });

  it('keeps the part that it has', async () => {
    const { config, process } = makeWorld();
    config.put(ROOT, { project: { uuid } });
    config.makeReadOnly(ROOT);
    expect(await process().run(await project.checkout())).toMatchObject({
      projectUuid: uuid,
    });
  });

  it('fails only where the repository is busy', async () => {
    const { config, checkouts } = makeWorld();
    const failing = (error: Error) =>
      new EnsureIdentity({
        configs: config,
        checkouts,
        lamport: new MemoryLamportStore(),
        hash: new CryptoHash(),
        randomness: new SeededRandomness(),
        repository: { originUrl: async () => undefined, exclusive: () => Promise.reject(error) },
      }).run({ root: ROOT, projectRoot: ROOT });
    await expect(failing(new SyncError('lock-busy', 'busy'))).rejects.toMatchObject({ kind: 'lock-busy' });
    await expect(failing(new TypeError('a bug'))).rejects.toThrow('a bug');
    expect(await failing(new SyncError('storage-failed', 'no space'))).toMatchObject({
      warnings: ["The project's identity cannot be stored: no space"],
    });
  });

  it('does not need the registry', async () => {
    const { config, checkouts } = makeWorld();
    config.put(ROOT, { project: whole });
    const run = (error: Error) =>
      new EnsureIdentity({
        configs: config,
        checkouts: Object.assign(Object.create(checkouts), {
          recall: async () => undefined,
          remember: () => Promise.reject(error),
        }) as MemoryCheckoutRegistry,
        lamport: new MemoryLamportStore(),
        hash: new CryptoHash(),
        randomness: new SeededRandomness(),
        repository,
      }).run({ root: ROOT, projectRoot: ROOT });
    expect(await run(new SyncError('storage-failed', 'no space'))).toMatchObject({ projectUuid: uuid });
    await expect(run(new TypeError('a bug'))).rejects.toThrow('a bug');
  });
});

describe('scenario 20: a config that cannot be understood', () => {
  it('keeps the identity that was remembered and holds the events', async () => {
    const { config, checkouts, locks, process } = makeWorld();
    const checkout = await project.checkout();
    config.put(ROOT, { project: whole, sync: { share: false } });
    await process().run(checkout);
    config.putBroken(ROOT, 'holds a merge conflict marker', 4);
    const reading = await process().run(checkout);
    expect(reading).toMatchObject({
      projectUuid: uuid,
      projectSlug: 'demo',
      share: 'unreadable',
      warnings: [expect.stringContaining('line 4: holds a merge conflict marker')],
    });
    expect(locks).toEqual([]);
    expect(await checkouts.recall(ROOT)).toMatchObject({
      share: false,
      configReadable: false,
      projectUuid: uuid,
    });
  });

  it('derives an identity where none was ever seen, the same in the next run', async () => {
    const { config, process } = makeWorld();
    config.putBroken(ROOT, 'bad YAML');
    const checkout = await project.checkout();
    const first = await process(1).run(checkout);
    expect(first).toMatchObject({ share: 'unreadable' });
    expect((await process(2).run(checkout)).projectUuid).toBe(first.projectUuid);
  });

  it.each([
    ['a list', ['x']],
    ['a uuid of the wrong type', { project: { ...whole, uuid: 7 } }],
    ['a node id that was read as a number', { project: { ...whole, node_id: 123456789012 } }],
  ])('is never written to: %s', async (_name, document) => {
    const { config, locks, process } = makeWorld();
    config.put(ROOT, document);
    const before = await config.read(ROOT);
    const reading = await process().run(await project.checkout());
    expect(reading).toMatchObject({
      share: 'unreadable',
      warnings: [expect.stringContaining('cannot be understood')],
    });
    expect(await config.read(ROOT)).toEqual(before);
    expect(locks).toEqual([]);
  });

  it('is not written to either when it breaks between the first look and the lock', async () => {
    const { config, checkouts } = makeWorld();
    const racing = new EnsureIdentity({
      configs: config,
      checkouts,
      lamport: new MemoryLamportStore(),
      hash: new CryptoHash(),
      randomness: new SeededRandomness(),
      repository: {
        originUrl: async () => undefined,
        exclusive: (checkout, work) => {
          config.putBroken(ROOT, 'half written by somebody');
          return work({ checkout });
        },
      },
    });
    expect(await racing.run(await project.checkout())).toMatchObject({ share: 'unreadable' });
    expect(await config.read(ROOT)).toMatchObject({ state: 'unreadable' });
  });

  it('mentions values without consequence and goes on', async () => {
    const { config, process } = makeWorld();
    config.put(ROOT, { project: { ...whole, repo_slug: 'no-owner' } });
    expect(await process().run(await project.checkout())).toMatchObject({
      share: true,
      warnings: ['.kittify/config.yaml: project.repo_slug is ignored: it must read owner/name.'],
    });
  });
});

describe('a memory of checkouts that cannot be read', () => {
  it('scenario 5: fails no command and is not written over', async () => {
    const { config, checkouts, process } = makeWorld();
    const checkout = await project.checkout();
    const { projectUuid } = await process().run(checkout);
    const remembered = await checkouts.recall(ROOT);
    const recall = checkouts.recall.bind(checkouts);
    checkouts.recall = () => Promise.reject(new SyncError('storage-failed', 'The disk does not answer.'));
    expect(await process().run(checkout)).toMatchObject({ projectUuid });
    config.putBroken(ROOT, 'no YAML');
    await process().run(checkout);
    checkouts.recall = recall;
    expect(await checkouts.recall(ROOT)).toEqual(remembered);
  });
});
