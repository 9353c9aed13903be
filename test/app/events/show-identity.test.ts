import { CryptoHash } from '../../../src/adapters/host/node-host.js';
import { MemoryConfigStore } from '../../../src/adapters/memory/memory-stores.js';
import { MemoryCheckoutRegistry } from '../../support/memory-checkout-registry.js';
import { MemoryLamportStore } from '../../../src/adapters/memory/memory-outbox.js';
import { ShowIdentity } from '../../../src/app/events/show-identity.js';
import { workflowWorld } from '../../support/workflow-world.js';

const project = workflowWorld({ 'src/a.txt': 'a' }, { name: 'demo' });
const { root: ROOT, repository } = project;
const uuid = '550e8400-e29b-41d4-a716-446655440000';

const makeWorld = () => {
  const config = new MemoryConfigStore();
  const checkouts = new MemoryCheckoutRegistry();
  const show = new ShowIdentity({
    configs: config,
    checkouts,
    repository,
    lamport: new MemoryLamportStore('0f1e2d3c4b5a', 41),
    hash: new CryptoHash(),
  });
  return { config, checkouts, show };
};

describe('showing the identity', () => {
  it('says project, node and checkout, and where each value comes from', async () => {
    const { config, show } = makeWorld();
    project.scratch.git('remote', 'add', 'origin', 'https://github.com/acme/repo.git');
    config.put(ROOT, {
      project: { uuid, slug: 'mine', node_id: 'ffffffffffff' },
      sync: { auto_start: false },
    });
    expect(await show.run(`${ROOT}/src`)).toEqual({
      project: {
        uuid: { value: uuid, source: 'config' },
        slug: { value: 'mine', source: 'config' },
        repoSlug: { value: 'acme/repo', source: 'derived' },
        mintedBy: 'ffffffffffff',
      },
      nodeId: '0f1e2d3c4b5a',
      checkout: expect.objectContaining({ root: ROOT, projectRoot: ROOT, branch: 'main' }),
      share: true,
      autoStart: false,
      warnings: [],
    });
    project.scratch.git('remote', 'remove', 'origin');
  });

  it('mints nothing: before the first event there is a name but no uuid', async () => {
    const { config, checkouts, show } = makeWorld();
    const report = await show.run(ROOT);
    expect(report?.project).toEqual({ slug: { value: 'demo', source: 'derived' } });
    expect(await config.read(ROOT)).toEqual({ state: 'absent' });
    expect(await checkouts.list()).toEqual([]);
  });

  it('shows the identity that stands in for a config that cannot be understood', async () => {
    const { config, checkouts, show } = makeWorld();
    config.putBroken(ROOT, 'bad YAML', 3);
    const derived = await show.run(ROOT);
    expect(derived).toMatchObject({
      project: { uuid: { source: 'derived' } },
      share: 'unreadable',
      warnings: [expect.stringContaining('line 3')],
    });
    await checkouts.remember({ path: ROOT, projectUuid: uuid, projectSlug: 'mine' });
    expect(await show.run(ROOT)).toMatchObject({
      project: { uuid: { value: uuid, source: 'remembered' }, slug: { value: 'mine', source: 'remembered' } },
    });
  });

  it('does not believe a memory that holds no uuid', async () => {
    const { checkouts, show } = makeWorld();
    await checkouts.remember({ path: ROOT, projectUuid: '../../etc' });
    expect((await show.run(ROOT))?.project.uuid).toBeUndefined();
  });

  it('has nothing to show outside every project', async () => {
    expect(await makeWorld().show.run(project.scratch.place)).toBeUndefined();
  });
});
