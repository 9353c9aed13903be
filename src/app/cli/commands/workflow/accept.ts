import { remedyOf } from '../../../../domain/work/acceptance-remedies.js';
import type { AcceptResult } from '../../../work/accept-work-packages.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import { given } from '../shared/given.js';
import { nextCommand } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: readonly string[];
  readonly check: boolean;
  readonly agent: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal, terminal } = context;
  const request = await client.feature(context.common.feature);
  const work = await client.work.acceptWorkPackages.run(
    {
      ...request,
      workPackageIds: args.wp,
      check: args.check,
      commit: !args.noCommit,
      ...given({ agent: args.agent }),
    },
    signal,
  );
  const result = { ...work.result, refused: work.result.refused.map(withRemedies) };
  const report = await workReport({ ...work, result }, lines(sentences(work.result)), client, terminal);
  return work.result.refused.length === 0
    ? { ...report, next: nextAfter(work.result, context) }
    : { ...report, outcome: 'failed' };
};

const nextAfter = (
  { isCheck, accepted, isFeatureCompleted }: AcceptResult,
  context: CommandContext<Args>,
): readonly NextCommand[] => {
  if (isFeatureCompleted) return [nextCommand(context, 'spec-kitty feature clean')];
  if (accepted.length === 0) return [];
  return [nextCommand(context, isCheck ? 'spec-kitty accept' : 'spec-kitty status')];
};

const withRemedies = ({ workPackageId, reasons }: AcceptResult['refused'][number]): object => ({
  workPackageId,
  reasons: reasons.map((reason) => ({ ...reason, remedy: remedyOf(workPackageId, reason) })),
});

const sentences = (result: AcceptResult): readonly Text[] => {
  const idle = new Set(result.withoutCommits);
  const verb = result.isCheck ? 'can be accepted' : 'is accepted';
  const told = [
    ...result.accepted.map((id): Text => [bold(id), ` ${verb}${idle.has(id) ? NOTHING_MERGED : ''}.`]),
    ...result.alreadyDone.map((id): Text => [bold(id), ' was accepted before.']),
    ...result.refused.flatMap(({ workPackageId, reasons }): readonly Text[] => [
      [bold(workPackageId), ' is not accepted:'],
      ...reasons.flatMap((reason): readonly Text[] => [
        `  ${reason.message}`,
        dim(`    ${remedyOf(workPackageId, reason)}`),
      ]),
    ]),
    ...(result.isFeatureCompleted ? [`${result.feature} is complete.`] : []),
  ];
  return told.length === 0 ? ['No work package is in for_review.'] : told;
};

const NOTHING_MERGED = '; nobody has committed anything on its branch';
