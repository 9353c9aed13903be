import { SyncError } from '../../domain/errors.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { newFeature, type NewWorkPackage } from '../../domain/work/new-feature.js';
import { activityTime } from '../../domain/work/transition.js';
import type { WallClock } from '../../ports/host.js';
import type { Checkout } from '../../ports/events.js';
import { targetBranchOf } from './feature-target.js';
import type { WorkPorts } from './perform-work.js';
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
  readonly #ports: WorkPorts & { readonly wallClock: WallClock };

  constructor(ports: WorkPorts & { readonly wallClock: WallClock }) {
    this.#ports = ports;
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
    return this.#ports.perform.run(
      {
        checkout,
        plan: async (_, held) => {
          const taken = [
            ...(await this.#ports.files.features(projectRoot)),
            ...(await this.#ports.files.strangers(projectRoot)).map(({ path }) =>
              path.slice(path.lastIndexOf('/') + 1),
            ),
          ];
          const createdAt = activityTime(new Date(this.#ports.wallClock.nowMs()).toISOString());
          const targetBranch =
            input.target ?? (await targetBranchOf(this.#ports.repository, checkout, undefined));
          const { title, workPackages, isChain } = input;
          const made = newFeature({ title, workPackages, isChain, targetBranch, createdAt }, taken);
          const { slug, directory, files } = made;
          const undo = await this.#ports.files.makeFolders(held, `${directory}/tasks`);
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
