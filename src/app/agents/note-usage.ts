import type { Assignment } from '../../domain/agents/state.js';
import { isSyncError } from '../../domain/errors.js';
import type { RunUsage } from '../../domain/events/usage.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { usageNote } from '../../domain/work/usage-note.js';
import { findWorkPackage } from '../work/feature-state.js';
import { loadFeature } from '../work/locate-feature.js';
import { planEntry } from '../work/plan-entry.js';
import type { OrchestrationContext } from './orchestration-context.js';

/**
 * Notes in a work package's Activity Log, and with one event, what a run of an agent took. What came of the run is
 * durable before: a note that is lost with the process costs a figure, never a second run. One that cannot be made is
 * told of, and the run goes on.
 */
export const noteUsage = async (
  context: OrchestrationContext,
  workPackageId: string,
  { agent, phase }: Assignment,
  usage: RunUsage,
): Promise<void> => {
  const { checkout, feature, sources } = context;
  const note = usageNote(usage, phase);
  try {
    const work = await context.turns.take(() =>
      context.perform.run({
        checkout,
        subject: { feature, workPackageId, agent },
        plan: async (emission) => {
          const state = await loadFeature(sources.files, checkout.projectRoot, feature);
          const filed = findWorkPackage(state, workPackageId);
          const { id } = filed.workPackage;
          const fact = emission.fact('HistoryAdded', id, {
            ...{ wp_id: id, entry_type: 'usage', entry_content: note, author: agent, feature_slug: feature },
            ...{ phase, ...usage },
          });
          const { changes, events } = await planEntry(sources.files, filed, fact, { by: agent, note });
          return {
            ...{ result: undefined, changes, events },
            message: commitSubject(`note what ${agent} took for ${id}`, feature),
          };
        },
      }),
    );
    context.keep(work);
  } catch (error) {
    if (!isSyncError(error)) throw error;
    const notice = `What ${agent} took for ${workPackageId} could not be noted: ${error.message}`;
    context.tell({ what: 'noticed', workPackageId, notice });
  }
};
