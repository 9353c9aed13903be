import { resolve } from 'node:path';
import { eventPieces } from '../../../../domain/events/event-pieces.js';
import { SyncError } from '../../../../domain/errors.js';
import { streamNamed } from '../shared/named-file.js';
import type { FileImportReport, ImportReport } from '../../../outbox/import-events.js';
import { defineCommand, optional, text, type CommandContext, type Report } from '../../define-command.js';
import { firstLines, lines, type Text } from '../../render/text.js';
import type { DataOf } from '../../../documents/all.js';

export const importEvents = defineCommand({
  path: 'events import',
  summary: 'take over events from a file',
  details:
    'Envelopes or CloudEvents, one on each line or as one list. Events keep id, machine and clock; what is known already is skipped, and every line that cannot be used is named.',
  positionals: { file: optional('what events export has written, or other CloudEvents; - for stdin') },
  options: {
    'from-queue-db': text(
      'instead: the queue of spec-kitty 2.x, or the directory with all of its queues',
      'PLACE',
    ),
  },
  examples: [
    ['spec-kitty events import events.ndjson', 'on another machine, or from a backup'],
    ['spec-kitty events import --from-queue-db ~/.spec-kitty', 'once, after upgrading'],
  ],
  run: async (context) => {
    const { args, client, io } = context;
    if ((args.file === undefined) === (args.fromQueueDb === undefined)) {
      throw new SyncError('wrong-usage', 'What to take over has to be named, once.', {
        hint: 'Give FILE, or - for stdin, or --from-queue-db FILE. See: spec-kitty events import --help',
      });
    }
    if (args.file !== undefined) return importFile(context, args.file);
    const report = await client.outbox.importQueue.run(resolve(io.cwd, args.fromQueueDb ?? ''));
    return {
      outcome: report.refused > 0 ? 'failed' : 'done',
      data: report,
      text: lines([
        ...summary(report),
        ...report.unusable.map(({ eventId, reason }) => `  ${eventId}: ${reason}`),
      ]),
    };
  },
});

const importFile = async (
  { client, io, signal, terminal }: CommandContext,
  file: string,
): Promise<Report<DataOf<'events import'>>> => {
  const source = file === '-' ? io.stdin() : streamNamed(resolve(io.cwd, file), signal);
  let durable: FileImportReport | undefined;
  const onPortion = (report: FileImportReport): void => void (durable = report);
  const report = await client.outbox.importEvents
    .run(eventPieces(decoded(source, file)), onPortion, signal)
    .catch((error: unknown) => {
      if (durable !== undefined && durable.adopted > 0)
        terminal.warn(`${durable.adopted} events were taken over before this; they are known the next time.`);
      throw error;
    });
  const isWhole = report.isComplete && report.refused === 0 && report.unusable.length === 0;
  return {
    outcome: signal.aborted ? 'interrupted' : isWhole ? 'done' : 'failed',
    data: report,
    text: lines([
      ...summary(report),
      ...firstLines(
        report.issues.map(({ line, eventId, reason }) => `  line ${line}: ${eventId}: ${reason}`),
      ),
      ...firstLines(report.unusable.map(({ line, reason }) => `  line ${line}: ${reason}`)),
      ...(report.isComplete ? [] : ['The file was not read to its end.']),
    ]),
  };
};

/** A byte that is no text is said, not replaced. */
const decoded = async function* (
  source: AsyncIterable<Uint8Array | string>,
  file: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of source)
      yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    const { code = 'it broke off' } = error as NodeJS.ErrnoException;
    const reason = code.startsWith('ERR_ENCODING') ? 'it is not UTF-8' : (REASONS[code] ?? code);
    throw new SyncError('input-invalid', `${file === '-' ? 'stdin' : file} cannot be read: ${reason}.`, {
      cause: error,
      hint: 'Name a file that spec-kitty events export has written, or CloudEvents as JSON.',
    });
  }
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EISDIR: 'it is a directory',
  ENODEV: 'it is a device',
  EACCES: 'it belongs to somebody else',
};

const summary = ({
  rows,
  adopted,
  known,
  invalid,
  refused,
  unusable,
}: ImportReport | FileImportReport): readonly Text[] => [
  adopted === 0 && known > 0 && known === rows
    ? `Nothing to take over: ${rows === 1 ? 'the event is' : `all ${rows} events are`} known already.`
    : `${rows} ${rows === 1 ? 'event' : 'events'}: ${adopted} taken over, ${known} known already, ${unusable.length} unusable.`,
  ...(invalid === 0 ? [] : [`${invalid} have issues and are never sent; see: spec-kitty sync diagnose`]),
  ...(refused === 0 ? [] : [`${refused} found no room. Deliver what waits, then import again.`]),
];
