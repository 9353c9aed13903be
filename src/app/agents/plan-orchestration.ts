import { SyncError } from '../../domain/errors.js';
import { describeIssues } from '../../domain/result.js';
import { dependencyFaults, describeDependencyFault } from '../../domain/work/dependency-graph.js';
import { DEFAULT_LIMITS } from '../../domain/agents/begin-run.js';
import { limits, type RunLimits } from '../../domain/agents/state.js';
import { isDocument } from '../../domain/document.js';
import { isElsewhere, laneOf, wavesOf, type FeatureView } from '../../domain/agents/view.js';
import type { ClientPorts } from '../../ports/client.js';
import type { AgentCatalog, AgentCatalogReading, AgentCommand } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import type { DataOf } from '../documents/all.js';
import {
  frontMatterGraph,
  refuseFaults,
  refuseUninitialized,
  type FeatureState,
} from '../work/feature-state.js';
import { branchesOf, describeGroup } from '../work/feature-branches.js';
import { loadFeature, locateFeature, type FeatureRequest } from '../work/locate-feature.js';
import { UseCase } from '../use-case.js';

export interface OrchestrationRequest extends FeatureRequest {
  /** Names in the order of preference; absent or empty: those of the project's config. */
  readonly agents?: readonly string[];
  /** What differs from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<RunLimits>;
}

/** What a run would do, and with whom; what is done is in no wave. */
export interface OrchestrationPlan extends NonNullable<DataOf<'orchestrate'>['plan']> {
  readonly commands: readonly AgentCommand[];
}

type PlanOrchestrationPorts = Pick<ClientPorts, 'repository' | 'files' | 'agentCatalog'>;

/** Says what an orchestration would do. Changes nothing. */
export class PlanOrchestration extends UseCase<PlanOrchestrationPorts> {
  /** Fails as a run would before it begins. */
  async run(request: OrchestrationRequest): Promise<OrchestrationPlan> {
    const { feature, view, commands } = await prepareOrchestration(this.ports, request);
    return {
      feature,
      agents: commands.map(({ agent }) => agent),
      commands,
      limits: { ...DEFAULT_LIMITS, ...request.limits },
      waves: wavesOf(view),
      elsewhere: view.graph.ids.filter((id) => isElsewhere(view, id)),
      done: view.graph.ids.filter((id) => laneOf(view, id) === 'done'),
    };
  }
}

/** What an orchestration has to know of a feature. */
export const viewOf = (state: FeatureState): FeatureView => ({
  graph: frontMatterGraph(state),
  workPackages: new Map(state.workPackages.map((each) => [each.id, each])),
});

/** A feature that can be orchestrated, and the agents for it in the order of preference. */
export interface Preparation {
  readonly feature: string;
  readonly view: FeatureView;
  readonly commands: readonly AgentCommand[];
}

/**
 * Looks whether a feature can be orchestrated. Fails with `not-a-repository`, `feature-not-found`, `feature-ambiguous`,
 * `work-package-unreadable`, `dependency-invalid`, with `input-invalid` for limits that are none and for agents that
 * nobody knows, and with `dependency-missing` for agents whose program is not on this machine.
 */
export const prepareOrchestration = async (
  { repository, files, agentCatalog: catalog }: PlanOrchestrationPorts,
  request: OrchestrationRequest,
): Promise<Preparation> => {
  const { checkout } = request;
  refuseOutsideGit(checkout);
  refuseLimits(request.limits);
  const feature = await locateFeature(files, repository, request);
  const state = await loadFeature(files, checkout.projectRoot, feature);
  refuseFaults(state);
  refuseGroups(state);
  refuseUninitialized(state.workPackages);
  const view = viewOf(state);
  refuseGraph(view);
  const commands = chooseAgents(await catalog.read(checkout.projectRoot), request.agents ?? []);
  await refuseMissing(catalog, checkout.projectRoot, commands);
  return { feature, view, commands };
};

export const refuseOutsideGit = ({ commonDir }: Checkout): void => {
  if (commonDir !== undefined) return;
  throw new SyncError('not-a-repository', 'Agents work in git worktrees, and here is no git.', {
    hint: 'Run "git init" and commit once, then run the command again.',
  });
};

const refuseLimits = (given: Partial<RunLimits> = {}): void => {
  if (isDocument(limits, { ...DEFAULT_LIMITS, ...given })) return;
  throw new SyncError('input-invalid', 'A limit of the orchestration cannot be used.', {
    hint: 'At least one agent at a time, no retry or more, and some time for each run.',
  });
};

/** Agents work on a branch for each work package. */
const refuseGroups = ({ documents, workPackages }: FeatureState): void => {
  const { group } = branchesOf(documents);
  const lines = workPackages.flatMap(({ id, lane }) => {
    const found = lane === 'done' ? undefined : group(id);
    return found === undefined ? [] : [`${describeGroup(id, found)}.`];
  });
  if (lines.length === 0) return;
  throw new SyncError('input-invalid', lines.join('\n'), {
    hint: 'An orchestration gives each work package a branch of its own. Take the groups out of lanes.json, or go on with the program that made them.',
  });
};

/** Whatever has a cycle or names what is not there would wait for ever. */
const refuseGraph = ({ graph }: FeatureView): void => {
  if (graph.ids.length === 0) {
    throw new SyncError('work-package-not-found', 'The feature has no work packages.', {
      hint: 'Its folder tasks/ needs files such as WP01-title.md.',
    });
  }
  const faults = dependencyFaults(graph);
  if (faults.length === 0) return;
  throw new SyncError('dependency-invalid', faults.map(describeDependencyFault).join('\n'), {
    hint: 'Correct the dependencies and run "spec-kitty agent feature finalize-tasks".',
  });
};

/**
 * The agents that were asked for, else those of the project that have a command. Whatever the config says of commands and
 * cannot be used is refused: what is known by the same name may do more than the project wants.
 */
const chooseAgents = (
  { available, commands, issues }: AgentCatalogReading,
  asked: readonly string[],
): readonly AgentCommand[] => {
  if (issues.length > 0) {
    throw new SyncError('input-invalid', `In .kittify/config.yaml, ${describeIssues(issues)}.`, {
      hint: 'Correct it; docs/orchestrate.md says how agents are named there.',
    });
  }
  const known = [...commands.keys()].join(', ');
  const usable = available.filter((name) => commands.has(name));
  const [names = []] = [asked, usable, available].filter((list) => list.length > 0);
  if (names.length === 0) {
    throw new SyncError('input-invalid', 'No agent is named.', {
      hint: `Name some with --agents, or list them in .kittify/config.yaml under agents.available. There are: ${known}.`,
    });
  }
  return [...new Set(names)].map((name) => {
    const command = commands.get(name);
    if (command !== undefined) return command;
    const message = `Nobody knows how to run the agent ${JSON.stringify(name)}.`;
    throw new SyncError('input-invalid', message, {
      hint: `Say in .kittify/config.yaml how it is run, under agents.commands. Known are: ${known}.`,
    });
  });
};

/** Work is not claimed for an agent that cannot begin. */
const refuseMissing = async (
  catalog: AgentCatalog,
  projectRoot: string,
  commands: readonly AgentCommand[],
): Promise<void> => {
  const there: string[] = [];
  const missing: string[] = [];
  for (const command of commands) {
    const {
      agent,
      argv: [program = ''],
    } = command;
    if (await catalog.isInstalled(projectRoot, command)) there.push(agent);
    else missing.push(program === agent ? agent : `${agent} (${JSON.stringify(program)})`);
  }
  if (missing.length === 0) return;
  const others =
    there.length === 0 ? 'name others with --agents' : `go on without them: add --agents ${there.join(',')}`;
  throw new SyncError('dependency-missing', `Not on this machine: ${missing.join(', ')}.`, {
    hint: `Install what is missing, say in .kittify/config.yaml under agents.commands how it is run, or ${others}.`,
  });
};
