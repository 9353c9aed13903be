import { SyncError } from '../../domain/errors.js';
import { isAt, isLegalTransition, laneName, originOf, type Lane } from '../../domain/events/lane.js';
import type { WorkPackage } from '../../domain/work/work-package.js';
import type { ResultOf } from '../documents/all.js';
import { findWorkPackage } from './feature-state.js';
import type { PerformedWork, WorkPorts } from './perform-work.js';
import { illegalTransition, planTransitions } from './plan-transitions.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface MoveInput extends FeatureInput {
  readonly workPackageId: string;
  readonly to: Lane;
  readonly note?: string | undefined;
  /** Who moves it, and who is in charge from now on. */
  readonly agent?: string | undefined;
  /** Who moves it without taking charge, such as a reviewer. Default: `agent`. */
  readonly by?: string | undefined;
  /** Allows a transition that is not legal. */
  readonly force?: boolean;
  /** Text of a reviewer; only with the transition from `for_review` to `doing`. */
  readonly feedback?: string | undefined;
}

/** `already-there`: the work package was in that lane before; nothing was done and nothing is emitted. */
export type MoveResult = ResultOf<'agent tasks move-task'>;

/** Takes a work package to another lane. The lane that counts is the one that the file has under the lock. */
export class MoveWorkPackage extends UseCase<WorkPorts> {
  /** Fails with `transition-illegal`, `work-package-not-found`, `work-package-unreadable` and what the work itself fails with. */
  async run(input: MoveInput, signal?: AbortSignal): Promise<PerformedWork<MoveResult>> {
    const { to, agent, by = agent ?? 'user', feedback } = input;
    const { note = feedback === undefined ? `Moved to ${to}` : 'Changes requested' } = input;
    return workOnFeature<MoveResult>(this.ports, input, signal, async (draft, { checkout }) => {
      const workPackage = findWorkPackage(draft.state, input.workPackageId);
      const { id: workPackageId, path } = workPackage;
      const feature = draft.state.documents.slug;
      const told = { feature, workPackageId, path, ...originOf(workPackage), to };
      if (to === 'for_review') {
        // Most moves hand nothing over, and what this loads would be in the file that every command starts from.
        const { warnUnfinished } = await import('./unfinished-work.js');
        await warnUnfinished(draft, this.ports.repository, checkout, [workPackageId]);
      }
      if (isAt(workPackage, to)) {
        return { result: { ...told, outcome: 'already-there', unblocked: [], isFeatureCompleted: false } };
      }
      refuseIllegal(workPackage, input);
      const planned = planTransitions(draft, [{ workPackageId, to, by, note, agent, feedback }]);
      return {
        result: { ...told, outcome: 'moved', ...planned },
        done: `move ${workPackageId} from ${laneName(workPackage)} to ${to}`,
      };
    });
  }
}

const refuseIllegal = (workPackage: WorkPackage, { to, feedback, force }: MoveInput): void => {
  const { id, lane: from } = workPackage;
  if (feedback !== undefined && !(from === 'for_review' && to === 'doing')) {
    const message = `Feedback belongs to a work package that goes from for_review to doing; ${id} is in ${laneName(workPackage)}.`;
    throw new SyncError('wrong-usage', message, { hint: 'Leave --feedback out, or use --note.' });
  }
  if (feedback?.trim() === '') {
    const hint = 'Say in the file what has to change.';
    throw new SyncError('input-invalid', 'The feedback is empty.', { hint });
  }
  if (force !== true && !isLegalTransition(workPackage, to)) throw illegalTransition(workPackage, to);
};
