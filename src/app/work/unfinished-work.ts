import { isSyncError } from '../../domain/errors.js';
import { countsAsWork } from '../../domain/work/acceptance.js';
import type { Checkout } from '../../ports/events.js';
import type { Repository } from '../../ports/work.js';
import type { FeatureDraft } from './feature-draft.js';
import { branchesOf } from './feature-branches.js';

/**
 * Says of work packages that are handed over what is not committed in their work trees, and so would be left behind. Where
 * nobody can look, nothing is said: it keeps nobody from handing over.
 */
export const warnUnfinished = async (
  draft: FeatureDraft,
  repository: Pick<Repository, 'dirtyPaths' | 'locate'>,
  { commonDir, projectRoot }: Checkout,
  workPackageIds: readonly string[],
): Promise<void> => {
  if (commonDir === undefined) return;
  try {
    const branches = branchesOf(draft.state.documents);
    for (const id of workPackageIds) {
      // Where `implement` makes it. Git knows of other places too, but asking it costs every hand-over a process.
      const directory = `${projectRoot}/.worktrees/${branches.of(id)}`;
      if ((await repository.locate(directory))?.root !== directory) continue;
      const dirty = await dirtyWork(repository, directory);
      if (dirty === undefined) continue;
      draft.warnings.push(
        `${id} is in for_review, but ${dirty} in ${directory} is not committed and will not be merged. Commit it there.`,
      );
    }
  } catch (error) {
    if (!isSyncError(error)) throw error;
  }
};

/** What of a work package's work is not committed in its work tree: the first of it, and how much more. */
export const dirtyWork = async (
  repository: Pick<Repository, 'dirtyPaths'>,
  directory: string,
): Promise<string | undefined> => {
  const [first, ...others] = (await repository.dirtyPaths(directory)).filter(countsAsWork);
  return first && `${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
};
