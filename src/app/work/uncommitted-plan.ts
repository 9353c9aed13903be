import type { FeatureDocuments, FeatureFiles, FileChange, Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { mainCheckout } from './main-checkout.js';

/** Documents of a feature that git does not have as they are; empty without git. Relative to the project root. */
export const uncommittedPlan = async (
  repository: Pick<Repository, 'dirtyPaths'>,
  checkout: Checkout,
  { directory }: Pick<FeatureDocuments, 'directory'>,
): Promise<readonly string[]> => {
  if (checkout.commonDir === undefined) return [];
  const paths = await repository.dirtyPaths(mainCheckout(checkout).root);
  return paths.filter((path) => path.startsWith(`${directory}/`) && IS_DOCUMENT.test(path));
};

/** Changes that leave these files as they are, so that they come into the commit of the work. */
export const asTheyAre = async (
  files: Pick<FeatureFiles, 'text'>,
  { projectRoot }: Checkout,
  paths: readonly string[],
): Promise<readonly FileChange[]> => {
  const changes: FileChange[] = [];
  for (const path of paths) {
    const text = await files.text(projectRoot, path);
    if (text !== undefined) changes.push({ path, before: text, after: text });
  }
  return changes;
};

/** What people write plans in; pictures and other files are theirs to commit. */
const IS_DOCUMENT = /\.(?:md|markdown|json|jsonl|ya?ml)$/i;
