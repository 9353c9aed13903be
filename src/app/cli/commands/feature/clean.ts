import type { CleanResult, Leftover } from '../../../work/clean-feature.js';
import { defineCommand, flag } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { askYesNo, canAsk } from '../shared/ask.js';

export const cleanFeature = defineCommand({
  path: 'feature clean',
  summary: 'remove work trees and branches of work packages that are done',
  details:
    'Says what can go and asks. What is not committed or not merged stays and is named; nothing is removed by force.',
  options: { yes: flag('remove without asking') },
  examples: [['spec-kitty feature clean --feature 028-sync', 'when a feature is complete']],
  run: async (context) => {
    const { args, client, common, signal, terminal } = context;
    const request = await client.feature(common.feature);
    const plan = await client.work.cleanFeature.plan(request);
    const isAsked = !common.json && canAsk(context);
    const isWanted =
      plan.removed.length > 0 &&
      (args.yes || (isAsked && (await askYesNo(context, question(plan, terminal.say.bind(terminal))))));
    if (!isWanted) {
      return {
        data: { ...plan, removed: [], removable: plan.removed },
        text: lines(planLines(plan, isAsked)),
      };
    }
    const cleaned = await client.work.cleanFeature.run(request, signal);
    const removed = cleaned.removed.map((each): Text => ['Removed the ', describe(each), '.']);
    return { data: { ...cleaned, removable: [] }, text: lines([...removed, ...keptLines(cleaned)]) };
  },
});

const question = ({ removed, kept, feature }: CleanResult, say: (text: Text) => void): string => {
  say([bold(feature), ' has no more use for:']);
  for (const each of removed) say(['  the ', describe(each)]);
  for (const line of keptLines({ feature, removed, kept })) say(line);
  return 'Remove them? What git ignores in these work trees goes with them.';
};

/** After a no there is nothing to repeat. */
const planLines = (plan: CleanResult, wasAsked: boolean): readonly Text[] => {
  if (plan.removed.length === 0) return [[bold(plan.feature), ' has nothing to remove.'], ...keptLines(plan)];
  if (wasAsked) return ['Nothing was removed.'];
  return [
    [bold(plan.feature), ' has no more use for:'],
    ...plan.removed.map((each): Text => ['  the ', describe(each)]),
    ...keptLines(plan),
    'Nothing was removed. To remove them:',
    `  spec-kitty feature clean --feature ${plan.feature} --yes`,
  ];
};

const keptLines = ({ kept }: CleanResult): readonly Text[] =>
  kept.map((each): Text => ['Kept: the ', describe(each), ` ${each.reason}.`]);

const describe = ({ kind, name, workPackageId }: Leftover): string =>
  `${kind === 'worktree' ? 'work tree' : 'branch'} ${name} of ${workPackageId}`;
