import { dependenciesOf } from '../../domain/work/dependency-graph.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { PromptFacts, PromptTask } from '../../domain/agents/prompt.js';
import type { Assignment } from '../../domain/agents/state.js';
import { findWorkPackage, frontMatterGraph } from '../work/feature-state.js';
import { standingTargetOf } from '../work/feature-target.js';
import { loadFeature } from '../work/locate-feature.js';
import type { OrchestrationContext } from './orchestration-context.js';

/**
 * What an agent is asked for and has to know; makes the work tree again when it is gone. A text says why there is
 * nothing that the agent could work on.
 */
export const gatherPrompt = async (
  context: OrchestrationContext,
  workPackageId: string,
  { agent, phase }: Assignment,
): Promise<{ readonly facts: PromptFacts; readonly task: PromptTask } | string> => {
  const { checkout, feature, sources } = context;
  const branch = workPackageBranch(feature, workPackageId);
  const worktree = worktreeOf(context, workPackageId);
  if ((await sources.repository.branchTip(checkout, branch)) === undefined)
    return `There is no branch ${branch} to work on.`;
  await context.turns.take(() =>
    sources.repository.exclusive(checkout, async (held) => {
      await sources.repository.exclude(held, '/.worktrees/');
      await sources.repository.addWorktree(held, {
        path: worktree,
        branch,
        base: branch,
        leaveOut: ['kitty-specs'],
      });
    }),
  );
  const state = await loadFeature(sources.files, checkout.projectRoot, feature);
  const { workPackage, document } = findWorkPackage(state, workPackageId);
  const { documents } = state;
  const target = await standingTargetOf(sources.repository, checkout, documents.meta);
  const record = context.record(workPackageId);
  const absolute = (path: string): string => `${checkout.projectRoot}/${path}`;
  const present = (['spec', 'plan', 'tasks'] as const).filter((name) => documents[name] !== undefined);
  return {
    facts: {
      feature,
      workPackageId,
      title: workPackage.title,
      agent,
      worktree,
      branch,
      target,
      base: record.base ?? target,
      file: absolute(document.path),
      text: document.text,
      documents: present.map((name) => absolute(`${documents.directory}/${name}.md`)),
      dependencies: dependenciesOf(frontMatterGraph(state), workPackageId),
    },
    task: taskOf(phase, record.feedback, sources.randomness.uuid().slice(0, WORD_LENGTH)),
  };
};

/** Absolute path of the work tree of a work package. */
export const worktreeOf = (
  { checkout, feature }: Pick<OrchestrationContext, 'checkout' | 'feature'>,
  workPackageId: string,
): string => `${checkout.projectRoot}/.worktrees/${workPackageBranch(feature, workPackageId)}`;

/** Nobody has more than one guess. */
const WORD_LENGTH = 8;

const taskOf = (phase: Assignment['phase'], feedback: string | undefined, word: string): PromptTask => {
  if (phase === 'review') return { task: 'review', word };
  return feedback === undefined ? { task: 'implement' } : { task: 'rework', feedback };
};
