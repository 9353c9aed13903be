import { resolve } from 'node:path';
import { originName, type Lane } from '../../../../domain/events/lane.js';
import type { MoveResult } from '../../../work/move-work-package.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import { bold, lines } from '../../render/text.js';
import { given } from '../shared/given.js';
import { readNamed } from '../shared/named-file.js';
import { nextCommand, nextOfWorkPackage } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: string;
  readonly to: Lane;
  readonly note: string | undefined;
  readonly agent: string | undefined;
  readonly feedback: string | undefined;
  readonly force: boolean;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, io, signal, terminal } = context;
  const feedback =
    args.feedback === undefined ? undefined : await readFeedback(resolve(io.cwd, args.feedback), signal);
  const request = await client.feature(context.common.feature);
  const { note, agent } = args;
  const work = await client.work.moveWorkPackage.run(
    {
      ...request,
      workPackageId: args.wp,
      to: args.to,
      force: args.force,
      commit: !args.noCommit,
      ...given({ note, agent, feedback }),
    },
    signal,
  );
  if (work.result.to === 'for_review') {
    const { warnUnfinished } = await import('../shared/warn-unfinished.js');
    await warnUnfinished(client, request, work.result.feature, [work.result.workPackageId], terminal);
  }
  return {
    ...(await workReport(work, sentence(work.result), client, terminal)),
    next: nextAfter(work.result, context),
  };
};

const readFeedback = (path: string, signal: AbortSignal): Promise<string> =>
  readNamed({ path, called: 'The feedback file', hint: 'Name a text file with --feedback FILE.' }, signal);

const nextAfter = (
  { workPackageId, to, isFeatureCompleted }: MoveResult,
  context: CommandContext<Args>,
): readonly NextCommand[] => {
  if (isFeatureCompleted) return [nextCommand(context, 'spec-kitty feature clean')];
  if (to === 'doing') return [nextCommand(context, `spec-kitty agent tasks show ${workPackageId}`)];
  return nextOfWorkPackage(context, { workPackageId, lane: to, tasks: [] });
};

const sentence = ({
  workPackageId,
  outcome,
  to,
  unblocked,
  feature,
  isFeatureCompleted,
  ...origin
}: MoveResult) =>
  outcome === 'already-there'
    ? [bold(workPackageId), ` is in ${originName(origin)} already; nothing was done.`]
    : lines([
        [bold(workPackageId), ` went from ${originName(origin)} to ${to}.`],
        ...(unblocked.length === 0 ? [] : [`One dependency less for ${unblocked.join(', ')}.`]),
        ...(isFeatureCompleted ? [`${feature} is complete.`] : []),
      ]);
