import { countsAsWork } from '../../domain/work/acceptance.js';
import type { FeatureFiles, Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { branchesOf } from './group-branches.js';

/** What was not committed where a work package is worked on. */
export interface UnfinishedWork {
  readonly workPackageId: string;
  readonly directory: string;
  readonly paths: readonly string[];
}

interface FindUnfinishedWorkPorts {
  readonly repository: Pick<Repository, 'dirtyPaths' | 'locate'>;
  readonly files: Pick<FeatureFiles, 'read'>;
}

/** Looks for work that would be left behind when a work package is handed over. Looks only. */
export class FindUnfinishedWork {
  readonly #ports: FindUnfinishedWorkPorts;

  constructor(ports: FindUnfinishedWorkPorts) {
    this.#ports = ports;
  }

  async run(
    checkout: Checkout,
    feature: string,
    workPackageIds: readonly string[],
  ): Promise<readonly UnfinishedWork[]> {
    if (checkout.commonDir === undefined) return [];
    const documents = await this.#ports.files.read(checkout.projectRoot, feature);
    if (documents === undefined) return [];
    const branches = branchesOf(documents);
    const found: UnfinishedWork[] = [];
    for (const workPackageId of workPackageIds) {
      // Where `implement` makes it. Git knows of other places too, but asking it costs every hand-over a process.
      const directory = `${checkout.projectRoot}/.worktrees/${branches.of(workPackageId)}`;
      if ((await this.#ports.repository.locate(directory))?.root !== directory) continue;
      const paths = (await this.#ports.repository.dirtyPaths(directory)).filter(countsAsWork);
      if (paths.length > 0) found.push({ workPackageId, directory, paths });
    }
    return found;
  }
}
