import { describeIssues } from '../../../../domain/result.js';
import type { Diagnosis } from '../../../reports/diagnose-outbox.js';
import type { CommandContext, Report } from '../../define-command.js';
import { snakeKeys } from '../../render/snake-keys.js';
import { table } from '../../render/table.js';
import { lines, type Text } from '../../render/text.js';

export const run = async ({ client, terminal }: CommandContext<object>): Promise<Report> => {
  const projects = await client.reports.diagnoseOutbox.run();
  const waiting = projects.reduce((sum, project) => sum + project.waiting, 0);
  const valid = projects.reduce((sum, project) => sum + project.valid, 0);
  const rows = projects.flatMap(rowsOf);
  const detail: readonly Text[] = rows.length === 0 ? [] : ['', table(COLUMNS, rows, terminal.width)];
  return {
    data: { version: 2, waiting, valid, invalid: waiting - valid, projects: projects.map(snakeKeys) },
    text: lines([`${waiting} events wait; ${valid} of them are valid.`, ...detail]),
  };
};

const COLUMNS = [
  { header: 'event' },
  { header: 'type' },
  { header: 'tries', align: 'right' },
  { header: 'what is wrong', flexible: true },
] as const;

const rowsOf = ({ events }: Diagnosis): readonly (readonly string[])[] =>
  events.map(({ eventId, eventType, attempts, issues, reason }) => [
    eventId,
    eventType ?? '?',
    String(attempts),
    issues.length > 0 ? describeIssues(issues) : (reason ?? ''),
  ]);
