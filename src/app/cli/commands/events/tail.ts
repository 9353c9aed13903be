import type { ConnectionStatus } from '../../../../domain/delivery/connection.js';
import { parseEnvelope } from '../../../../domain/events/parse-envelope.js';
import { upcast } from '../../../../domain/events/upcast.js';
import { SyncError } from '../../../../domain/errors.js';
import { normalizeEventId } from '../../../../domain/ids.js';
import { TOKENS } from '../../../container/tokens.js';
import type { TailedEvent } from '../../../sync/event-tail.js';
import { grantedAccess } from '../../../usecases/account/granted-access.js';
import type { Report } from '../../define-command.js';
import { dim, type Text } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { describePayload } from '../shared/describe-payload.js';

interface Args {
  readonly projectUuid: string | undefined;
  readonly after: string | undefined;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { args, common, container, signal, terminal } = context;
  const client = await container();
  // A connection that cannot be had is tried for ever; a sign-in that is missing is not worth waiting for.
  const { account } = await grantedAccess(await client.get(TOKENS.accessTokens), signal);
  const eventTail = await client.get(TOKENS.eventTail);
  let heard = 0;
  const tail = eventTail({
    ...(args.after === undefined ? {} : { after: cursorOf(args.after) }),
    ...(args.projectUuid === undefined ? {} : { projectUuid: args.projectUuid.toLowerCase() }),
    onEvent: (event) => {
      heard += 1;
      if (common.json) terminal.record(event);
      else terminal.print(lineOf(event));
    },
    onStatus: (status) => terminal.note(dim(`[${WORDS[status]}]`)),
  });
  terminal.note(`Events of team ${account.team} at ${account.hub.url}, until interrupted.`);
  await tail.run(signal);
  return { outcome: 'interrupted', isStream: true, data: { heard } };
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
  return [
    `${document.timestamp.slice(0, 19).replace('T', ' ')}  ${project}${document.aggregate_id}`,
    `  ${document.event_type}  ${describePayload(document)}`,
    dim(`  ${document.node_id}`),
  ];
};
