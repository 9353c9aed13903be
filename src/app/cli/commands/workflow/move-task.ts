import { resolve } from 'node:path';
import { LANES, originName } from '../../../../domain/events/lane.js';
import type { MoveResult } from '../../../work/move-work-package.js';
import { choice, defineCommand, flag, text } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { readNamed } from '../shared/named-file.js';
import { nextOfWorkPackage } from '../shared/next-command.js';
import { AGENT, NO_COMMIT, WORK_PACKAGE } from './options.js';

/** The one command that is called so often that it is always there. */
export const moveTask = defineCommand({
  path: 'agent tasks move-task',
  summary: 'move a work package to another lane',
  positionals: WORK_PACKAGE,
  options: {
    to: { ...choice('lane to move to', LANES), required: true },
    note: text('remark for the Activity Log', 'TEXT'),
    agent: AGENT,
    feedback: text("file with the reviewer's words, when changes are requested", 'FILE'),
    force: flag('allow a transition that is not in the flow'),
    'no-commit': NO_COMMIT,
  },
  examples: [
    ['spec-kitty agent tasks move-task WP01 --to for_review --note "all tests pass"', 'hand over to review'],
    ['spec-kitty agent tasks move-task WP01 --to doing --feedback review.md', 'request changes'],
  ],
  run: async ({ args, client, common, io, signal }) => {
    const { wp: workPackageId, noCommit, feedback: file, ...move } = args;
    const feedback = file && (await readNamed({ ...FEEDBACK, path: resolve(io.cwd, file) }, signal));
    const request = await client.feature(common.feature);
    const input = { ...request, workPackageId, commit: !noCommit, ...move, feedback };
    const work = await client.work.moveWorkPackage.run(input, signal);
    return { work, text: sentence(work.result), next: nextAfter(work.result) };
  },
});

const FEEDBACK = { called: 'The feedback file', hint: 'Name a text file with --feedback FILE.' };

const nextAfter = ({ workPackageId, to, isFeatureCompleted }: MoveResult) => {
  if (isFeatureCompleted) return ['spec-kitty feature clean'];
  if (to === 'doing') return [`spec-kitty agent tasks show ${workPackageId}`];
  return nextOfWorkPackage({ workPackageId, lane: to, tasks: [] });
};

const sentence = (result: MoveResult): Text => {
  const { workPackageId, outcome, to, unblocked, feature, isFeatureCompleted, ...origin } = result;
  if (outcome === 'already-there')
    return [bold(workPackageId), ` is in ${originName(origin)} already; nothing was done.`];
  return lines([
    [bold(workPackageId), ` went from ${originName(origin)} to ${to}.`],
    ...(unblocked.length === 0 ? [] : [`One dependency less for ${unblocked.join(', ')}.`]),
    ...(isFeatureCompleted ? [`${feature} is complete.`] : []),
  ]);
};
