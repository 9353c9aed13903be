import { SyncError } from '../../domain/errors.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { newFeature, type NewWorkPackage } from '../../domain/work/new-feature.js';
import { activityTime } from '../../domain/work/transition.js';
import type { WallClock } from '../../ports/host.js';
import type { FeatureFiles, Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { targetBranchOf } from './feature-target.js';
import type { PerformWork } from './perform-work.js';
import type { PerformedWork } from './work-plan.js';

export interface NewFeatureInput {
  readonly checkout: Checkout;
  readonly title: string;
  /** Titles of the work packages. */
  readonly workPackages: readonly string[];
  /** Whether each work package depends on the one before it. */
  readonly isChain: boolean;
  /** Default: the branch of the main checkout. */
  readonly target?: string;
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
}

export interface NewFeatureResult {
  readonly feature: string;
  /** Relative to the project root. */
  readonly directory: string;
  readonly workPackages: readonly NewWorkPackage[];
  readonly files: readonly string[];
}

/** Makes a complete feature from a template, under the next free number. It is announced by `finalize-tasks`, not here. */
export class MakeFeature {
  readonly #repository: Repository;
  readonly #files: FeatureFiles;
  readonly #perform: PerformWork;
  readonly #clock: WallClock;

  constructor(repository: Repository, files: FeatureFiles, perform: PerformWork, clock: WallClock) {
    this.#repository = repository;
    this.#files = files;
    this.#perform = perform;
    this.#clock = clock;
  }

  /** Fails with `input-invalid` for an empty title, and with what the work itself fails with. */
  async run(input: NewFeatureInput, signal?: AbortSignal): Promise<PerformedWork<NewFeatureResult>> {
    if ([input.title, ...input.workPackages].some((title) => title.trim() === '')) {
      throw new SyncError('input-invalid', 'A title is empty.', {
        hint: 'Say in a few words what the feature, or the work package, is about.',
      });
    }
    const { checkout } = input;
    const { projectRoot } = checkout;
    return this.#perform.run(
      {
        checkout,
        plan: async (_, held) => {
          const taken = [
            ...(await this.#files.features(projectRoot)),
            ...(await this.#files.strangers(projectRoot)).map(({ path }) =>
              path.slice(path.lastIndexOf('/') + 1),
            ),
          ];
          const createdAt = activityTime(new Date(this.#clock.nowMs()).toISOString());
          const targetBranch = input.target ?? (await targetBranchOf(this.#repository, checkout, undefined));
          const { title, workPackages, isChain } = input;
          const made = newFeature({ title, workPackages, isChain, targetBranch, createdAt }, taken);
          const { slug, directory, files } = made;
          const undo = await this.#files.makeFolders(held, `${directory}/tasks`);
          return {
            result: {
              feature: slug,
              directory,
              workPackages: made.workPackages,
              files: files.map(({ path }) => path),
            },
            changes: files.map(({ path, text }) => ({ path, before: undefined, after: text })),
            events: [],
            undo,
            ...(input.commit === false ? {} : { message: commitSubject('plan a new feature', slug) }),
          };
        },
      },
      signal,
    );
  }
}
