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
  const sections = [
    ...section(
      'May begin',
      ahead.ready.map(({ id, title, chain }) => [
        ...named(id, title),
        ...(chain > 1 ? [dim(`  ${chain - 1} after it, one by one`)] : []),
      ]),
    ),
    ...section(
      'To be reviewed',
      ahead.toReview.map(({ id, title, agent }) => [...named(id, title), ...of(agent)]),
    ),
    ...section(
      'In work',
      ahead.inWork.map(({ id, title, agent }) => [...named(id, title), ...of(agent)]),
    ),
    ...section(
      'Waiting',
      ahead.waiting.map(({ id, title, waitsFor }) => [
        ...named(id, title),
        dim(`  for ${waitsFor.map((each) => `${each.id} (${each.lane})`).join(', ')}`),
      ]),
    ),
    ...section(
      'A person has to decide',
      ahead.decisions.map(({ reason }) => [reason]),
    ),
  ];
  return sections.length === 0 ? ['All of its work is done.'] : sections.slice(1);
};

const section = (title: string, content: readonly Text[]): readonly Text[] =>
  content.length === 0 ? [] : ['', bold(title), ...content];

const named = (id: string, title: string): Text[] => [bold(id), ' ', title];

const of = (agent: string | undefined): readonly Text[] => (agent === undefined ? [] : [dim(`  ${agent}`)]);
