import { unreachable } from '../../../../domain/errors.js';
import { describeConflict, obstacleError } from '../../../work/merge-errors.js';
import type { MergedWorkPackage, MergeReport } from '../../../work/merge-work-packages.js';
import { choice, defineCommand, flag, several, text } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { NO_COMMIT } from './options.js';

export const merge = defineCommand({
  path: 'merge',
  summary: 'merge the branches of work packages, dependencies first',
  details:
    'Without a name, every work package in doing or for_review. All are merged or none is; those in doing go to for_review.',
  positionals: { wp: several('work packages to merge') },
  options: {
    target: text('branch to merge into', 'BRANCH'),
    strategy: choice('a merge commit or one plain commit for each', ['merge', 'squash']),
    'dry-run': flag('only report, conflicts included'),
    agent: text('who merges', 'NAME'),
    'no-commit': NO_COMMIT,
  },
  examples: [['spec-kitty merge --dry-run', 'what would be merged, and what conflicts']],
  run: async ({ args, client, common, signal }) => {
    const { wp: workPackageIds, noCommit, ...said } = args;
    const input = { ...(await client.feature(common.feature)), workPackageIds, commit: !noCommit, ...said };
    const work = await client.work.mergeWorkPackages.run(input, signal);
    const text = lines(sentences(work.result));
    return isPrevented(work.result)
      ? { outcome: 'failed', work, text }
      : { work, text, next: nextAfter(work.result) };
  },
});

const isPrevented = ({ conflict, obstacle }: MergeReport): boolean =>
  conflict !== undefined || obstacle !== undefined;

const nextAfter = ({ isDryRun, workPackages }: MergeReport): readonly string[] => {
  const isAny = workPackages.some(({ outcome }) => outcome === 'merged' || outcome === 'already-merged');
  return isAny ? [isDryRun ? 'spec-kitty merge' : 'spec-kitty accept'] : [];
};

const sentences = (result: MergeReport): readonly Text[] => {
  const { workPackages, conflict, obstacle, target } = result;
  if (conflict !== undefined) {
    const { message, hint } = describeConflict(target, conflict);
    return [`${message} So none would be merged.`, hint];
  }
  const told = workPackages.map((each): Text => [bold(each.workPackageId), ...tellOne(each, result)]);
  if (obstacle !== undefined) {
    const { message, hint = '' } = obstacleError(target, obstacle);
    told.push(`But none can be merged now: ${message}`, hint.replace(/^Nothing has changed\. /, ''));
  }
  return told.length === 0 ? ['No work package is in doing or for_review.'] : told;
};

const tellOne = (
  { outcome, branch, from, to }: MergedWorkPackage,
  { target, isDryRun }: MergeReport,
): readonly string[] => {
  const goes = isDryRun ? 'would go' : 'went';
  const lane = from === to ? '' : ` ${goes} from ${from} to ${to}`;
  switch (outcome) {
    case 'merged':
      return [
        ` ${isDryRun ? 'would be' : 'is'} merged into ${target}`,
        lane === '' ? '' : ` and${lane}`,
        '.',
      ];
    case 'already-merged':
      return [` was merged into ${target} before`, lane === '' ? '' : `; it${lane}`, '.'];
    case 'no-commits':
      return [` has no commit of its own on ${branch}; there is nothing to merge.`];
    case 'no-branch':
      return [` has no branch ${branch}; there is nothing to merge.`];
    case 'already-done':
      return [' was accepted before.'];
    default:
      return unreachable(outcome);
  }
};
