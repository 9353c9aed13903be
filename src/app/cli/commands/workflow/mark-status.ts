import { originName } from '../../../../domain/events/lane.js';
import type { Mark } from '../../../../domain/work/marks.js';
import type { MarkStatusResult } from '../../../work/mark-status.js';
import type { FeatureRequest } from '../../../work/locate-feature.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { given } from '../shared/given.js';
import { nextCommand, nextOfWorkPackage } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly id: readonly string[];
  readonly status: Mark;
  readonly agent: string | undefined;
  readonly force: boolean;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal, terminal } = context;
  const request = await client.feature(context.common.feature);
  const { id: ids, status, force, agent } = args;
  const work = await client.work.markStatus.run(
    { ...request, ids, status, force, commit: !args.noCommit, ...given({ agent }) },
    signal,
  );
  if (status === 'for_review') {
    const { warnUnfinished } = await import('../shared/warn-unfinished.js');
    const moved = work.result.workPackages.map(({ workPackageId }) => workPackageId);
    await warnUnfinished(client, request, work.result.feature, moved, terminal);
  }
  const report = await workReport(work, lines(sentences(work.result)), client, terminal);
  return context.common.json || context.common.quiet
    ? report
    : { ...report, next: await nextAfter(work.result, context, request) };
};

/** The work is done by then: where the next step cannot be found, none is told. */
const nextAfter = async (
  { feature, tasks, workPackages, isFeatureCompleted }: MarkStatusResult,
  context: CommandContext<Args>,
  request: FeatureRequest,
): Promise<readonly NextCommand[]> => {
  if (isFeatureCompleted) return [nextCommand(context, 'spec-kitty feature clean')];
  const workPackageId = (workPackages[0] ?? tasks[0])?.workPackageId;
  if (workPackageId === undefined) return [];
  try {
    return nextOfWorkPackage(
      context,
      await context.client.work.showWorkPackage.run({ ...request, feature, workPackageId }),
    );
  } catch {
    return [];
  }
};

const sentences = ({
  feature,
  tasks,
  workPackages,
  unblocked,
  isFeatureCompleted,
}: MarkStatusResult): readonly Text[] => [
  ...tasks.map(({ taskId, workPackageId, outcome, isDone }): Text => {
    const state = isDone ? 'done' : 'open';
    return outcome === 'marked'
      ? [bold(taskId), ` of ${workPackageId} is ${state}.`]
      : [bold(taskId), ` of ${workPackageId} is ${state} already; nothing was done.`];
  }),
  ...workPackages.map(({ workPackageId, outcome, to, ...origin }): Text =>
    outcome === 'moved'
      ? [bold(workPackageId), ` went from ${originName(origin)} to ${to}.`]
      : [bold(workPackageId), ` is in ${originName(origin)} already; nothing was done.`],
  ),
  ...(unblocked.length === 0 ? [] : [`One dependency less for ${unblocked.join(', ')}.`]),
  ...(isFeatureCompleted ? [`${feature} is complete.`] : []),
];
