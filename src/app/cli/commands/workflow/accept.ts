import { remedyOf } from '../../../../domain/work/acceptance-remedies.js';
import type { AcceptResult } from '../../../work/accept-work-packages.js';
import type { NextCommand, Report } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { featureRequest, given } from '../shared/feature-request.js';
import { nextCommand } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: readonly string[];
  readonly check: boolean;
  readonly agent: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { args, signal, terminal } = context;
  const client = await context.container();
  const accept = await client.get('acceptWorkPackages');
  const request = await featureRequest(client, context);
  const work = await accept.run(
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
  context: ClientContext<Args>,
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
