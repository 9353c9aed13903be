import type { DeadLetter } from '../../../../reports/list-dead-letters.js';
import type { CommandContext, Report } from '../../../define-command.js';
import { bold, dim, lines, type Text } from '../../../render/text.js';
import { deadLetterDocument } from './dead-letter-document.js';

interface Args {
  readonly projectUuid: string | undefined;
}

export const run = async ({ args, client }: CommandContext<Args>): Promise<Report> => {
  const letters = await client.reports.listDeadLetters.run(args.projectUuid);
  return {
    data: { dead_letters: letters.map(deadLetterDocument) },
    text:
      letters.length === 0
        ? dim('There are no dead letters.')
        : lines([
            ...letters.flatMap(describe),
            '',
            'Send one again with: spec-kitty sync dead-letters requeue ID',
            'Throw one away with: spec-kitty sync dead-letters discard ID',
          ]),
  };
};

// Not a table: an id that is cut cannot be copied, and reasons are sentences.
const describe = (letter: DeadLetter): readonly Text[] => [
  [
    bold(letter.eventId),
    `  ${letter.eventType ?? 'unknown type'} of ${letter.aggregateId ?? 'unknown'}`,
    `, ${letter.attempts} ${letter.attempts === 1 ? 'try' : 'tries'}`,
    ...(letter.timestamp === undefined ? [] : [`, ${letter.timestamp.slice(0, 16).replace('T', ' ')}`]),
  ],
  `    ${letter.reason}`,
];
