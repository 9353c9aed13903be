import { SyncError } from '../../../../domain/errors.js';
import type { DeadLetterChoice, DeadLetter } from '../../../reports/dead-letters.js';
import { defineCommand, flag, needed, several, text } from '../../define-command.js';
import { facts } from '../../render/table.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import { isMeant } from '../shared/ask.js';

const IDS = { ids: several('event ids; the beginning of one is enough when it names only one') };
const ALL = flag('all dead letters');

/** The commands about events that were given up on. */
export const deadLetterCommands = [
  defineCommand({
    path: 'sync dead-letters list',
    summary: 'list the events that were given up on, with the reasons',
    options: { 'project-uuid': text('only those of this project', 'UUID') },
    examples: [['spec-kitty sync dead-letters list', 'those of all projects on this machine']],
    run: async ({ args, client }) => {
      const deadLetters = await client.reports.listDeadLetters.run(args.projectUuid);
      const data = { deadLetters };
      if (deadLetters.length === 0) return { data, text: dim('There are no dead letters.') };
      const ways = [
        'Send one again with: spec-kitty sync dead-letters requeue ID',
        'Throw one away with: spec-kitty sync dead-letters discard ID',
      ];
      return { data, text: lines([...deadLetters.flatMap(describe), '', ...ways]) };
    },
  }),
  defineCommand({
    path: 'sync dead-letters show',
    summary: 'show one dead letter with the whole event',
    positionals: { id: needed('event id; its beginning is enough when it names only one') },
    examples: [['spec-kitty sync dead-letters show 01KH0000', 'what was refused, and why']],
    run: async ({ args, client }) => {
      const [letter] = await client.reports.decideDeadLetters.choose([args.id]);
      if (letter === undefined) throw new Error('a choice of one is one');
      const event = letter.event === undefined ? [] : ['', JSON.stringify(letter.event, undefined, 2)];
      return {
        data: letter,
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
    },
  }),
  defineCommand({
    path: 'sync dead-letters requeue',
    summary: 'make dead letters pending again',
    details: 'An event that is damaged or invalid stays a dead letter: it can never be sent as it is.',
    positionals: IDS,
    options: { all: ALL },
    examples: [['spec-kitty sync dead-letters requeue --all', 'after the hub has been put right']],
    run: async ({ args: { ids, all }, client: { reports } }) => {
      const letters = await reports.decideDeadLetters.choose(choiceOf(ids, all));
      const { decided, left } = await reports.decideDeadLetters.run('requeue', letters);
      return {
        outcome: decided.length === 0 && left.length > 0 ? 'failed' : 'done',
        data: { requeued: decided.map(({ eventId }) => eventId), left },
        text: lines([
          `${decided.length} ${decided.length === 1 ? 'event is' : 'events are'} pending again. Deliver with: spec-kitty sync now`,
          ...left.map(({ eventId, reason }) => `  ${eventId} can never be sent as it is: ${reason}`),
        ]),
      };
    },
  }),
  defineCommand({
    path: 'sync dead-letters discard',
    summary: 'throw dead letters away',
    details: 'Asks first. They stay counted as discarded.',
    positionals: IDS,
    options: { all: ALL, yes: flag('do not ask') },
    examples: [['spec-kitty sync dead-letters discard 01KH0000 --yes', 'in a script']],
    run: async (context) => {
      const { args, client } = context;
      const letters = await client.reports.decideDeadLetters.choose(choiceOf(args.ids, args.all));
      const question = `Throw ${letters.length} ${letters.length === 1 ? 'event' : 'events'} away? No hub will ever get them.`;
      if (letters.length > 0 && !(await isMeant(context, question, 'the events shall be thrown away')))
        return { data: { discarded: [] }, text: 'Nothing was discarded.' };
      const { decided } = await client.reports.decideDeadLetters.run('discard', letters);
      return {
        data: { discarded: decided.map(({ eventId }) => eventId) },
        text: `Discarded ${decided.length}. They stay counted as discarded.`,
      };
    },
  }),
];

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

/** Which dead letters a command line means; one that means none, or some and all, is a misuse. */
const choiceOf = (ids: readonly string[], all: boolean): DeadLetterChoice => {
  if (all !== ids.length > 0) return all ? 'all' : ids;
  const message = all ? 'Name ids or --all, not both.' : 'Name ids of dead letters, or --all.';
  throw new SyncError('wrong-usage', message, {
    hint: 'The ids are listed by: spec-kitty sync dead-letters list',
  });
};
