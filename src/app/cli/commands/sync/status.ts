import { accountedFor, sum, type Accounting } from '../../../../domain/delivery/accounting.js';
import { TOKENS } from '../../../container/tokens.js';
import type { SyncStatus } from '../../../usecases/get-sync-status.js';
import type { Report } from '../../define-command.js';
import { facts, table, type Column } from '../../render/table.js';
import { dim, green, lines, red, type Text } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { leftReasons } from './left-reasons.js';

export const run = async ({ container, terminal }: ClientContext<object>): Promise<Report> => {
  const getStatus = await (await container()).get(TOKENS.syncStatus);
  const status = await getStatus.run();
  for (const { path, reason } of status.settings.issues) terminal.warn(`config.toml: ${path} ${reason}`);
  return {
    outcome: status.projects.every(({ balanced }) => balanced) ? 'done' : 'failed',
    data: status,
    text: lines([account(status), '', ...projects(status, terminal.width)]),
  };
};

const account = ({ account: who, server }: SyncStatus): Text =>
  facts([
    ['server', server ?? 'none'],
    ['account', who === undefined ? 'not signed in' : `${who.username ?? 'unknown'} of team ${who.team}`],
  ]);

const COLUMNS: readonly Column[] = [
  { header: 'project', flexible: true },
  { header: 'captured', align: 'right' },
  { header: 'delivered', align: 'right' },
  { header: 'duplicate', align: 'right' },
  { header: 'pending', align: 'right' },
  { header: 'held', align: 'right' },
  { header: 'dead', align: 'right' },
  { header: 'discarded', align: 'right' },
  { header: '' },
];

const projects = (status: SyncStatus, width: number): readonly Text[] => {
  if (status.projects.length === 0) return [dim('No events were captured on this machine yet.')];
  const rows = status.projects.map(({ projectSlug, projectUuid, accounting, balanced }) => [
    projectSlug ?? projectUuid ?? 'without identity',
    ...counts(accounting),
    balanced ? green('✓') : red(`≠ ${accountedFor(accounting)}`),
  ]);
  const reasons = Object.entries(leftReasons(status.projects)).map(
    ([reason, count]) => `  ${count} ${reason}`,
  );
  return [table(COLUMNS, rows, width), ...(reasons.length === 0 ? [] : ['', ...reasons])];
};

const counts = (accounting: Accounting): readonly string[] =>
  [
    accounting.captured,
    accounting.delivered,
    accounting.duplicate,
    accounting.pending,
    sum(accounting.held),
    sum(accounting.deadLetters),
    accounting.discarded,
  ].map(String);
