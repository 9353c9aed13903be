import { describeIssues } from '../../../../domain/result.js';
import type { DiagnosedEvent } from '../../../reports/waiting-events.js';
import type { Examination } from '../../../reports/examine-machine.js';
import type { Finding } from '../../../reports/finding.js';
import { defineCommand, flag } from '../../define-command.js';
import { flexible, right, table } from '../../render/table.js';
import { bold, cyan, dim, green, lines, red, yellow, type Text } from '../../render/text.js';

export const doctor = defineCommand({
  path: 'sync doctor',
  summary: 'look at everything that delivery depends on, and say what to do',
  details: 'Recounts every record that is there. Exit 1 when something is broken.',
  options: { fix: flag('do what loses nothing: file modes, stale files, gone checkouts') },
  examples: [
    ['spec-kitty sync doctor', 'one ordered list of remedies'],
    ['spec-kitty sync doctor --fix', 'do the safe ones, and show the rest'],
  ],
  run: async ({ args, client, signal }) => {
    const examination = await client.reports.examineMachine.run({ fix: args.fix }, signal);
    const { files, findings, recounts, fixed } = examination;
    const sound = findings.every(({ severity }) => severity !== 'problem');
    return {
      outcome: signal.aborted ? 'interrupted' : sound ? 'done' : 'failed',
      data: {
        ...{ sound, stateRoot: files.root, freeBytes: files.freeBytes, fixed, recount: recounts },
        findings: findings.map((finding) => ({ ...finding, fixable: finding.fix !== undefined })),
        remedies: [...new Set(findings.map(({ remedy }) => remedy))],
      },
      text: lines([
        ...fixed.map((done): Text => [green('✓'), ` ${done}`]),
        ...findings.map(describe),
        ...summary(examination),
      ]),
    };
  },
});

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

export const diagnose = defineCommand({
  path: 'sync diagnose',
  summary: 'judge every waiting event without the network',
  examples: [['spec-kitty sync diagnose', 'what a hub would say']],
  run: async ({ client, terminal }) => {
    const projects = await client.reports.diagnoseOutbox.run();
    const waiting = projects.reduce((sum, project) => sum + project.waiting, 0);
    const valid = projects.reduce((sum, project) => sum + project.valid, 0);
    const rows = projects.flatMap(({ events }) => events.map(rowOf));
    const detail: readonly Text[] = rows.length === 0 ? [] : ['', table(COLUMNS, rows, terminal.width)];
    return {
      data: { waiting, valid, invalid: waiting - valid, projects },
      text: lines([`${waiting} events wait; ${valid} of them are valid.`, ...detail]),
    };
  },
});

const COLUMNS = ['event', 'type', right('tries'), flexible('what is wrong')];

const rowOf = ({ eventId, eventType = '?', attempts, issues, reason = '' }: DiagnosedEvent) => [
  ...[eventId, eventType, String(attempts)],
  issues.length > 0 ? describeIssues(issues) : reason,
];
