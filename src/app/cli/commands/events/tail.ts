import type { ConnectionStatus } from '../../../../domain/delivery/connection.js';
import { parseEnvelope } from '../../../../domain/events/parse-envelope.js';
import { upcast } from '../../../../domain/events/upcast.js';
import type { EventMessage } from '../../../../domain/wire.js';
import { TOKENS } from '../../../container/tokens.js';
import { grantedAccess } from '../../../usecases/granted-access.js';
import type { Report } from '../../define-command.js';
import { dim, type Text } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { describePayload } from '../shared/describe-payload.js';

interface Args {
  readonly projectUuid: string | undefined;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { args, common, container, signal, terminal } = context;
  const client = await container();
  // A connection that cannot be had is tried for ever; a sign-in that is missing is not worth waiting for.
  const { account } = await grantedAccess(await client.get(TOKENS.accessTokens), signal);
  const liveLinkTo = await client.get(TOKENS.liveLinkTo);
  let heard = 0;
  const link = liveLinkTo({
    onEvent: ({ type: _type, ...event }) => {
      if (args.projectUuid !== undefined && event['project_uuid'] !== args.projectUuid) return;
      heard += 1;
      if (common.json) terminal.record(event);
      else terminal.print(lineOf(event));
    },
    onStatus: (status) => terminal.note(dim(`[${WORDS[status]}]`)),
  });
  terminal.note(`Events of team ${account.team} at ${account.hub.url}, until interrupted.`);
  await link.run(() => undefined, signal);
  return { outcome: 'interrupted', isStream: true, data: { heard } };
};

const WORDS: Readonly<Record<ConnectionStatus, string>> = {
  Connected: 'Connected',
  Reconnecting: 'Reconnecting',
  Offline: 'Offline',
  OfflineBatchMode: 'Offline: the hub gives no live session; it is asked again in 5 minutes',
};

/** One line for one event; of an event that this version does not understand, what every event has. */
const lineOf = (event: Omit<EventMessage, 'type'>): Text => {
  const parsed = parseEnvelope(event, 'foreign');
  if (!parsed.ok) return `${String(event.lamport_clock)}  ${event.event_type}  ${event.event_id}`;
  const document = upcast(parsed.value);
  const project = typeof document.project_slug === 'string' ? `${document.project_slug} ` : '';
  return [
    `${document.timestamp.slice(0, 19).replace('T', ' ')}  ${project}${document.aggregate_id}`,
    `  ${document.event_type}  ${describePayload(document)}`,
    dim(`  ${document.node_id}`),
  ];
};
