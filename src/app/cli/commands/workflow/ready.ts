import type { FeatureAhead } from '../../../work/read-work-ahead.js';
import { defineCommand } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';

export const ready = defineCommand({
  path: 'agent tasks ready',
  summary: 'say what may begin now, what waits for what, and what a person has to decide',
  details:
    'What may begin has all of its dependencies done, or merged and waiting for their review. First comes what most others wait for one after the other. Changes nothing.',
  examples: [['spec-kitty agent tasks ready --json', 'what to do next, for a program']],
  run: async ({ client, common }) => {
    const ahead = await client.work.readWorkAhead.run(await client.feature(common.feature));
    const next = ahead.ready.slice(0, 1).map(({ id }) => `spec-kitty implement ${id}`);
    return { data: ahead, text: lines(aheadLines(ahead)), next };
  },
});

const aheadLines = (ahead: FeatureAhead): readonly Text[] => {
  const sections: readonly (readonly [title: string, content: readonly Text[]])[] = [
    [
      'May begin',
      ahead.ready.map((each) => told(each, each.chain > 1 ? `${each.chain - 1} after it, one by one` : '')),
    ],
    ['To be reviewed', ahead.toReview.map((each) => told(each, each.agent))],
    ['In work', ahead.inWork.map((each) => told(each, each.agent))],
    [
      'Waiting',
      ahead.waiting.map((each) =>
        told(each, `for ${each.waitsFor.map(({ id, lane }) => `${id} (${lane})`).join(', ')}`),
      ),
    ],
    ['A person has to decide', ahead.decisions.map(({ reason }) => reason)],
  ];
  const shown = sections.flatMap(([title, content]) =>
    content.length === 0 ? [] : ['', bold(title), ...content],
  );
  return shown.length === 0 ? ['All of its work is done.'] : shown.slice(1);
};

const told = ({ id, title }: { readonly id: string; readonly title: string }, beside = ''): Text => [
  bold(id),
  ` ${title}`,
  dim(beside === '' ? '' : `  ${beside}`),
];
