import { unreachable } from '../../../../domain/errors.js';
import type { MergeStrategy } from '../../../../ports/work.js';
import { describeConflict, describeObstacle } from '../../../work/merge-errors.js';
import type { MergedWorkPackage, MergeReport } from '../../../work/merge-report.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { given } from '../shared/given.js';
import { nextCommand } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: readonly string[];
  readonly target: string | undefined;
  readonly strategy: MergeStrategy | undefined;
  readonly dryRun: boolean;
  readonly agent: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal, terminal } = context;
  const { wp, target, strategy, dryRun, agent, noCommit } = args;
  const request = await client.feature(context.common.feature);
  const work = await client.work.mergeWorkPackages.run(
    { ...request, workPackageIds: wp, dryRun, commit: !noCommit, ...given({ target, strategy, agent }) },
    signal,
  );
  const { conflict, obstacle } = work.result;
  const report = await workReport(work, lines(sentences(work.result)), client, terminal);
  return conflict === undefined && obstacle === undefined
    ? { ...report, next: nextAfter(work.result, context) }
    : { ...report, outcome: 'failed' };
};

const nextAfter = (
  { isDryRun, workPackages }: MergeReport,
  context: CommandContext<Args>,
): readonly NextCommand[] => {
  const isAny = workPackages.some(({ outcome }) => outcome === 'merged' || outcome === 'already-merged');
  return isAny ? [nextCommand(context, isDryRun ? 'spec-kitty merge' : 'spec-kitty accept')] : [];
};

const sentences = (result: MergeReport): readonly Text[] => {
  const { workPackages, conflict, obstacle, target } = result;
  if (conflict !== undefined) {
    const { message, hint } = describeConflict(target, conflict);
    return [`${message} So none would be merged.`, hint];
  }
  const told = workPackages.map((each): Text => [bold(each.workPackageId), ...tellOne(each, result)]);
  if (obstacle !== undefined) {
    const { message, hint } = describeObstacle(target, obstacle);
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
