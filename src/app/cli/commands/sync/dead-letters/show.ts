import type { CommandContext, Report } from '../../../define-command.js';
import { facts } from '../../../render/table.js';
import { lines, type Text } from '../../../render/text.js';
import { deadLetterDocument } from './dead-letter-document.js';

interface Args {
  readonly id: string;
}

export const run = async ({ args, client }: CommandContext<Args>): Promise<Report> => {
  const [letter] = await client.reports.decideDeadLetters.choose([args.id]);
  if (letter === undefined) throw new Error('a choice of one is one');
  const event: readonly Text[] =
    letter.event === undefined ? [] : ['', JSON.stringify(letter.event, undefined, 2)];
  return {
    data: { ...deadLetterDocument(letter), event: letter.event ?? null },
    text: lines([
      facts([
        ['event', letter.eventId],
        ['project', letter.projectUuid ?? 'without identity'],
        ['reason', letter.reason],
        ['tries', String(letter.attempts)],
        ['refused by', letter.refusedBy === 'hub' ? 'the hub' : 'us: it can never be sent as it is'],
      ]),
      ...event,
    ]),
  };
};
