import { describeIds } from '../../../../domain/work/work-package-id.js';
import { defineCommand, flag, needed, text } from '../../define-command.js';
import { flexible, table } from '../../render/table.js';
import { bold, lines, dim, red, yellow, type Text } from '../../render/text.js';
import { NO_COMMIT } from '../workflow/options.js';
import type { FeatureCheck, ReadLine } from '../../../work/check-feature.js';
import type { CleanResult, Leftover } from '../../../work/clean-feature.js';
import { askYesNo, canAsk } from '../shared/ask.js';

export const newFeature = defineCommand({
  path: 'feature new',
  summary: 'make a feature with everything that belongs to it',
  details:
    'Writes and commits spec.md, plan.md, tasks.md and the work packages under the next free number. Each work package depends on the one before it, unless --independent is given. docs/features.md says how all of it is written by hand.',
  positionals: { title: needed('what the feature is about, in a few words') },
  options: {
    wp: {
      ...text(
        'title of a work package; may be given several times; one called like the feature when not given',
        'TITLE',
      ),
      list: 'whole',
    },
    independent: flag('no work package depends on another'),
    target: text(
      'branch that the feature is merged into; the one that is checked out when not given',
      'BRANCH',
    ),
    'no-commit': NO_COMMIT,
  },
  examples: [
    ['spec-kitty feature new "Parcel labels"', 'one work package'],
    [
      'spec-kitty feature new "Parcel labels" --wp "The model" --wp "Print, and print again"',
      'two, the second after the first',
    ],
  ],
  run: async ({ args, client, signal, terminal }) => {
    const { wp: workPackages, independent, noCommit, ...said } = args;
    const input = { ...said, workPackages, isChain: !independent, commit: !noCommit };
    const work = await client.work.makeFeature.run({ checkout: await client.checkout(), ...input }, signal);
    const { feature, directory, workPackages: made } = work.result;
    const rows = made.map(({ id, title, dependencies }) => [id, title, describeIds(dependencies, '–')]);
    const text = lines([
      [bold(feature), ` is made in ${directory}/.`],
      '',
      table(COLUMNS, rows, terminal.width),
      '',
      'Write into spec.md, plan.md and tasks.md what is to be done, and commit it.',
      'Then announce it with:',
      `  spec-kitty agent feature finalize-tasks --feature ${feature}`,
    ]);
    return { work, text };
  },
});

const COLUMNS = ['work package', flexible('title'), 'depends on'];

export const checkFeature = defineCommand({
  path: 'feature check',
  summary: 'say of a plan what is read and what is passed over, line by line',
  details: 'Ends with exit code 1 when the feature cannot be finalized as it is. Changes nothing.',
  examples: [['spec-kitty feature check --feature 028-sync', 'before it is announced']],
  run: async ({ client, common }) => {
    const checked = await client.work.checkFeature.run(await client.feature(common.feature));
    return {
      outcome: checked.faults.length === 0 ? 'done' : 'failed',
      data: checked,
      text: lines(shown(checked)),
    };
  },
});

const shown = ({ feature, lines: read, faults }: FeatureCheck): readonly Text[] => [
  ...[...new Set(read.map(({ path }) => path))].flatMap((path): readonly Text[] => [
    bold(path),
    ...read.filter((each) => each.path === path).map(lineOf),
    '',
  ]),
  ...(faults.length === 0
    ? [[bold(feature), ' can be finalized.']]
    : [[bold(feature), ' cannot be finalized:'], ...faults.map((fault): Text => `  ${fault}`)]),
];

const lineOf = ({ line, verdict, what }: ReadLine): Text => [
  dim(String(line ?? '').padStart(NUMBER_WIDTH)),
  '  ',
  VERDICTS[verdict],
  what,
];

const NUMBER_WIDTH = 5;

const VERDICTS: Readonly<Record<ReadLine['verdict'], Text>> = {
  read: 'read         ',
  'passed-over': yellow('passed over  '),
  fault: red('fault        '),
};

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
    const data = { ...plan, removed: [], removable: plan.removed };
    if (plan.removed.length === 0)
      return { data, text: lines([[bold(plan.feature), ' has nothing to remove.'], ...keptLines(plan)]) };
    const isAsked = !args.yes && !common.json && canAsk(context);
    if (isAsked) for (const line of offer(plan)) terminal.say(line);
    if (args.yes || (isAsked && (await askYesNo(context, QUESTION)))) {
      const cleaned = await client.work.cleanFeature.run(request, signal);
      const removed = cleaned.removed.map((each): Text => ['Removed the ', describe(each), '.']);
      return { data: { ...cleaned, removable: [] }, text: lines([...removed, ...keptLines(cleaned)]) };
    }
    // After a no there is nothing to repeat.
    if (isAsked) return { data, text: 'Nothing was removed.' };
    const repeat = `  spec-kitty feature clean --feature ${plan.feature} --yes`;
    return { data, text: lines([...offer(plan), 'Nothing was removed. To remove them:', repeat]) };
  },
});

const QUESTION = 'Remove them? What git ignores in these work trees goes with them.';

const offer = (plan: CleanResult): readonly Text[] => [
  [bold(plan.feature), ' has no more use for:'],
  ...plan.removed.map((each): Text => ['  the ', describe(each)]),
  ...keptLines(plan),
];

const keptLines = ({ kept }: CleanResult): readonly Text[] =>
  kept.map((each): Text => ['Kept: the ', describe(each), ` ${each.reason}.`]);

const describe = ({ kind, name, workPackageId }: Leftover): string =>
  `${kind === 'worktree' ? 'work tree' : 'branch'} ${name} of ${workPackageId}`;
