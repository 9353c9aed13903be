import { ControlledTime } from '../../src/adapters/memory/controlled-time.js';
import { MemoryAgentCatalog } from '../../src/adapters/memory/memory-agent-catalog.js';
import { MemoryAgentRunner, type AgentBehaviour } from '../../src/adapters/memory/memory-agent-runner.js';
import { MemoryAgentTrust } from '../../src/adapters/memory/memory-agent-trust.js';
import { MemoryAgentWork } from '../../src/adapters/memory/memory-agent-work.js';
import { MemoryMerges } from '../../src/adapters/memory/memory-merges.js';
import { SeededRandomness } from '../../src/adapters/memory/seeded-randomness.js';
import { MemoryOrchestrationStore } from '../../src/adapters/memory/memory-orchestration-store.js';
import { AbortOrchestration } from '../../src/app/agents/abort-orchestration.js';
import { MergeWorkPackages } from '../../src/app/work/merge-work-packages.js';
import { MoveWorkPackage } from '../../src/app/work/move-work-package.js';
import {
  OrchestrateFeature,
  type OrchestrateInput,
  type OrchestrationResult,
} from '../../src/app/agents/orchestrate-feature.js';
import type { OrchestrationProgress } from '../../src/app/agents/orchestration-progress.js';
import type { OrchestratorSources } from '../../src/app/agents/orchestrator-sources.js';
import { PerformWork } from '../../src/app/work/perform-work.js';
import { isWorkPackageId } from '../../src/domain/ids.js';
import type { Lane } from '../../src/domain/events/lane.js';
import type { AgentRun } from '../../src/ports/agents.js';
import { mortal, type Fuse } from './mortal.js';
import { FEATURE, pathOf, smallFeature, type WorkPackageSeed } from './planning-documents.js';
import { capturedEvents } from './captured-events.js';
import { memoryWorld, useCases, type WorkflowPorts } from './workflow-world.js';

/** What an agent does with one work package, after so many earlier runs of the same phase on it by anybody. */
export type Script = (
  task: {
    readonly run: AgentRun;
    readonly id: string;
    readonly phase: string;
    readonly earlier: number;
    readonly print: (line: string) => void;
    readonly stopped: AbortSignal;
  },
  world: OrchestrationWorld,
) => Promise<number> | number;

export type OrchestrationWorld = Awaited<ReturnType<typeof orchestrationWorld>>;

/** A verdict with the word that the prompt of the run asks for. */
export const signed = (verdict: string, run: AgentRun, world: OrchestrationWorld): string =>
  `${verdict} ${/`VERDICT: approved (\w+)`/.exec(world.store.prompts.get(run.argv[1] ?? '') ?? '')?.[1] ?? ''}`;

/** Implements by one commit of a file of its own; approves what it reviews. */
export const diligent: Script = ({ run, id, phase, earlier, print }, world) => {
  if (phase === 'review') {
    print(signed('VERDICT: approved', run, world));
    return 0;
  }
  world.repository.commitOn(`${FEATURE}-${id}`, { [`src/${id}.txt`]: `${id} ${earlier}\n` });
  return 0;
};

