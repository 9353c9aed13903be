import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileAgentTrust } from '../../src/adapters/agents/file-agent-trust.js';
import { GitAgentWork } from '../../src/adapters/agents/git-agent-work.js';
import { JsonOrchestrationStore } from '../../src/adapters/agents/json-orchestration-store.js';
import { StateRoot } from '../../src/adapters/fs/state-root.js';
import { ControlledTime, SeededRandomness } from '../../src/adapters/memory/memory-host.js';
import { type AgentBehaviour, MemoryAgentRunner } from '../../src/adapters/memory/memory-agents.js';
import { MemoryAgentCatalog } from './memory-agent-catalog.js';
import { AbortOrchestration } from '../../src/app/agents/abort-orchestration.js';
import { MoveWorkPackage } from '../../src/app/work/move-work-package.js';
import {
  OrchestrateFeature,
  type OrchestrateInput,
  type OrchestrationResult,
} from '../../src/app/agents/orchestrate-feature.js';
import type { OrchestrationProgress } from '../../src/app/agents/orchestration-progress.js';
import type { OrchestrationPorts } from '../../src/app/agents/orchestration-run.js';
import { isWorkPackageId } from '../../src/domain/ids.js';
import type { Lane } from '../../src/domain/events/lane.js';
import type { PayloadOf } from '../../src/domain/events/payloads.js';
import type { AgentRun, OrchestratorPlace } from '../../src/ports/agents.js';
import { mortal, type Fuse } from './mortal.js';
import { pathOf, smallFeature, type WorkPackageSeed } from './planning-documents.js';
import { capturedEvents } from './captured-events.js';
import { workflowWorld, useCases, type WorkflowPorts } from './workflow-world.js';

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
export const signed = (verdict: string, run: AgentRun): string =>
  `${verdict} ${/`VERDICT: approved (\w+)`/.exec(promptOf(run))?.[1] ?? ''}`;

export const promptOf = (run: AgentRun): string => readFileSync(run.argv[1] ?? '', 'utf8');

/** Implements by a file of its own, which it leaves to be committed; approves what it reviews. */
export const diligent: Script = ({ run, id, phase, earlier, print }) => {
  if (phase === 'review') print(signed('VERDICT: approved', run));
  else writeFileSync(join(run.directory, `${id}.txt`), `${id} ${earlier}\n`);
  return 0;
};

/** A project in a real repository, and agents that are functions. */
export const orchestrationWorld = async (
  workPackages: Readonly<Record<string, WorkPackageSeed>>,
  scripts: Readonly<Record<string, Script>> = { ann: diligent, bob: diligent },
) => {
  const project = workflowWorld(smallFeature(workPackages));
  const { environment, stateRoot } = project.scratch;
  const time = new ControlledTime();
  const store = new JsonOrchestrationStore();
  const occupied: OrchestratorPlace[] = [];
  const occupy = store.occupy.bind(store);
  store.occupy = async (checkout) => {
    const place = await occupy(checkout);
    if (place !== undefined) occupied.push(place);
    return place;
  };
  const work = new GitAgentWork(environment);
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
  const trust = new FileAgentTrust(new StateRoot(stateRoot));
  const progress: OrchestrationProgress[] = [];
  const catalog = new MemoryAgentCatalog(Object.keys(scripts), {
    ghost: { argv: ['ghost'] },
  });
  /** The use case of one process, which may be mortal. */
  const orchestrator = (fuse?: Fuse): OrchestrateFeature => {
    const dies = <T extends object>(port: T, immortal: readonly string[] = []): T =>
      fuse === undefined ? port : mortal(port, fuse, immortal);
    const ports: WorkflowPorts = {
      repository: dies(project.repository, ['exclusive', 'tryExclusive']),
      files: dies(project.files),
      intents: dies(project.intents),
      outboxes: {
        list: () => project.outboxes.list(),
        open: (key) => dies(project.outboxes.open(key), ['records']),
      },
    };
    const { emitter, resolve: resolveLeftOver } = useCases(ports, 10_000);
    const all: OrchestrationPorts = {
      ...ports,
      merges: dies(project.merges),
      ...{ emitter, resolveLeftOver },
      agentRunner: dies(runner),
      agentCatalog: catalog,
      agentTrust: trust,
      agentWork: dies(work),
      orchestrationStore: dies(store),
      wallClock: time,
      timer: time,
      randomness: new SeededRandomness(runs),
      eventIds: { next: () => `01KGH${(++runs).toString().padStart(21, 'R0')}` },
    };
    return new OrchestrateFeature(all);
  };
  const world = {
    ...project,
    time,
    store,
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
        { checkout: await project.checkout(), onProgress: (each) => progress.push(each), ...input },
        signal,
      ),
    /** The process is gone, and with it its locks. */
    bury: (): void => occupied.splice(0).forEach((place) => place.release()),
    /** Text of the state that the run keeps; `undefined` when there is none. */
    stateText: (): string | undefined =>
      existsSync(join(project.root, STATE)) ? project.text(STATE) : undefined,
    abort: async () =>
      new AbortOrchestration({ orchestrationStore: store, timer: time, wallClock: time }).run({
        checkout: await project.checkout(),
      }),
    hasState: async (): Promise<boolean> => (await store.read(await project.checkout())).found === 'state',
    /** Moves a work package as a person with another terminal does. */
    move: async (workPackageId: string, to: Lane, force = false): Promise<void> => {
      await new MoveWorkPackage({ ...project, perform: useCases(project, 10_000).perform }).run({
        checkout: await project.checkout(),
        workPackageId,
        to,
        force,
      });
    },
    /** A file of the target branch. */
    repositoryText: (path: string): string => project.scratch.git('show', `main:${path}`),
    lane: (id: string): string | undefined => /^lane: "?(\w+)/m.exec(project.text(pathOf(id)))?.[1],
    /** Waits for what real git is at work on. */
    until: async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    /** Lets time pass until the work has ended; git, which is real, gets its turns. */
    whileTimePasses: async <T>(working: Promise<T>): Promise<T> => {
      let over = false;
      const ended = working.finally(() => (over = true));
      ended.catch(() => undefined);
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await time.advance(1_000);
      }
      return ended;
    },
    /** What was noted of each run of an agent, in the order of capture. */
    took: async () =>
      (await capturedEvents(project)).flatMap(({ event_type: type, payload }) =>
        type === 'HistoryAdded' ? [payload as PayloadOf<'HistoryAdded'>] : [],
      ),
    /** Every other event in short, in the order of capture. */
    told: async (): Promise<readonly string[]> =>
      (await capturedEvents(project)).flatMap(({ event_type: type, aggregate_id: id, payload }) => {
        const fields = payload as unknown as Record<string, unknown>;
        switch (type) {
          case 'HistoryAdded':
            return [];
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

/** Where the run keeps its state. */
export const STATE = '.kittify/orchestration-state.json';

let runs = 0;
