import { MemoryOutboxes } from '../../src/adapters/memory/memory-outbox.js';
import { GitMerges } from '../../src/adapters/work/git-merges.js';
import { GitRepository } from '../../src/adapters/work/git-repository.js';
import { JsonIntentStore } from '../../src/adapters/work/json-intent-store.js';
import { WorkPackageFiles } from '../../src/adapters/work/work-package-files.js';
import { EventEmitter } from '../../src/app/outbox/event-emitter.js';
import { PerformWork } from '../../src/app/work/perform-work.js';
import { ResolveLeftOver } from '../../src/app/work/resolve-left-over.js';
import type { Outboxes } from '../../src/ports/outbox.js';
import type { FeatureFiles, IntentStore, Repository } from '../../src/ports/work.js';
import type { Checkout } from '../../src/ports/events.js';
import { scratchFolder, scratchGit, type ScratchGit, type Seed } from './scratch-git.js';

export const PROJECT = '550e8400-e29b-41d4-a716-446655440000';

/** The ports that workflow commands work with, over one project. */
export interface WorkflowPorts {
  readonly repository: Repository;
  readonly files: FeatureFiles;
  readonly intents: IntentStore;
  readonly outboxes: Outboxes;
}

/** A project on disk; its events stay in memory. */
export interface WorkflowWorld extends WorkflowPorts {
  readonly root: string;
  readonly scratch: ScratchGit;
  readonly repository: GitRepository;
  readonly merges: GitMerges;
  readonly outboxes: MemoryOutboxes;
  write(path: string, text: string): void;
  /** Text of a file. */
  text(path: string): string;
  checkout(): Promise<Checkout>;
  /** Ids of the captured events, in order. */
  captured(): Promise<readonly string[]>;
  withdrawn(): Promise<number>;
}

/** A project whose seed is committed; gone after the last test of the file. */
export const workflowWorld = (
  seed: Seed,
  { underGit = true, name = 'project' }: { readonly underGit?: boolean; readonly name?: string } = {},
): WorkflowWorld => {
  const scratch = underGit ? scratchGit(seed, name) : scratchFolder(seed);
  const { root, stateRoot, environment } = scratch;
  const repository = new GitRepository({ stateRoot, environment });
  const outboxes = new MemoryOutboxes();
  return {
    root,
    scratch,
    repository,
    merges: new GitMerges(environment),
    files: new WorkPackageFiles(),
    intents: new JsonIntentStore(stateRoot),
    outboxes,
    write: scratch.write,
    text: scratch.read,
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
  };
};

let ids = 0;

/** The use cases of one process over these ports. */
export const useCases = (ports: WorkflowPorts, maxWaiting = 100) => {
  const emitter = new EventEmitter({
    repository: ports.repository,
    outboxes: ports.outboxes,
    wallClock: { nowMs: () => Date.UTC(2026, 1, 3, 12) },
    eventIds: { next: () => `01KGH${(++ids).toString().padStart(21, '0')}` },
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