/** A project in memory, and agents that are functions. */
export const orchestrationWorld = async (
  workPackages: Readonly<Record<string, WorkPackageSeed>>,
  scripts: Readonly<Record<string, Script>> = { ann: diligent, bob: diligent },
) => {
  const memory = await memoryWorld(smallFeature(workPackages));
  const time = new ControlledTime();
  const store = new MemoryOrchestrationStore();
  const work = new MemoryAgentWork();
  const counts = new Map<string, number>();
  const behaviour =
    (script: Script): AgentBehaviour =>
    async (run, print, stopped) => {
      const id = run.environment['SPEC_KITTY_WORK_PACKAGE'] ?? '';
      const phase = run.environment['SPEC_KITTY_PHASE'] ?? '';
      const key = `${id} ${phase}`;
      const earlier = counts.get(key) ?? 0;
      counts.set(key, earlier + 1);
      // Real programs take a while, and others come to their turn meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      return { code: await script({ run, id, phase, earlier, print, stopped }, world) };
    };
  const runner = new MemoryAgentRunner(
    new Map(Object.entries(scripts).map(([name, script]) => [name, behaviour(script)])),
    time,
  );
  const trust = new MemoryAgentTrust();
  const progress: OrchestrationProgress[] = [];
  const catalog = new MemoryAgentCatalog(Object.keys(scripts), {
    ghost: { argv: ['ghost'], isPromptInput: false },
  });
  /** The use case of one process, which may be mortal. */
  const orchestrator = (fuse?: Fuse): OrchestrateFeature => {
    const dies = <T extends object>(port: T, immortal: readonly string[] = []): T =>
      fuse === undefined ? port : mortal(port, fuse, immortal);
    const ports: WorkflowPorts = {
      repository: dies(memory.repository, ['exclusive', 'tryExclusive']),
      files: dies(memory.files),
      intents: dies(memory.intents),
      outboxes: {
        list: () => memory.outboxes.list(),
        open: (key) => dies(memory.outboxes.open(key), ['records']),
      },
    };
    const merges = dies(new MemoryMerges(memory.repository));
    const { emitter, resolve } = useCases(ports, 10_000);
    const sources: OrchestratorSources = {
      repository: ports.repository,
      files: ports.files,
      runner: dies(runner),
      catalog,
      trust,
      work: dies(work),
      store: dies(store),
      clock: time,
      timer: time,
      randomness: new SeededRandomness(runs),
      ids: { next: () => `01KGH${(++runs).toString().padStart(21, 'R0')}` },
      perform: (correlationId) =>
        new PerformWork({
          ...ports,
          emitter: { begin: (checkout) => emitter.begin(checkout, correlationId) },
          resolveLeftOver: resolve,
        }),
      merging: (perform) => new MergeWorkPackages({ ...ports, merges, perform }),
    };
    return new OrchestrateFeature(sources);
  };
  const world = {
    ...memory,
    time,
    store,
    work,
    runner,
    progress,
    catalog,
    orchestrator,
    run: async (
      input: Partial<OrchestrateInput> = {},
      signal?: AbortSignal,
      fuse?: Fuse,
    ): Promise<OrchestrationResult> =>
      orchestrator(fuse).run(
        { checkout: await memory.checkout(), onProgress: (each) => progress.push(each), ...input },
        signal,
      ),
    abort: async () =>
      new AbortOrchestration({ orchestrationStore: store, timer: time, wallClock: time }).run({
        checkout: await memory.checkout(),
      }),
    /** Moves a work package as a person with another terminal does. */
    move: async (workPackageId: string, to: Lane, force = false): Promise<void> => {
      await new MoveWorkPackage({ ...memory, perform: useCases(memory, 10_000).perform }).run({
        checkout: await memory.checkout(),
        workPackageId,
        to,
        force,
      });
    },
    /** A file of the target branch. */
    repositoryText: (path: string): string => memory.repository.tipOf('main')?.files.get(path) ?? '',
    lane: (id: string): string | undefined =>
      /^lane: "?(\w+)/m.exec(memory.tree.text(memory.root, pathOf(id)) ?? '')?.[1],
    /** Every event in short, in the order of capture. */
    told: async (): Promise<readonly string[]> =>
      (await capturedEvents(memory)).map(({ event_type: type, aggregate_id: id, payload }) => {
        const fields = payload as unknown as Record<string, unknown>;
        switch (type) {
          case 'WPStatusChanged':
            return `${id} ${String(fields['previous_status'])}→${String(fields['new_status'])}`;
          case 'WPAssigned':
            return `${id} ${String(fields['phase'])} ${String(fields['agent_id'])} ${String(fields['retry_count'])}`;
          case 'DependencyResolved':
            return `${id} needs ${String(fields['dependency_wp_id'])} no more`;
          default:
            return isWorkPackageId(id) ? `${type} ${id}` : type;
        }
      }),
  };
  return world;
};

let runs = 0;
