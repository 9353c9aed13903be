import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JsonOrchestrationStore } from '../../../src/adapters/agents/json-orchestration-store.js';
import { beginRun, DEFAULT_LIMITS } from '../../../src/domain/agents/begin-run.js';
import { orchestrationStoreContract } from '../../contracts/orchestration-store.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
let projects = 0;

const project = () => {
  const root = join(scratch.path, `project-${++projects}`);
  mkdirSync(join(root, '.git'), { recursive: true });
  return { root, projectRoot: root, commonDir: join(root, '.git') };
};

orchestrationStoreContract({
  name: 'JsonOrchestrationStore',
  durable: true,
  setup: async () => {
    const checkout = project();
    const path = join(checkout.root, '.kittify', 'orchestration-state.json');
    return {
      subject: new JsonOrchestrationStore(),
      reopen: () => new JsonOrchestrationStore(),
      checkout,
      other: project(),
      file: {
        read: () => readFileSync(path, 'utf8'),
        write: (text) => {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        },
      },
    };
  },
});

describe('the files of an orchestration', () => {
  const state = beginRun(
    {
      runId: '01KGH000000000000000000000',
      feature: '001-any',
      startedAt: 'x',
      agents: [],
      limits: DEFAULT_LIMITS,
    },
    { graph: { ids: [], edges: [] }, workPackages: new Map() },
  );

  it('are readable by their owner alone', async () => {
    const checkout = project();
    const store = new JsonOrchestrationStore();
    const place = await store.occupy(checkout);
    if (place === undefined) throw new Error('the place is taken');
    await store.write(place, state);
    const prompt = await store.keepPrompt(place, '001-any', 'WP01-review-1', 'text');
    for (const path of [prompt, join(checkout.root, '.kittify', 'orchestration-state.json')])
      expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(dirname(await store.logPath(place, '001-any', 'x'))).isDirectory()).toBe(true);
    place.release();
  });

  it('that a writer left beside the state when it died are gone with the next orchestrator', async () => {
    const checkout = project();
    const folder = join(checkout.root, '.kittify');
    mkdirSync(folder);
    writeFileSync(join(folder, '.orchestration-state.json.12.abc.0.tmp'), '{');
    writeFileSync(join(folder, 'config.yaml'), '');
    (await new JsonOrchestrationStore().occupy(checkout))?.release();
    expect(readdirSync(folder)).toEqual(['config.yaml']);
  });

  it('that cannot be read or written are storage that failed', async () => {
    const checkout = project();
    mkdirSync(join(checkout.root, '.kittify', 'orchestration-state.json'), { recursive: true });
    const store = new JsonOrchestrationStore();
    await expect(store.read(checkout)).rejects.toMatchObject({ kind: 'storage-failed' });
    const place = await store.occupy(checkout);
    if (place === undefined) throw new Error('the place is taken');
    await expect(store.write(place, state)).rejects.toMatchObject({ kind: 'storage-failed' });
    expect(readdirSync(join(checkout.root, '.kittify'))).toEqual(['orchestration-state.json']);
    place.release();
  });
});
