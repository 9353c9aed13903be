import type { Finding } from '../../../reports/finding.js';
import type { Examination } from '../../../reports/examine-machine.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold, cyan, dim, green, lines, red, yellow, type Text } from '../../render/text.js';

interface Args {
  readonly fix: boolean;
}

export const run = async ({ args, client, signal }: CommandContext<Args>): Promise<Report> => {
  const examination = await client.reports.examineMachine.run({ fix: args.fix }, signal);
  const isSound = examination.findings.every(({ severity }) => severity !== 'problem');
  return {
    outcome: signal.aborted ? 'interrupted' : isSound ? 'done' : 'failed',
    data: toDocument(examination, isSound),
    text: lines([
      ...examination.fixed.map((done): Text => [green('✓'), ` ${done}`]),
      ...examination.findings.map(describe),
      ...summary(examination),
    ]),
  };
};

const MARKS = { problem: red('✗'), warning: yellow('!'), note: dim('·') } as const;

const describe = ({ severity, check, message, remedy }: Finding): Text =>
  lines([
    [MARKS[severity], ' ', bold(check), `: ${message}`],
    ['    ', cyan('→'), ` ${remedy}`],
  ]);

const summary = ({ findings, recounts }: Examination): readonly Text[] => {
  const captured = recounts.reduce((sum, recount) => sum + recount.captured, 0);
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  const counted = `${captured} captured events recounted in ${recounts.length} projects.`;
  if (problems > 0) return [`${problems} problems. ${counted}`];
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const verdict = warnings === 0 ? 'No problems.' : `No problems, ${warnings} warnings.`;
  return [[green('✓'), ` ${verdict} ${counted}`]];
};

const toDocument = ({ files, findings, recounts, fixed }: Examination, isSound: boolean): object => ({
  sound: isSound,
  state_root: files.root,
  free_bytes: files.freeBytes ?? null,
  findings: findings.map(({ check, severity, message, remedy, fix }) => ({
    check,
    severity,
    message,
    remedy,
    fixable: fix !== undefined,
  })),
  remedies: [...new Set(findings.map(({ remedy }) => remedy))],
  fixed,
  recount: recounts.map((recount) => ({
    project_uuid: recount.projectUuid ?? null,
    captured: recount.captured,
    accounted_for: recount.accountedFor,
    balanced: recount.balanced,
    waiting: recount.waiting,
    dead_letters: recount.deadLetters,
    records: recount.records,
    settled: recount.settled,
    counted: recount.counted,
    damaged: recount.damaged,
    repeated: recount.repeated,
    highest_clock: recount.highestClock,
  })),
});
