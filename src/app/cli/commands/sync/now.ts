import { resolve } from 'node:path';
import { waitingOf } from '../../../../domain/outbox/accounting.js';
import { SyncError } from '../../../../domain/errors.js';
import type { PassEnd } from '../../../delivery/pass-report.js';
import type { SyncStatus } from '../../../reports/get-sync-status.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import type { Outcome } from '../../exit-codes.js';
import { lines, type Text } from '../../render/text.js';
import { toJsonDocument } from '../../render/visible.js';
import { passDocument } from './accounting-document.js';
import { deliveryReport, writeReport } from './delivery-report.js';
import { leftLines, leftReasons } from './left-reasons.js';
import { isStdout } from '../shared/output-file.js';
import { Progress } from './progress.js';

interface Args {
  readonly report: string | undefined;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, common, client, io, signal, terminal } = context;
  if (common.json && args.report !== undefined && isStdout(args.report)) {
    throw new SyncError(
      'wrong-usage',
      'With --json stdout holds one document, and the report needs a place.',
      {
        hint: 'Name a file with --report FILE.',
      },
    );
  }
  const clock = await client.port('wallClock');
  // Counting beforehand costs a look at every waiting event: only a bar that somebody sees is worth that.
  const pending = terminal.interactive ? pendingOf(await client.reports.getSyncStatus.run()) : 0;
  const progress = new Progress(pending, clock.nowMs());
  const report = await client.delivery.flush.run(
    {
      isInsisted: true,
      onProgress: (counts) => terminal.progress(progress.lines(counts, clock.nowMs())),
    },
    signal,
  );
  const { projects } = await client.reports.getSyncStatus.run();
  const reasons = leftReasons(projects);
  const left = projects.reduce((sum, { accounting }) => sum + waitingOf(accounting), 0);
  const { ended, ...counts } = report;
  const summary = { ...passDocument(counts, ended), left, left_reasons: reasons };
  if (args.report !== undefined) {
    const events = await client.reports.listLeftEvents.run();
    const document = deliveryReport(clock.nowMs(), summary, events);
    if (isStdout(args.report)) terminal.raw(`${toJsonDocument(document)}\n`);
    else {
      const unique = (await client.port('randomness')).uuid();
      await writeReport(resolve(io.cwd, args.report), unique, document);
    }
  }
  return {
    outcome: outcomeOf(ended, left, report.deadLetters),
    data: { version: 2, ...summary },
    next: nextAfter(ended),
    text: lines([
      `Delivered ${counts.delivered}, already there ${counts.duplicate}, left ${left}.`,
      ...explain(ended),
      ...leftLines(projects),
    ]),
  };
};

const pendingOf = ({ projects }: SyncStatus): number =>
  projects.reduce((sum, { accounting }) => sum + accounting.pending, 0);

const outcomeOf = (ended: PassEnd, left: number, deadLetters: number): Outcome => {
  if (ended.end === 'signed-out') return 'not-signed-in';
  if (ended.end === 'interrupted') return 'interrupted';
  return ended.end === 'complete' && left === 0 && deadLetters === 0 ? 'done' : 'partly-delivered';
};

const nextAfter = ({ end }: PassEnd): readonly NextCommand[] =>
  end === 'complete' ? [{ line: 'spec-kitty sync status' }] : [];

const explain = (ended: PassEnd): readonly Text[] => {
  switch (ended.end) {
    case 'complete':
    case 'interrupted':
      return [];
    case 'busy':
      return ['Another process is delivering at the moment.'];
    case 'nothing-moved':
      return ['The hub gave no receipts. Everything stays and is tried again.'];
    case 'signed-out':
      return ['Nobody is signed in: spec-kitty auth login'];
    case 'unavailable':
      return [`The hub cannot be used now: ${ended.reason}. Everything stays and is tried again.`];
    case 'forbidden':
      return [`The hub refuses this account: ${ended.reason}.`];
    case 'protocol-mismatch':
    case 'unexpected':
      return [`${ended.reason}.`];
    case 'storage-failed':
      return [`The outbox cannot be read or written: ${ended.reason}.`];
    case 'too-many-exceptions':
      return [
        'Too many refused events wait for a decision; nothing more is sent until some are decided about.',
      ];
  }
};
