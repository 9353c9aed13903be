import { workPackageIdOf } from '../../../../domain/workflow/work-package-id.js';
import type { EnvelopeDocument } from '../../../../domain/events/envelope-document.js';
import { SyncError } from '../../../../domain/errors.js';
import { TOKENS } from '../../../container/tokens.js';
import type { Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { dim } from '../../render/text.js';
import { checkoutOf, type ClientContext } from '../shared/client.js';
import { describePayload } from '../shared/describe-payload.js';

interface Args {
  readonly wp: string | undefined;
  readonly limit: number | undefined;
}

export const run = async ({ args, common, container, terminal }: ClientContext<Args>): Promise<Report> => {
  const limit = args.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new SyncError('wrong-usage', '--limit takes a whole number from 1.');
  }
  const client = await container();
  const [listEvents, outboxes, showIdentity] = await Promise.all([
    client.get(TOKENS.listEvents),
    client.get(TOKENS.outboxes),
    client.get(TOKENS.showIdentity),
  ]);
  await checkoutOf(client, common.project);
  const identity = await showIdentity.run(common.project);
  const uuid = identity?.project.uuid?.value;
  // A project whose identity is not minted yet has captured nothing; events without any identity are not its own.
  const listed =
    uuid === undefined
      ? []
      : await listEvents.run(outboxes.open(uuid), {
          limit,
          ...(common.feature === undefined ? {} : { feature: common.feature }),
          ...(args.wp === undefined ? {} : { workPackage: workPackageIdOf(args.wp) }),
        });
  return {
    data: { events: listed.map(({ event }) => event) },
    text:
      listed.length === 0
        ? dim('No events were captured here yet.')
        : table(
            COLUMNS,
            listed.map(({ event }) => rowOf(event)),
            terminal.width,
          ),
  };
};

const DEFAULT_LIMIT = 50;

const COLUMNS = [
  { header: 'clock', align: 'right' },
  { header: 'when' },
  { header: 'event' },
  { header: 'about', flexible: true },
  { header: 'what', flexible: true },
] as const;

const rowOf = (event: EnvelopeDocument): readonly string[] => [
  String(event.lamport_clock),
  event.timestamp.slice(0, 19).replace('T', ' '),
  event.event_type,
  event.aggregate_id,
  describePayload(event),
];
