import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryCheckoutRegistry } from '../../support/memory-checkout-registry.js';
import { MemoryLamportStore } from '../../../src/adapters/memory/memory-outbox.js';
import { YamlConfigStore } from '../../../src/adapters/events/yaml-config-store.js';
import { CryptoHash, CryptoRandomness } from '../../../src/adapters/host/node-host.js';
import { EnsureIdentity } from '../../../src/app/events/ensure-identity.js';
import { InitProject, type InitRequest } from '../../../src/app/work/init-project.js';
import { workflowWorld, type WorkflowWorld } from '../../support/workflow-world.js';

const CONFIG = '.kittify/config.yaml';

describe('giving a project its identity', () => {
  let world: WorkflowWorld;
  let checkouts: MemoryCheckoutRegistry;
  let identity: EnsureIdentity;
  beforeEach(() => {
    world = workflowWorld({ 'a.txt': 'a\n' });
    checkouts = new MemoryCheckoutRegistry();
    identity = new EnsureIdentity({
      configs: new YamlConfigStore(),
      checkouts,
      repository: world.repository,
      lamport: new MemoryLamportStore(),
      randomness: new CryptoRandomness(),
      hash: new CryptoHash(),
    });
  });

  const init = (request: Partial<InitRequest> = {}) =>
    new InitProject({
      repository: world.repository,
      files: world.files,
      configs: new YamlConfigStore(),
      lamport: new MemoryLamportStore(),
      ensureIdentity: identity,
    }).run({ directory: world.root, ...request });

  const log = (): readonly string[] => world.scratch.git('log', '--format=%s').trim().split('\n');
  const status = (): string => world.scratch.git('status', '--porcelain');

  it('makes the config and commits exactly it', async () => {
    world.scratch.write('b.txt', 'mine\n');
    world.scratch.git('add', 'b.txt');
    const made = await init();
    expect(made).toMatchObject({
      projectRoot: world.root,
      config: 'created',
      identity: { projectSlug: 'project' },
    });
    expect(made.commit).toBe(world.scratch.git('rev-parse', 'HEAD').trim());
    expect(world.scratch.read(CONFIG)).toContain(made.identity.projectUuid);
    expect(world.scratch.git('show', '--name-only', '--format=', 'HEAD').trim()).toBe(CONFIG);
    expect(status()).toBe('A  b.txt\n');
  });

  it('does nothing when it is done, byte for byte', async () => {
    const made = await init();
    const text = world.scratch.read(CONFIG);
    const again = await init();
    expect(again).toMatchObject({
      config: 'unchanged',
      identity: { projectUuid: made.identity.projectUuid },
    });
    expect(again.commit).toBeUndefined();
    expect(world.scratch.read(CONFIG)).toBe(text);
    expect(log()).toHaveLength(2);
  });

  it('completes what is there and keeps the rest', async () => {
    world.scratch.write(CONFIG, '# ours\nagents:\n  available: [x]\n');
    world.scratch.commitAll('config');
    const done = await init();
    expect(done.config).toBe('completed');
    expect(world.scratch.read(CONFIG)).toContain('# ours\nagents:\n  available: [x]\n');
    expect(status()).toBe('');
  });

  it('commits an identity that an earlier command minted without a commit, but no edit of the user', async () => {
    await identity.run(await world.checkout());
    expect(await init()).toMatchObject({ config: 'unchanged', commit: expect.any(String) });
    world.scratch.write(CONFIG, `${world.scratch.read(CONFIG)}# mine\n`);
    const again = await init();
    expect(again.commit).toBeUndefined();
    expect(status()).toBe(` M ${CONFIG}\n`);
  });

  it('leaves the commit to the user when asked to', async () => {
    expect((await init({ commit: false })).commit).toBeUndefined();
    expect(status()).toBe('?? .kittify/\n');
  });

  it('leaves a config that is ignored where it is', async () => {
    world.scratch.write('.gitignore', '.kittify/\n');
    world.scratch.commitAll('ignore');
    const made = await init();
    expect(made.config).toBe('created');
    expect(made.commit).toBeUndefined();
    expect(existsSync(join(world.root, CONFIG))).toBe(true);
  });

  it('scenario 29: takes it back when git refuses the commit, and proposes the same identity next time', async () => {
    world.scratch.hook('pre-commit', 'echo "signed commits only" >&2; exit 1');
    await expect(init()).rejects.toMatchObject({
      kind: 'commit-refused',
      message: expect.stringContaining('signed commits only'),
    });
    expect(status()).toBe('');
    const proposed = (await checkouts.recall(world.root))?.projectUuid;
    world.scratch.hook('pre-commit', 'exit 0');
    expect((await init()).identity.projectUuid).toBe(proposed);
  });

  it('refuses a config that cannot be understood, with the way out, and touches nothing', async () => {
    world.scratch.write(CONFIG, 'project: [1, 2\n');
    await expect(init()).rejects.toMatchObject({
      kind: 'config-unreadable',
      message: expect.stringContaining('config.yaml'),
      hint: expect.stringContaining('init --repair'),
    });
    expect(world.scratch.read(CONFIG)).toBe('project: [1, 2\n');
  });

  it('repairs it when asked to, keeping the identity that was remembered and the broken file', async () => {
    const made = await init();
    world.scratch.write(CONFIG, 'project: [1, 2\n');
    world.scratch.commitAll('break');
    const repaired = await init({ repair: true });
    expect(repaired).toMatchObject({
      config: 'repaired',
      setAside: 'config.yaml.broken-1',
      identity: { projectUuid: made.identity.projectUuid },
    });
    expect(world.scratch.read('.kittify/config.yaml.broken-1')).toBe('project: [1, 2\n');
    expect(status()).toBe('?? .kittify/config.yaml.broken-1\n');
  });

  it('repairs a file that is no text at all', async () => {
    mkdirSync(join(world.root, '.kittify'));
    writeFileSync(join(world.root, CONFIG), Buffer.from([0xff, 0xfe, 0x00]));
    expect(await init({ repair: true })).toMatchObject({ config: 'repaired' });
  });

  it('takes the repair back as well when git refuses the commit', async () => {
    world.scratch.write(CONFIG, 'project: [1, 2\n');
    world.scratch.commitAll('break');
    world.scratch.hook('pre-commit', 'exit 1');
    await expect(init({ repair: true })).rejects.toMatchObject({ kind: 'commit-refused' });
    expect(world.scratch.read(CONFIG)).toBe('project: [1, 2\n');
    expect(status()).toBe('');
  });

  it('has nothing to repair in a good config', async () => {
    await init();
    expect(await init({ repair: true })).toMatchObject({ config: 'unchanged' });
  });

  it('makes a project of a directory outside git, without a commit', async () => {
    const directory = join(world.scratch.place, 'plain');
    mkdirSync(directory);
    const made = await init({ directory });
    expect(made).toMatchObject({
      projectRoot: directory,
      config: 'created',
      identity: { projectSlug: 'plain' },
    });
    expect(made.commit).toBeUndefined();
    expect(readdirSync(join(directory, '.kittify'))).toEqual(['config.yaml']);
    expect(await init({ directory })).toMatchObject({ config: 'unchanged' });
  });

  it('fails where the identity cannot be stored', async () => {
    if (process.getuid?.() === 0) {
      // The superuser may write anywhere, so a file in the place of the folder has to do.
      world.scratch.write('.kittify', 'a file\n');
    } else {
      mkdirSync(join(world.root, '.kittify'));
      chmodSync(join(world.root, '.kittify'), 0o500);
    }
    await expect(init()).rejects.toMatchObject({
      kind: expect.stringMatching(/^config-(not-writable|unreadable)$/),
    });
  });

  it('gives several first runs at once one identity', async () => {
    const made = await Promise.all([init(), init(), init()]);
    expect(new Set(made.map((each) => each.identity.projectUuid)).size).toBe(1);
    expect(log()).toHaveLength(2);
  });
});
