import { SyncError } from '../../domain/errors.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { newFeature } from '../../domain/work/new-feature.js';
import { fileName } from '../../domain/work/place.js';
import { activityTime } from '../../domain/work/transition.js';
import type { WallClock } from '../../ports/host.js';
import type { Checkout } from '../../ports/events.js';
import type { ResultOf } from '../documents/all.js';
import { targetBranchOf } from './feature-branches.js';
import type { PerformedWork, WorkPorts, WorkRequest } from './perform-work.js';
import { UseCase } from '../use-case.js';

export interface NewFeatureInput {
  readonly checkout: Checkout;
  readonly title: string;
  /** Titles of the work packages. */
  readonly workPackages: readonly string[];
  /** Whether each work package depends on the one before it. */
  readonly isChain: boolean;
  /** Default: the branch of the main checkout. */
  readonly target?: string | undefined;
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
}

export type NewFeatureResult = ResultOf<'feature new'>;

/** Makes a complete feature from a template, under the next free number. It is announced by `finalize-tasks`, not here. */
export class MakeFeature extends UseCase<WorkPorts & { readonly wallClock: WallClock }> {
  /** Fails with `input-invalid` for an empty title, and with what the work itself fails with. */
  async run(input: NewFeatureInput, signal?: AbortSignal): Promise<PerformedWork<NewFeatureResult>> {
    if ([input.title, ...input.workPackages].some((title) => title.trim() === '')) {
      throw new SyncError('input-invalid', 'A title is empty.', {
        hint: 'Say in a few words what the feature, or the work package, is about.',
      });
    }
    const { checkout, commit, target, ...wish } = input;
    const { files, repository, perform, wallClock } = this.ports;
    const { projectRoot } = checkout;
    const plan: WorkRequest<NewFeatureResult>['plan'] = async () => {
      const strangers = await files.strangers(projectRoot);
      const taken = [...(await files.features(projectRoot)), ...strangers.map(({ path }) => fileName(path))];
      const createdAt = activityTime(new Date(wallClock.nowMs()).toISOString());
      const targetBranch = target ?? (await targetBranchOf(repository, checkout, undefined));
      const made = newFeature({ ...wish, targetBranch, createdAt }, taken);
      const { slug: feature, directory, workPackages } = made;
      const paths = made.files.map(({ path }) => path);
      return {
        result: { feature, directory, workPackages, files: paths },
        changes: made.files.map(({ path, text }) => ({ path, before: undefined, after: text })),
        events: [],
        ...(commit === false ? {} : { message: commitSubject('plan a new feature', feature) }),
      };
    };
    return perform.run({ checkout, plan }, signal);
  }
}
