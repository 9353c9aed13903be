import type { FeatureCheck, ReadLine } from '../../../work/check-feature.js';
import { defineCommand } from '../../define-command.js';
import { bold, dim, lines, red, yellow, type Text } from '../../render/text.js';

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
