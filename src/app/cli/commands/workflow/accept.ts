import type { AcceptResult } from '../../../work/accept-work-packages.js';
import { defineCommand, flag, several, text } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import { NO_COMMIT } from './options.js';

export const accept = defineCommand({
  path: 'accept',
  summary: 'accept reviewed work packages',
  details:
    'Without a name, every work package in for_review. Each is accepted when it meets every condition.',
  positionals: { wp: several('work packages to accept') },
  options: {
    check: flag('only report what would be accepted'),
    agent: text('who accepts', 'NAME'),
    'no-commit': NO_COMMIT,
  },
  examples: [['spec-kitty accept --check', 'what stands in the way']],
  run: async ({ args, client, common, signal }) => {
    const { wp: workPackageIds, noCommit, ...said } = args;
    const input = { ...(await client.feature(common.feature)), workPackageIds, commit: !noCommit, ...said };
    const work = await client.work.acceptWorkPackages.run(input, signal);
    return {
      outcome: work.result.refused.length === 0 ? 'done' : 'failed',
      work,
      text: lines(sentences(work.result)),
      next: nextAfter(work.result),
    };
  },
});

const nextAfter = ({ isCheck, accepted, refused, isFeatureCompleted }: AcceptResult): readonly string[] => {
  if (refused.length > 0) return [];
  if (isFeatureCompleted) return ['spec-kitty feature clean'];
  if (accepted.length === 0) return [];
  return [isCheck ? 'spec-kitty accept' : 'spec-kitty status'];
};

const sentences = (result: AcceptResult): readonly Text[] => {
  const idle = new Set(result.withoutCommits);
  const verb = result.isCheck ? 'can be accepted' : 'is accepted';
  const told = [
    ...result.accepted.map((id): Text => [bold(id), ` ${verb}${idle.has(id) ? NOTHING_MERGED : ''}.`]),
    ...result.alreadyDone.map((id): Text => [bold(id), ' was accepted before.']),
    ...result.refused.flatMap(({ workPackageId, reasons }): readonly Text[] => [
      [bold(workPackageId), ' is not accepted:'],
      ...reasons.flatMap(({ message, remedy }): readonly Text[] => [`  ${message}`, dim(`    ${remedy}`)]),
    ]),
    ...(result.isFeatureCompleted ? [`${result.feature} is complete.`] : []),
  ];
  return told.length === 0 ? ['No work package is in for_review.'] : told;
};

const NOTHING_MERGED = '; nobody has committed anything on its branch';
