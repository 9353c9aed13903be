import { assignmentNote, isAssignmentNoted } from '../../domain/agents/assignment-note.js';
import type { Assignment } from '../../domain/agents/state.js';
import { activityTime, historyEdits, type WorkPackageEdit } from '../../domain/work/transition.js';
import { findWorkPackage } from '../work/feature-state.js';
import { loadFeature } from '../work/locate-feature.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { nothingToDo } from '../work/work-plan.js';
import { commitSubject } from '../../domain/work/commit-message.js';

/**
 * Says in a work package's file, and with one event, who has been given it. The line in the file is the evidence of the
 * event, and no run writes it twice. `elsewhere`: it is not in the lane to which the assignment belongs any more.
 */
export const announceAssignment = async (
  context: OrchestrationContext,
  workPackageId: string,
  assignment: Assignment,
): Promise<'announced' | 'elsewhere'> => {
  const { checkout, feature, runId, sources } = context;
  const { phase, agent, retryCount } = assignment;
  const work = await context.turns.take(() =>
    context.perform.run<'announced' | 'elsewhere'>({
      checkout,
      subject: { feature, workPackageId, agent },
      plan: async (emission) => {
        const state = await loadFeature(sources.files, checkout.projectRoot, feature);
        const { workPackage, document } = findWorkPackage(state, workPackageId);
        const { id, lane, path } = workPackage;
        if (isAssignmentNoted(document.body, assignment, runId)) return nothingToDo('announced');
        if (lane !== LANE_OF_PHASE[phase]) return nothingToDo('elsewhere');
        const fact = emission.fact('WPAssigned', id, {
          wp_id: id,
          agent_id: agent,
          phase,
          retry_count: retryCount,
          feature_slug: feature,
        });
        const { edits, line } = historyEdits(document, {
          lane,
          by: agent,
          note: assignmentNote(assignment, runId),
          timestamp: activityTime(fact.event.timestamp),
        });
        // Whoever implements is in charge; a reviewer takes nothing over.
        const inCharge: readonly WorkPackageEdit[] =
          phase === 'implementation' && workPackage.agent !== agent
            ? [{ edit: 'set', key: 'agent', value: agent }]
            : [];
        return {
          result: 'announced',
          changes: [await sources.files.change(document, [...inCharge, ...edits])],
          events: [{ fact, evidence: { evidence: 'line', path, line } }],
          message: commitSubject(`assign ${id} to ${agent} for ${phase}`, feature),
        };
      },
    }),
  );
  return context.keep(work);
};

const LANE_OF_PHASE = { implementation: 'doing', review: 'for_review' } as const;
