import { describeIds } from '../../../../domain/work/work-package-id.js';
import { defineCommand, flag, text } from '../../define-command.js';
import { table } from '../../render/table.js';
import { bold, lines } from '../../render/text.js';
import { workReport } from '../shared/work-report.js';
import { NO_COMMIT } from '../workflow/options.js';

export const newFeature = defineCommand({
  path: 'feature new <title>',
  summary: 'make a feature with everything that belongs to it',
  details:
    'Writes and commits spec.md, plan.md, tasks.md and the work packages under the next free number. Each work package depends on the one before it, unless --independent is given. docs/features.md says how all of it is written by hand.',
  positionals: { title: 'what the feature is about, in a few words' },
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
  run: async (context) => {
    const { args, client, signal, terminal } = context;
    const { wp: workPackages, independent, noCommit, ...said } = args;
    const input = { ...said, workPackages, isChain: !independent, commit: !noCommit };
    const work = await client.work.makeFeature.run({ checkout: await client.checkout(), ...input }, signal);
    const { feature, directory, workPackages: made } = work.result;
    const rows = made.map(({ id, title, dependencies }) => [id, title, describeIds(dependencies, '–')]);
    const report = lines([
      [bold(feature), ` is made in ${directory}/.`],
      '',
      table(COLUMNS, rows, terminal.width),
      '',
      'Write into spec.md, plan.md and tasks.md what is to be done, and commit it.',
      'Then announce it with:',
      `  spec-kitty agent feature finalize-tasks --feature ${feature}`,
    ]);
    return workReport(context, work, report);
  },
});

const COLUMNS = [
  { header: 'work package' },
  { header: 'title', flexible: true },
  { header: 'depends on' },
] as const;
