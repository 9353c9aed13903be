import { isSyncError } from '../../domain/errors.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { Step, StepOutcome } from '../../domain/agents/step.js';
import { ImplementWorkPackage } from '../work/implement-work-package.js';
import { featureRequest, type OrchestrationContext } from './orchestration-context.js';

/**
 * Begins a work package for an agent: work tree, branch, lane. One that somebody else began before stays theirs; an
 * earlier try of this run is told from that by the name of the agent.
 */
export const claimWorkPackage = async (
  context: OrchestrationContext,
  { id, agent, isAgain }: Step & { readonly step: 'claim' },
  signal: AbortSignal,
): Promise<StepOutcome> => {
  const { sources, checkout, feature, perform } = context;
  const implement = new ImplementWorkPackage(sources.repository, sources.files, perform);
  try {
    const work = await context.turns.take(() =>
      implement.run({ ...featureRequest(context), workPackageId: id, agent }, signal),
    );
    const { outcome, agent: inCharge } = context.keep(work);
    if (outcome === 'already-doing' && !(isAgain && inCharge === agent)) return { outcome: 'not-claimed' };
    if (outcome === 'started')
      context.tell({ what: 'moved', workPackageId: id, from: 'planned', to: 'doing' });
    const tip = await sources.repository.branchTip(checkout, workPackageBranch(feature, id));
    return { outcome: 'claimed', ...(tip === undefined ? {} : { tip }) };
  } catch (error) {
    // Between the look at the files and the lock, a person may have moved this one or what it depends on.
    if (isSyncError(error) && OVERTAKEN.includes(error.kind)) return { outcome: 'not-claimed' };
    throw error;
  }
};

const OVERTAKEN: readonly string[] = ['dependency-not-ready', 'transition-illegal'];
