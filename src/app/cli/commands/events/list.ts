import type { EnvelopeDocument } from '../../../../domain/events/envelope.js';
import { SyncError } from '../../../../domain/errors.js';
import type { CommandContext, Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { dim } from '../../render/text.js';
import { describeScope } from '../../../reports/event-scope.js';
import { shownTime } from '../../../reports/shown-time.js';
import { describePayload } from '../../../../domain/events/describe-payload.js';
import { given } from '../shared/given.js';

interface Args {
  readonly wp: string | undefined;
  readonly limit: number | undefined;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, common, terminal } = context;
  const limit = args.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new SyncError('wrong-usage', '--limit takes a whole number from 1.');
  }
  const request = { ...(await client.feature(common.feature)), ...given({ workPackage: args.wp }) };
  const { events, scope } = await client.reports.listEvents.run({ ...request, limit });
  return {
    data: { events: events.map(({ event }) => event) },
    text:
      events.length === 0
        ? dim(noEvents(describeScope(scope)))
        : table(
            COLUMNS,
            events.map(({ event }) => rowOf(event)),
            terminal.width,
          ),
  };
};

const noEvents = (about: string): string =>
  about === ''
    ? 'No events were captured here yet.'
    : `No events about ${about} were captured here. All of this project: spec-kitty events list`;

const DEFAULT_LIMIT = 50;

const COLUMNS = [
  { header: 'clock', align: 'right' },
  { header: 'when' },
  { header: 'event' },
  { header: 'feature', flexible: true },
  { header: 'about', flexible: true },
  { header: 'what', flexible: true },
] as const;

const featureOf = ({ payload }: EnvelopeDocument): string =>
  typeof payload['feature_slug'] === 'string' ? payload['feature_slug'] : '';

const rowOf = (event: EnvelopeDocument): readonly string[] => [
  String(event.lamport_clock),
  shownTime(event.timestamp),
  event.event_type,
  featureOf(event),
  event.aggregate_id,
  describePayload(event),
];
