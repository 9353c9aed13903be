import { resolve } from 'node:path';
import { DEFAULT_SETTINGS } from '../../../../domain/events/settings.js';
import { waitingOf } from '../../../../domain/outbox/accounting.js';
import { type PassEnd, type PassCounts, totalOf } from '../../../delivery/pass-report.js';
import { defineCommand, flag, text, type CommandContext } from '../../define-command.js';
import type { Outcome } from '../../exit-codes.js';
import { lines, type Text } from '../../render/text.js';
import { toJsonDocument } from '../../render/visible.js';
import type { DataOf } from '../../../documents/all.js';
import { isStdout, stdoutIsTaken, writeOutput } from '../shared/output-file.js';
import { leftLines, leftReasons } from './left-reasons.js';
import { duration } from '../../../../domain/duration.js';

export const now = defineCommand({
  path: 'sync now',
  summary: 'deliver everything that is due, in the foreground',
  options: { report: text('also write what stayed, event by event, to this JSON file', 'FILE') },
  examples: [
    ['spec-kitty sync now', 'exit 0: all delivered; 3: something stayed, with the reasons'],
    ['spec-kitty sync now --report left.json', 'which events stayed, and why each of them did'],
  ],
  run: async (context) => {
    const { args, common, client, signal, terminal } = context;
    if (common.json && args.report !== undefined && isStdout(args.report))
      throw stdoutIsTaken('the report needs', 'Name a file with --report FILE.');
    const clock = await client.port('wallClock');
    // Counting beforehand costs a look at every waiting event: only a bar that somebody sees is worth that.
    const before = terminal.interactive ? (await client.reports.getSyncStatus.run()).projects : [];
    const pending = before.reduce((sum, { accounting }) => sum + accounting.pending, 0);
    const startedAtMs = clock.nowMs();
    const onProgress = (counts: PassCounts): void =>
      terminal.progress([progressLine(counts, pending, clock.nowMs() - startedAtMs)]);
    const pass = await client.delivery.flush.run({ isInsisted: true, onProgress }, signal);
    const { projects } = await client.reports.getSyncStatus.run();
    const left = projects.reduce((sum, { accounting }) => sum + waitingOf(accounting), 0);
    const summary = { ...pass, left, leftReasons: leftReasons(projects) };
    if (args.report !== undefined) await writeReport(context, args.report, summary);
    const { ended, delivered, duplicate, deadLetters } = pass;
    const said = ENDS[ended.end]('reason' in ended ? ended.reason : '');
    return {
      outcome: outcomeOf(ended, left, deadLetters),
      data: summary,
      next: ended.end === 'complete' ? ['spec-kitty sync status'] : [],
      text: lines([
        `Delivered ${delivered}, already there ${duplicate}, left ${left}.`,
        ...(said === '' ? [] : [said]),
        ...leftLines(projects),
      ]),
    };
  },
});

/** The same for services: stays, and delivers what is captured. */
export const run = defineCommand({
  path: 'sync run',
  summary: 'run the background sync in the foreground, for services and containers',
  details:
    'Stays until it is interrupted. One process for each state root delivers; a second one is told so.',
  options: { background: { ...flag('leave when there is no work'), hidden: true } },
  examples: [['spec-kitty sync run', 'in a service manager or a container']],
  run: async ({ args, client, signal, terminal }) => {
    const settings = await client.port('settings');
    const { lingerSeconds = DEFAULT_SETTINGS.lingerSeconds } = await settings.read();
    const lingerMs = args.background ? lingerSeconds * 1000 : Infinity;
    terminal.note('Delivering until interrupted.');
    const left = await client.delivery.backgroundProcess.run({ lingerMs }, signal);
    return left === 'busy'
      ? { outcome: 'failed', data: { left }, text: 'Another process delivers for this state root already.' }
      : { data: { left }, text: `Left: ${left}.` };
  },
});

/**
 * What was delivered, and every event that was not, with the reason. Fails with `storage-failed` when the file cannot be
 * written; what was delivered stays delivered.
 */
const writeReport = async (
  { client, io, terminal }: CommandContext,
  place: string,
  summary: DataOf<'sync now'>,
): Promise<void> => {
  const [clock, randomness] = await Promise.all([client.port('wallClock'), client.port('randomness')]);
  const projects = await client.reports.listLeftEvents.run();
  const { toDocument } = await import('../../../documents/all.js');
  const generatedAt = new Date(clock.nowMs()).toISOString();
  const report = toJsonDocument(toDocument('sync now --report FILE', { generatedAt, summary, projects }));
  if (isStdout(place)) return terminal.raw(`${report}\n`);
  const output = { path: resolve(io.cwd, place), unique: randomness.uuid(), hint: DELIVERED };
  await writeOutput(output, (write) => write(report));
};

const DELIVERED = 'Delivery itself is done; what stayed is shown by: spec-kitty sync status';

const outcomeOf = (ended: PassEnd, left: number, deadLetters: number): Outcome => {
  if (ended.end === 'signed-out') return 'not-signed-in';
  if (ended.end === 'interrupted') return 'interrupted';
  return ended.end === 'complete' && left === 0 && deadLetters === 0 ? 'done' : 'partly-delivered';
};

/** What there is to say of an end; nothing of one that was to be expected. */
const ENDS: Readonly<Record<PassEnd['end'], (reason: string) => string>> = {
  complete: () => '',
  interrupted: () => '',
  busy: () => 'Another process is delivering at the moment.',
  'nothing-moved': () => 'The hub gave no receipts. Everything stays and is tried again.',
  'signed-out': () => 'Nobody is signed in: spec-kitty auth login',
  unavailable: (reason) => `The hub cannot be used now: ${reason}. Everything stays and is tried again.`,
  forbidden: (reason) => `The hub refuses this account: ${reason}.`,
  'protocol-mismatch': (reason) => `${reason}.`,
  unexpected: (reason) => `${reason}.`,
  'storage-failed': (reason) => `The outbox cannot be read or written: ${reason}.`,
  'too-many-exceptions': () =>
    'Too many refused events wait for a decision; nothing more is sent until some are decided about.',
};

/**
 * What a long delivery looks like while it lasts: a bar, how many are left, how fast, and for how long still. `waited`:
 * how many events did so at the beginning.
 */
export const progressLine = (counts: PassCounts, waited: number, elapsedMs: number): Text => {
  const { delivered, duplicate, rejected, deadLetters } = counts;
  const done = totalOf(counts);
  // Events may be captured while the pass lasts.
  const expected = Math.max(waited, done);
  const seconds = Math.max(0, elapsedMs) / 1000;
  const said = [
    `Delivered ${delivered + duplicate}`,
    ...(rejected + deadLetters === 0 ? [] : [`refused ${rejected + deadLetters}`]),
    `${expected - done} left`,
    ...(seconds < 1 ? [] : rate(done / seconds, expected - done)),
  ];
  return `${bar(expected === 0 ? 1 : done / expected)} ${said.join(', ')}`;
};

const rate = (perSecond: number, left: number): readonly string[] => [
  `${Math.round(perSecond)}/s`,
  ...(perSecond > 0 && left > 0 ? [`${duration((left / perSecond) * 1000)} to go`] : []),
];

const BAR_WIDTH = 20;

const bar = (share: number): string => {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `[${'='.repeat(full)}${' '.repeat(BAR_WIDTH - full)}]`;
};
