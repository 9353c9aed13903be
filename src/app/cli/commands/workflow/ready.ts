import type { FeatureAhead } from '../../../work/read-work-ahead.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import { nextCommand } from '../shared/next-command.js';
import { aheadDocument } from './ahead-document.js';

export const run = async (context: CommandContext<unknown>): Promise<Report> => {
  const { client, common } = context;
  const ahead = await client.work.readWorkAhead.run(await client.feature(common.feature));
  return { data: aheadDocument(ahead), text: lines(aheadLines(ahead)), next: nextOf(ahead, context) };
};

const nextOf = ({ ready }: FeatureAhead, context: CommandContext<unknown>): readonly NextCommand[] =>
  ready[0] === undefined ? [] : [nextCommand(context, `spec-kitty implement ${ready[0].id}`)];

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
