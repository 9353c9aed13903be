import { originName } from '../../../../domain/events/lane.js';
import { MARKS } from '../../../../domain/work/task-marks.js';
import type { Client } from '../../../library/client.js';
import type { FeatureRequest } from '../../../work/locate-feature.js';
import type { MarkStatusResult } from '../../../work/mark-status.js';
import { choice, defineCommand, flag, several, text, type NextCommand } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { nextOfWorkPackage } from '../shared/next-command.js';
import { NO_COMMIT } from './options.js';

export const markStatus = defineCommand({
  path: 'agent tasks mark-status',
  summary: 'mark tasks and work packages as done, or as anything else',
  details:
    'A task such as T012 is its box in tasks.md, or else its row in the status log of the feature, done or pending; a work package such as WP01 is its lane. Of several, all are marked or none is.',
  positionals: { id: { ...several('tasks and work packages, in any mixture'), required: true } },
  options: {
    status: { ...choice('what they are now', MARKS), required: true },
    agent: text('who says so', 'NAME'),
    force: flag('allow a transition that is not in the flow'),
    'no-commit': NO_COMMIT,
  },
  examples: [
    ['spec-kitty agent tasks mark-status T001 T002 --status done', 'tick the boxes of two tasks'],
    ['spec-kitty agent tasks mark-status WP01 --status for_review', 'hand over to review'],
  ],
  run: async ({ args, client, common, signal }) => {
    const { id: ids, noCommit, ...said } = args;
    const request = await client.feature(common.feature);
    const work = await client.work.markStatus.run({ ...request, ids, commit: !noCommit, ...said }, signal);
    const isLedOn = !common.json && !common.quiet;
    return {
      work,
      text: lines(sentences(work.result)),
      next: isLedOn ? await nextAfter(work.result, client, request) : [],
    };
  },
});

/** The work is done by then: where the next step cannot be found, none is told. */
const nextAfter = async (
  { feature, tasks, workPackages, isFeatureCompleted }: MarkStatusResult,
  client: Client,
  request: FeatureRequest,
): Promise<readonly NextCommand[]> => {
  if (isFeatureCompleted) return ['spec-kitty feature clean'];
  const workPackageId = (workPackages[0] ?? tasks[0])?.workPackageId;
  if (workPackageId === undefined) return [];
  try {
    return nextOfWorkPackage(await client.work.showWorkPackage.run({ ...request, feature, workPackageId }));
  } catch {
    return [];
  }
};

const sentences = ({ feature, tasks, workPackages, ...beside }: MarkStatusResult): readonly Text[] => [
  ...tasks.map(({ taskId, workPackageId, outcome, isDone }): Text => {
    const already = outcome === 'marked' ? '' : ' already; nothing was done';
    return [bold(taskId), ` of ${workPackageId} is ${isDone ? 'done' : 'open'}${already}.`];
  }),
  ...workPackages.map(({ workPackageId, outcome, to, ...origin }): Text =>
    outcome === 'moved'
      ? [bold(workPackageId), ` went from ${originName(origin)} to ${to}.`]
      : [bold(workPackageId), ` is in ${originName(origin)} already; nothing was done.`],
  ),
  ...(beside.unblocked.length === 0 ? [] : [`One dependency less for ${beside.unblocked.join(', ')}.`]),
  ...(beside.isFeatureCompleted ? [`${feature} is complete.`] : []),
];
