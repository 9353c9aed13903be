import { resolve } from 'node:path';
import type { EnvelopeDocument } from '../../../../domain/events/envelope.js';
import { describePayload } from '../../../../domain/events/describe-payload.js';
import { SyncError } from '../../../../domain/errors.js';
import { describeScope } from '../../../reports/event-scope.js';
import type { ExportReport } from '../../../reports/journal-events.js';
import { shownTime } from '../../../reports/shown-time.js';
import { choice, defineCommand, number, text } from '../../define-command.js';
import type { Io } from '../../io.js';
import { flexible, right, table } from '../../render/table.js';
import { dim } from '../../render/text.js';
import { visibleJson } from '../../render/visible.js';
import type { Terminal } from '../../terminal.js';
import { isStdout, stdoutIsTaken, writeOutput } from '../shared/output-file.js';

/** The option with which a command about events looks at one work package. */
export const OF_WORK_PACKAGE = text('only events about this work package', 'WPnn');

export const listEvents = defineCommand({
  path: 'events list',
  summary: 'list the events captured in this project on this machine',
  details: 'All features, unless --feature or SPECIFY_FEATURE names one.',
  options: { wp: OF_WORK_PACKAGE, limit: number('the newest so many; 50 when not given') },
  examples: [['spec-kitty events list --wp WP01', 'what happened to WP01']],
  run: async ({ args: { wp: workPackage, limit = DEFAULT_LIMIT }, client, common, terminal }) => {
    const request = { ...(await client.feature(common.feature)), workPackage };
    const { events, scope } = await client.reports.listEvents.run({ ...request, limit: wholeFromOne(limit) });
    const rows = events.map(rowOf);
    return {
      data: { events },
      text: rows.length === 0 ? dim(noEvents(describeScope(scope))) : table(COLUMNS, rows, terminal.width),
    };
  },
});

/** A limit that somebody gave; any other number is a misuse. */
const wholeFromOne = (limit: number): number => {
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new SyncError('wrong-usage', '--limit takes a whole number from 1.');
};

const noEvents = (about: string): string =>
  about === ''
    ? 'No events were captured here yet.'
    : `No events about ${about} were captured here. All of this project: spec-kitty events list`;

const DEFAULT_LIMIT = 50;

const COLUMNS = [right('clock'), 'when', 'event', flexible('feature'), flexible('about'), flexible('what')];

/** The feature that an event is about, or about something inside of; empty when none. */
export const featureOf = ({ payload }: EnvelopeDocument): string =>
  typeof payload['feature_slug'] === 'string' ? payload['feature_slug'] : '';

const rowOf = (event: EnvelopeDocument): readonly string[] => [
  String(event.lamport_clock),
  shownTime(event.timestamp),
  event.event_type,
  featureOf(event),
  event.aggregate_id,
  describePayload(event),
];

export const exportEvents = defineCommand({
  path: 'events export',
  summary: "write this project's events, one JSON document on each line",
  details:
    'As they were captured, or as CloudEvents 1.0 in structured mode; nothing of them is lost in either form.',
  options: {
    format: choice('ndjson when not given', ['ndjson', 'cloudevents']),
    output: text('write to this file; stdout when not given, or for -', 'FILE'),
    wp: OF_WORK_PACKAGE,
    limit: number('the newest so many; all when not given'),
  },
  examples: [
    ['spec-kitty events export --output events.ndjson', 'everything that was captured here'],
    ['spec-kitty events export --format cloudevents --wp WP01', 'for other tools'],
  ],
  run: async ({ args, client, common, io, signal, terminal }) => {
    const { format = 'ndjson', limit, output = '-', wp } = args;
    const path = isStdout(output) ? undefined : resolve(io.cwd, output);
    if (common.json && path === undefined) {
      const hint = 'Add --output FILE, or leave --json out: the events are JSON in any case.';
      throw stdoutIsTaken('the events need', hint);
    }
    if (limit !== undefined) wholeFromOne(limit);
    const request = { ...(await client.feature(common.feature)), format, limit, workPackage: wp };
    const exportTo: ExportTo = (write) => client.reports.exportEvents.run(request, write, signal);
    const unique = (await client.port('randomness')).uuid();
    const { events, damaged, scope } = await (path === undefined
      ? toStdout(exportTo, io, terminal)
      : writeOutput({ path, unique, hint: ELSEWHERE }, exportTo, signal));
    if (damaged > 0) {
      const records = damaged === 1 ? '1 damaged record is' : `${damaged} damaged records are`;
      terminal.warn(`${records} left out: the event is lost. See: spec-kitty sync doctor`);
    }
    if (signal.aborted) return { outcome: 'interrupted', isStream: true };
    const about = describeScope(scope);
    const told = `${events === 1 ? '1 event' : `${events} events`}${about === '' ? '' : ` about ${about}`}`;
    if (path !== undefined)
      return { data: { format, output: path, events, damaged }, text: `${told} written to ${path}.` };
    terminal.note(`${told}.`);
    return { isStream: true };
  },
});

/** Writes all of it, line by line. */
type ExportTo = (write: (line: string) => Promise<void>) => Promise<ExportReport>;

const ELSEWHERE = 'Choose another place with --output FILE; what is there is as before.';

/** Whoever reads slowly is waited for now and then, so that memory does not grow with the journal. */
const toStdout = async (exportTo: ExportTo, io: Io, terminal: Terminal): Promise<ExportReport> => {
  let written = 0;
  const report = await exportTo(async (line) => {
    terminal.raw(`${visibleJson(line)}\n`);
    written += line.length;
    if (written < PORTION_CHARACTERS) return;
    written = 0;
    await io.stdout.drained?.();
  });
  // Only what has found a place is counted.
  await io.stdout.drained?.();
  return report;
};

const PORTION_CHARACTERS = 1024 * 1024;
