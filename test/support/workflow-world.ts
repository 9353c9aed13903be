import { MemoryFeatureFiles } from '../../src/adapters/memory/memory-feature-files.js';
import { MemoryIntentStore } from '../../src/adapters/memory/memory-intent-store.js';
import { MemoryOutboxes } from '../../src/adapters/memory/memory-outboxes.js';
import { MemoryRepository } from '../../src/adapters/memory/memory-repository.js';
import { MemoryWorkTree } from '../../src/adapters/memory/memory-work-tree.js';
import { GitRepository } from '../../src/adapters/work/git-repository.js';
import { JsonIntentStore } from '../../src/adapters/work/json-intent-store.js';
import { WorkPackageFiles } from '../../src/adapters/work/work-package-files.js';
import { EventEmitter } from '../../src/app/outbox/event-emitter.js';
import { PerformWork } from '../../src/app/work/perform-work.js';
import { ResolveLeftOver } from '../../src/app/work/resolve-left-over.js';
import type { Outboxes } from '../../src/ports/outbox.js';
import type { FeatureFiles, IntentStore, Repository } from '../../src/ports/work.js';
import type { Checkout } from '../../src/ports/events.js';
import { scratchGit, type ScratchGit } from './scratch-git.js';

export const PROJECT = '550e8400-e29b-41d4-a716-446655440000';

/** The ports that workflow commands work with, over one project. */
export interface WorkflowPorts {
  readonly repository: Repository;
  readonly files: FeatureFiles;
  readonly intents: IntentStore;
  readonly outboxes: Outboxes;
}

export interface WorkflowWorld extends WorkflowPorts {
  readonly root: string;
  readonly outboxes: MemoryOutboxes;
  write(path: string, text: string): void;
  checkout(): Promise<Checkout>;
  /** Ids of the captured events, in order. */
  captured(): Promise<readonly string[]>;
  withdrawn(): Promise<number>;
  remove(): void;
}

const seedPaths = (seed: Readonly<Record<string, string>>): readonly string[] => Object.keys(seed);

/** A project in memory whose seed is committed. */
export const memoryWorld = async (
  seed: Readonly<Record<string, string>>,
  options: { readonly underGit?: boolean } = {},
): Promise<WorkflowWorld & { readonly repository: MemoryRepository; readonly tree: MemoryWorkTree }> => {
  const root = '/project';
  const tree = new MemoryWorkTree();
  const repository = new MemoryRepository({ root, files: tree, ...options });
  for (const [path, text] of Object.entries(seed)) tree.write(root, path, text);
  await repository.commit({ checkout: { root, projectRoot: root } }, seedPaths(seed), 'seed');
  const outboxes = new MemoryOutboxes();
  return {
    root,
    tree,
    repository,
    files: new MemoryFeatureFiles(tree),
    intents: new MemoryIntentStore(),
    outboxes,
    write: (path, text) => tree.write(root, path, text),
    ...asked(repository, root, outboxes),
    remove: () => undefined,
  };
};

/** A project in a real repository whose seed is committed; events stay in memory. */
export const gitWorld = (
  seed: Readonly<Record<string, string>>,
): WorkflowWorld & { readonly repository: GitRepository; readonly scratch: ScratchGit } => {
  const scratch = scratchGit();
  for (const [path, text] of Object.entries(seed)) scratch.write(path, text);
  scratch.commitAll('seed');
  const repository = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
  const outboxes = new MemoryOutboxes();
  return {
    root: scratch.root,
    scratch,
    repository,
    files: new WorkPackageFiles(),
    intents: new JsonIntentStore(scratch.stateRoot),
    outboxes,
    write: scratch.write,
    ...asked(repository, scratch.root, outboxes),
    remove: scratch.remove,
  };
};

let ids = 0;

/** The use cases of one process over these ports. */
export const useCases = (ports: WorkflowPorts, maxWaiting = 100) => {
  const emitter = new EventEmitter({
    repository: ports.repository,
    outboxes: ports.outboxes,
    clock: { nowMs: () => Date.UTC(2026, 1, 3, 12) },
    ids: { next: () => `01KGH${(++ids).toString().padStart(21, '0')}` },
    machine: { homeDirectory: '/home/tester' },
    identify: async () =>
      ({ projectUuid: PROJECT, projectSlug: 'project' }) as Awaited<ReturnType<IdentifyOfEmitter>>,
    account: async () => undefined,
    limits: async () => ({ maxWaiting }),
    preference: async () => undefined,
    emitted: () => undefined,
  });
  const resolve = new ResolveLeftOver(ports);
  return {
    emitter,
    resolve,
    perform: new PerformWork({ ...ports, emitter, resolveLeftOver: resolve }),
  };
};

type IdentifyOfEmitter = ConstructorParameters<typeof EventEmitter>[0]['identify'];

const asked = (repository: Repository, root: string, outboxes: MemoryOutboxes) => ({
  checkout: async () => {
    const checkout = await repository.locate(root);
    if (checkout === undefined) throw new Error('the world has no project');
    return checkout;
  },
  captured: async () => {
    const found: string[] = [];
    for await (const { eventId } of outboxes.open(PROJECT).records()) found.push(eventId);
    return found;
  },
  withdrawn: async () => (await outboxes.open(PROJECT).reading()).beside.withdrawn,
});
