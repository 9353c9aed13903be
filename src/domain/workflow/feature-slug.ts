import { isFeatureSlug } from '../ids.js';

/** A feature's directory name in its two parts. */
export interface FeatureName {
  readonly slug: string;
  /** Three digits. */
  readonly number: string;
  /** What follows the number. */
  readonly name: string;
}

/** Splits `028-cli-event-emission-sync`; `undefined` when it is no feature slug. */
export const parseFeatureSlug = (slug: string): FeatureName | undefined =>
  isFeatureSlug(slug) ? { slug, number: slug.slice(0, 3), name: slug.slice(4) } : undefined;

/** The branch and worktree name of a work package. */
export const workPackageBranch = (slug: string, workPackageId: string): string => `${slug}-${workPackageId}`;

/** The feature slug in a branch or worktree name: `NNN-name-WPnn` without its end, or `NNN-name` itself. */
export const slugOfBranch = (branch: string): string | undefined => {
  const slug = branch.replace(/-WP\d{2,4}(?:-merge-base)?$/, '');
  return isFeatureSlug(slug) ? slug : undefined;
};

/** The directory of a feature, relative to the project root. */
export const featureDirectory = (slug: string): string => `kitty-specs/${slug}`;
