import type { ConnectionStatus } from '../../../../domain/delivery/connection.js';
import { parseEnvelope } from '../../../../domain/events/parse-envelope.js';
import { upcast } from '../../../../domain/events/upcast.js';
import { SyncError } from '../../../../domain/errors.js';
import { normalizeEventId } from '../../../../domain/ids.js';
import type { TailedEvent, TailInput } from '../../../delivery/event-tail.js';
import { defineCommand, text, type CommandContext } from '../../define-command.js';
import { dim, type Text } from '../../render/text.js';
import { shownTime } from '../../../reports/shown-time.js';
import { describeScope, isAbout, type EventScope } from '../../../reports/event-scope.js';
import { describePayload } from '../../../../domain/events/describe-payload.js';
import { featureOf, OF_WORK_PACKAGE } from './journal.js';

export const tailEvents = defineCommand({
  path: 'events tail',
  summary: "show the team's events live from the hub, until interrupted",
  details:
    'After a break it goes on where it was. With --json every event is one document on one line (NDJSON).',
  options: {
    after: text('begin after this event: its number at the hub, or its id; 0 for all', 'N|ID'),
    wp: OF_WORK_PACKAGE,
    'project-uuid': text('only those of this project', 'UUID'),
  },
  examples: [
    ['spec-kitty events tail --json', 'as they arrive at the hub, for a program'],
    ['spec-kitty events tail --after 0', 'everything that the hub has, then what arrives'],
  ],
  run: async (context) => {
    const { args, common, client, signal, terminal } = context;
    const scope = await scopeOf(context, args.wp);
    const about = describeScope(scope);
    const input: TailInput = {
      ...(args.after === undefined ? {} : { after: cursorOf(args.after) }),
      projectUuid: args.projectUuid?.toLowerCase(),
      onEvent: (event: TailedEvent) => {
        if (!isAbout(event['payload'], scope)) return;
        if (common.json) terminal.record(event);
        else terminal.print(lineOf(event));
      },
      onBegin: ({ team, hub }) =>
        terminal.note(
          `Events ${about === '' ? '' : `about ${about} `}of team ${team} at ${hub.url}, until interrupted.`,
        ),
      onRestored: ({ hub }) =>
        terminal.warn(`The hub at ${hub.url} was restored: its events are shown anew, from the first one.`),
      onStatus: (status) => terminal.note(dim(`[${WORDS[status]}]`)),
    };
    await client.delivery.followEvents.run(input, signal);
    return { outcome: 'interrupted', isStream: true };
  },
});

/** Outside every project nobody knows the features of the team, so a name is taken as it is. */
const scopeOf = async (
  { client, common, io }: CommandContext,
  workPackage: string | undefined,
): Promise<EventScope> => {
  if ((await client.findCheckout()) !== undefined) {
    const request = { ...(await client.feature(common.feature)), workPackage };
    return (await client.reports.scopeEvents.run(request)).scope;
  }
  const feature = common.feature ?? io.env['SPECIFY_FEATURE'];
  return { workPackage, feature: feature === '' ? undefined : feature };
};

/** A number is one of the hub's, and no id is so short. */
const cursorOf = (after: string): number | string => {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  const eventId = normalizeEventId(after);
  if (eventId !== undefined) return eventId;
  throw new SyncError('wrong-usage', '--after takes a sequence number of the hub, or the id of an event.');
};

const WORDS: Readonly<Record<ConnectionStatus, string>> = {
  Connected: 'Connected',
  Reconnecting: 'Reconnecting',
  Offline: 'Offline',
  OfflineBatchMode: 'Offline: the hub gives no live session; it is asked again in 5 minutes',
};

/** One line for one event; of an event that this version does not understand, what every event has. */
const lineOf = (event: TailedEvent): Text => {
  const parsed = parseEnvelope(event, 'foreign');
  if (!parsed.ok)
    return [event['lamport_clock'], event['event_type'], event['event_id']].map(String).join('  ');
  const document = upcast(parsed.value);
  const project = typeof document.project_slug === 'string' ? `${document.project_slug} ` : '';
  const feature = featureOf(document);
  const whose = feature === '' || feature === document.aggregate_id ? '' : `${feature} `;
  return [
    `${shownTime(document.timestamp)}  ${project}${whose}${document.aggregate_id}`,
    `  ${document.event_type}  ${describePayload(document)}`,
    dim(`  ${document.node_id}`),
  ];
};
