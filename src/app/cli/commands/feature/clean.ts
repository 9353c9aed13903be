import type { CleanResult, Leftover } from '../../../work/clean-feature.js';
import type { CommandContext, Report } from '../../define-command.js';
import { snakeKeys } from '../../render/snake-keys.js';
import { bold, lines, type Text } from '../../render/text.js';
import { askYesNo } from '../shared/ask.js';

interface Args {
  readonly yes: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, common, io, signal, terminal } = context;
  const request = await client.feature(context.common.feature);
  const plan = await client.work.cleanFeature.plan(request);
  const canAsk = common.input && !common.json && io.stdin().isTTY;
  const isWanted =
    plan.removed.length > 0 &&
    (args.yes || (canAsk && (await askYesNo({ io, signal }, question(plan, terminal.say.bind(terminal))))));
  if (!isWanted) {
    return {
      data: snakeKeys({ ...plan, removed: [], removable: plan.removed }),
      text: lines(planLines(plan, canAsk)),
    };
  }
  const cleaned = await client.work.cleanFeature.run(request, signal);
  return {
    data: snakeKeys({ ...cleaned, removable: [] }),
    text: lines([
      ...cleaned.removed.map((each): Text => ['Removed the ', describe(each), '.']),
      ...keptLines(cleaned),
    ]),
  };
};

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
