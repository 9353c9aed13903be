import type { FeatureRequest } from '../../../work/locate-feature.js';
import type { UnfinishedWork } from '../../../work/unfinished-work.js';
import type { CommandContext } from '../../define-command.js';

/** Says of work packages that were handed over what is not committed in their work trees. The move is done by then. */
export const warnUnfinished = async (
  { client, terminal }: CommandContext,
  { checkout }: FeatureRequest,
  feature: string,
  workPackageIds: readonly string[],
): Promise<void> => {
  for (const each of await client.work.findUnfinishedWork.run(checkout, feature, workPackageIds))
    terminal.warn(describeUnfinished(each));
};

export const describeUnfinished = ({ workPackageId, directory, paths }: UnfinishedWork): string => {
  const [first = '', ...others] = paths;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${workPackageId} is in for_review, but ${first}${more} in ${directory} is not committed and will not be merged. Commit it there.`;
};
