import type { EnvelopeDocument } from '../../../../domain/events/envelope.js';
import { describePayload } from '../../../../domain/events/describe-payload.js';
import { describeScope } from '../../../reports/event-scope.js';
import { shownTime } from '../../../reports/shown-time.js';
import { defineCommand, number, text } from '../../define-command.js';
import { table } from '../../render/table.js';
import { dim } from '../../render/text.js';
import { given } from '../shared/given.js';
import { SyncError } from '../../../../domain/errors.js';

/** The option with which a command about events looks at one work package. */
export const OF_WORK_PACKAGE = text('only events about this work package', 'WPnn');

export const listEvents = defineCommand({
  path: 'events list',
  summary: 'list the events captured in this project on this machine',
  details: 'All features, unless --feature or SPECIFY_FEATURE names one.',
  options: { wp: OF_WORK_PACKAGE, limit: number('the newest so many; 50 when not given') },
  examples: [['spec-kitty events list --wp WP01', 'what happened to WP01']],
  run: async ({ args: { wp: workPackage, limit = DEFAULT_LIMIT }, client, common, terminal }) => {
    const request = { ...(await client.feature(common.feature)), ...given({ workPackage }) };
    const { events, scope } = await client.reports.listEvents.run({ ...request, limit: wholeFromOne(limit) });
    const rows = events.map(({ event }) => rowOf(event));
    return {
      data: { events: events.map(({ event }) => event) },
      text: rows.length === 0 ? dim(noEvents(describeScope(scope))) : table(COLUMNS, rows, terminal.width),
    };
  },
});

/** A limit that somebody gave; any other number is a misuse. */
export const wholeFromOne = (limit: number): number => {
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new SyncError('wrong-usage', '--limit takes a whole number from 1.');
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
