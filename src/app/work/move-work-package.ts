import { SyncError } from '../../domain/errors.js';
import {
  isAt,
  isLegalTransition,
  laneName,
  originOf,
  type Lane,
  type Origin,
} from '../../domain/events/lane.js';
import { findWorkPackage, type FiledWorkPackage } from './feature-state.js';

import type { WorkPorts } from './perform-work.js';
import { nothingToDo, type PerformedWork } from './work-plan.js';
import { illegalTransition, planTransitions } from './plan-transitions.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface MoveInput extends FeatureInput {
  readonly workPackageId: string;
  readonly to: Lane;
  readonly note?: string;
  /** Who moves it, and who is in charge from now on. */
  readonly agent?: string;
  /** Who moves it without taking charge, such as a reviewer. Default: `agent`. */
  readonly by?: string;
  /** Allows a transition that is not legal. */
  readonly force?: boolean;
  /** Text of a reviewer; only with the transition from `for_review` to `doing`. */
  readonly feedback?: string;
}

export interface MoveResult extends Origin {
  readonly feature: string;
  readonly workPackageId: string;
  readonly path: string;
  /** `already-there`: the work package was in that lane before; nothing was done and nothing is emitted. */
  readonly outcome: 'moved' | 'already-there';
  readonly to: Lane;
  /** Work packages that have one dependency less to wait for. */
  readonly unblocked: readonly string[];
  readonly isFeatureCompleted: boolean;
}

/** Takes a work package to another lane. The lane that counts is the one that the file has under the lock. */
export class MoveWorkPackage {
  readonly #ports: WorkPorts;

  constructor(ports: WorkPorts) {
    this.#ports = ports;
  }

  /** Fails with `transition-illegal`, `work-package-not-found`, `work-package-unreadable` and what the work itself fails with. */
  async run(input: MoveInput, signal?: AbortSignal): Promise<PerformedWork<MoveResult>> {
    const subject = { workPackageId: input.workPackageId, agent: input.agent };
    return workOnFeature(this.#ports, input, subject, signal, async (state, emission) => {
      const filed = findWorkPackage(state, input.workPackageId);
      const { id, path } = filed.workPackage;
      const origin = originOf(filed.workPackage);
      const told = { feature: state.documents.slug, workPackageId: id, path, ...origin, to: input.to };
      if (isAt(filed.workPackage, input.to)) {
        return nothingToDo<MoveResult>({
          ...told,
          outcome: 'already-there',
          unblocked: [],
          isFeatureCompleted: false,
        });
      }
      refuseIllegal(filed, input);
      const planned = await planTransitions(this.#ports.files, emission, state, [
        {
          workPackageId: id,
          to: input.to,
          by: input.by ?? input.agent ?? 'user',
          note: input.note ?? defaultNote(input),
          ...(input.agent === undefined ? {} : { agent: input.agent }),
          ...(input.feedback === undefined ? {} : { feedback: input.feedback }),
        },
      ]);
      return {
        ...planned,
        result: {
          ...told,
          outcome: 'moved',
          unblocked: planned.resolved.map(({ workPackageId }) => workPackageId),
          isFeatureCompleted: planned.isFeatureCompleted,
        },
        done: `move ${id} from ${laneName(filed.workPackage)} to ${input.to}`,
      };
    });
  }
}

const defaultNote = ({ to, feedback }: MoveInput): string =>
  feedback === undefined ? `Moved to ${to}` : 'Changes requested';

const refuseIllegal = ({ workPackage }: FiledWorkPackage, input: MoveInput): void => {
  const { id, lane: from } = workPackage;
  const name = laneName(workPackage);
  const isRework = from === 'for_review' && input.to === 'doing';
  if (input.feedback !== undefined && !isRework) {
    throw new SyncError(
      'wrong-usage',
      `Feedback belongs to a work package that goes from for_review to doing; ${id} is in ${name}.`,
      {
        hint: 'Leave --feedback out, or use --note.',
      },
    );
  }
  if (input.feedback?.trim() === '') {
    throw new SyncError('input-invalid', 'The feedback is empty.', {
      hint: 'Say in the file what has to change.',
    });
  }
  if (input.force === true || isLegalTransition(workPackage, input.to)) return;
  throw illegalTransition(workPackage, input.to);
};
