import { SyncError } from '../../../domain/errors.js';
import { chooseFeature } from '../../../domain/workflow/feature-choice.js';
import type { Checkout, FeatureFiles, Repository } from '../../../ports/workspace.js';
import { readFeatureState, type FeatureState } from './feature-state.js';

/** What a command knows about the feature that it is about. */
export interface FeatureRequest {
  readonly checkout: Checkout;
  /** `--feature`. */
  readonly feature?: string;
  /** `SPECIFY_FEATURE`. */
  readonly featureVariable?: string;
  /** Directory in which the command was called. */
  readonly directory?: string;
}

/**
 * The slug of the feature that a command is about. Fails with `feature-not-found` or `feature-ambiguous`, which list
 * the candidates.
 */
export const locateFeature = async (
  files: Pick<FeatureFiles, 'features'>,
  repository: Pick<Repository, 'head'>,
  request: FeatureRequest,
): Promise<string> => {
  const { checkout } = request;
  const [features, head] = await Promise.all([
    files.features(checkout.projectRoot),
    repository.head(checkout),
  ]);
  const choice = chooseFeature({
    flag: request.feature,
    variable: request.featureVariable,
    branch: head.branch,
    directory: placeInProject(request.directory ?? checkout.root, checkout),
    features,
  });
  if (choice.ok) return choice.value.slug;
  const { kind, message, candidates } = choice.error;
  const named = candidates.length === 0 ? message : `${message} There are: ${candidates.join(', ')}.`;
  throw new SyncError(kind, named, {
    hint:
      candidates.length === 0
        ? 'Make a folder such as kitty-specs/001-name with spec.md, plan.md, tasks.md and tasks/WP01-title.md.'
        : 'Name one with --feature.',
  });
};

/** Everything about a feature as the files say now. Fails with `feature-not-found` when it is gone. */
export const loadFeature = async (
  files: Pick<FeatureFiles, 'read'>,
  projectRoot: string,
  slug: string,
): Promise<FeatureState> => {
  const documents = await files.read(projectRoot, slug);
  if (documents !== undefined) return readFeatureState(documents);
  throw new SyncError('feature-not-found', `There is no feature ${slug}.`, {
    hint: 'Name another one with --feature.',
  });
};

/** Folders above the project say nothing about its features. */
const placeInProject = (directory: string, { projectRoot }: Checkout): string =>
  directory.startsWith(projectRoot) ? directory.slice(projectRoot.length) : directory;
