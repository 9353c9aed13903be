import { resolve } from 'node:path';
import { SyncError } from '../../../../domain/errors.js';
import type { ExportReport } from '../../../reports/journal-events.js';
import {
  choice,
  defineCommand,
  number,
  text,
  type ArgsOf,
  type CommandContext,
} from '../../define-command.js';
import { visibleJson } from '../../render/visible.js';
import { describeScope } from '../../../reports/event-scope.js';
import { given } from '../shared/given.js';
import { isStdout, writeOutput } from '../shared/output-file.js';
import { OF_WORK_PACKAGE, wholeFromOne } from './list.js';

const OPTIONS = {
  format: choice('ndjson when not given', ['ndjson', 'cloudevents']),
  output: text('write to this file; stdout when not given, or for -', 'FILE'),
  wp: OF_WORK_PACKAGE,
  limit: number('the newest so many; all when not given'),
} as const;

type Export = CommandContext<ArgsOf<'events export', typeof OPTIONS>>;

export const exportEvents = defineCommand({
  path: 'events export',
  summary: "write this project's events, one JSON document on each line",
  details:
    'As they were captured, or as CloudEvents 1.0 in structured mode; nothing of them is lost in either form.',
  options: OPTIONS,
  examples: [
    ['spec-kitty events export --output events.ndjson', 'everything that was captured here'],
    ['spec-kitty events export --format cloudevents --wp WP01', 'for other tools'],
  ],
  run: async (context) => {
    const { args, common, io, signal, terminal } = context;
    const output = args.output === undefined || isStdout(args.output) ? undefined : args.output;
    if (common.json && output === undefined) {
      throw new SyncError(
        'wrong-usage',
        'With --json stdout holds one document, and the events need a place.',
        { hint: 'Add --output FILE, or leave --json out: the events are JSON in any case.' },
      );
    }
    if (args.limit !== undefined) wholeFromOne(args.limit);
    const path = output === undefined ? undefined : resolve(io.cwd, output);
    const { events, damaged, about } = await (path === undefined ? toStdout(context) : toFile(context, path));
    if (damaged > 0) {
      const records = damaged === 1 ? '1 damaged record is' : `${damaged} damaged records are`;
      terminal.warn(`${records} left out: the event is lost. See: spec-kitty sync doctor`);
    }
    if (signal.aborted) return { outcome: 'interrupted', isStream: true };
    if (path === undefined) {
      terminal.note(`${counted(events, about)}.`);
      return { isStream: true };
    }
    return {
      data: { format: args.format ?? 'ndjson', output: path, events, damaged },
      text: `${counted(events, about)} written to ${path}.`,
    };
  },
});

interface Exported extends ExportReport {
  /** What was asked for; empty when everything was. */
  readonly about: string;
}

const counted = (events: number, about: string): string =>
  `${events === 1 ? '1 event' : `${events} events`}${about === '' ? '' : ` about ${about}`}`;

/** Whoever reads slowly is waited for now and then, so that memory does not grow with the journal. */
const toStdout = async (context: Export): Promise<Exported> => {
  const { io, terminal } = context;
  let written = 0;
  const report = await exportTo(context, async (line) => {
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

const ELSEWHERE = 'Choose another place with --output FILE; what is there is as before.';

const toFile = async (context: Export, path: string): Promise<Exported> => {
  const randomness = await context.client.port('randomness');
  const output = { path, unique: randomness.uuid(), hint: ELSEWHERE };
  return writeOutput(output, (write) => exportTo(context, write), context.signal);
};

const exportTo = async (
  { args, client, common, signal }: Export,
  write: (line: string) => Promise<void>,
): Promise<Exported> => {
  const { format = 'ndjson', limit, wp } = args;
  const input = { ...(await client.feature(common.feature)), format, ...given({ limit, workPackage: wp }) };
  const report = await client.reports.exportEvents.run(input, write, signal);
  return { ...report, about: describeScope(report.scope) };
};
