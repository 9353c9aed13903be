import { SyncError } from '../../domain/errors.js';
import type { Repository } from '../../ports/work.js';
import type { FeatureRequest } from './locate-feature.js';
import type { MergeWorkPackages } from './merge-work-packages.js';
import type { MoveResult, MoveWorkPackage } from './move-work-package.js';
import type { ShownWorkPackage, ShowWorkPackage } from './show-work-package.js';
import type { PerformedWork } from './perform-work.js';
import { UseCase } from '../use-case.js';

export interface ReviewInput extends FeatureRequest {
  readonly workPackageId: string;
  readonly verdict: 'approve' | 'request_changes';
  /** Everything that has to change; with `request_changes`, and only then. */
  readonly feedback?: string | undefined;
  /** Whose verdict it is; who implemented the work package stays in charge of it. */
  readonly by?: string | undefined;
}

export interface Reviewed extends PerformedWork<MoveResult> {
  /** That merged the branch; `null` where nothing had to be merged. Absent where changes are requested. */
  readonly mergeCommit?: string | null;
}

interface ReviewPorts {
  readonly repository: Pick<Repository, 'branchTip'>;
  readonly showWorkPackage: Pick<ShowWorkPackage, 'run'>;
  readonly moveWorkPackage: Pick<MoveWorkPackage, 'run'>;
  readonly mergeWorkPackages: Pick<MergeWorkPackages, 'run'>;
}

/**
 * A verdict on work that was handed over. What is approved is merged and done; else it goes back to `doing` with the
 * feedback. Safe to repeat when the answer was lost.
 */
export class ReviewWorkPackage extends UseCase<ReviewPorts> {
  /**
   * Fails with `input-invalid` for feedback that is missing or does not belong there, with `transition-illegal` for work
   * that is not in review, and as merging and moving do.
   */
  async run(
    { workPackageId, verdict, feedback, by, ...request }: ReviewInput,
    signal?: AbortSignal,
  ): Promise<Reviewed> {
    const { showWorkPackage, moveWorkPackage } = this.ports;
    const shown = await showWorkPackage.run({ ...request, workPackageId });
    const of = { ...request, workPackageId: shown.workPackageId, by };
    const words = feedback?.trim() ?? '';
    if (verdict === 'request_changes') {
      if (words === '')
        throw new SyncError('input-invalid', 'Changes are requested, and feedback does not say which.');
      // Said before, and the answer was lost: the move finds itself done.
      const isSaid = shown.lane === 'doing' && unquoted(shown.feedback).includes(words);
      if (!isSaid) refuseUnlessInReview(shown, []);
      const said = isSaid ? undefined : feedback;
      return moveWorkPackage.run({ ...of, to: 'doing', feedback: said }, signal);
    }
    if (words !== '')
      throw new SyncError('input-invalid', 'Approved work has no feedback.', { hint: 'Say it in a note.' });
    refuseUnlessInReview(shown, ['done']);
    const mergeCommit = shown.lane === 'done' ? null : await this.#merge(request, shown, by, signal);
    const work = await moveWorkPackage.run({ ...of, to: 'done', note: 'Approved' }, signal);
    return { ...work, mergeCommit };
  }

  /** Merges the branch of a work package, as far as there is one. */
  async #merge(
    request: FeatureRequest,
    { feature, workPackageId, branch }: ShownWorkPackage,
    agent: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    const { repository, mergeWorkPackages } = this.ports;
    if ((await repository.branchTip(request.checkout, branch)) === undefined) return null;
    const input = { ...request, feature, workPackageIds: [workPackageId], agent };
    const { result } = await mergeWorkPackages.run(input, signal);
    return result.workPackages.find((each) => each.workPackageId === workPackageId)?.commit ?? null;
  }
}

/** Feedback stands in the file as a quotation. */
const unquoted = (text: string): string => text.replaceAll(/^> ?/gm, '');

/** What is in doing would be merged and handed over by itself: the word of a reviewer is about what was handed over. */
const refuseUnlessInReview = ({ workPackageId, lane }: ShownWorkPackage, others: readonly string[]): void => {
  if (lane === 'for_review' || others.includes(lane ?? '')) return;
  const message = `${workPackageId} is in ${lane ?? 'no lane'}, not in for_review.`;
  throw new SyncError('transition-illegal', message, { hint: 'Only what was handed over is reviewed.' });
};
