import type { ReadLine } from '../../../../domain/work/plan-reading.js';
import type { FeatureCheck } from '../../../work/check-feature.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold, dim, lines, red, yellow, type Text } from '../../render/text.js';

export const run = async (context: CommandContext<object>): Promise<Report> => {
  const { client } = context;
  const checked = await client.work.checkFeature.run(await client.feature(context.common.feature));
  return {
    ...(checked.faults.length === 0 ? {} : { outcome: 'failed' as const }),
    data: { feature: checked.feature, lines: checked.lines, faults: checked.faults },
    text: lines(shown(checked)),
  };
};

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
