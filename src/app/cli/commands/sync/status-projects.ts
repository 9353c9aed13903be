import { accountedFor, sum, type Accounting } from '../../../../domain/outbox/accounting.js';
import type { SyncStatus } from '../../../reports/get-sync-status.js';
import { shownTime } from '../../../reports/shown-time.js';
import { duration } from '../../../../domain/duration.js';
import { table, type Column } from '../../render/table.js';
import { dim, green, red, type Text } from '../../render/text.js';
import { leftLines, nameOf } from './left-reasons.js';
import { makeVisible } from '../../render/visible.js';

type Project = SyncStatus['projects'][number];

/** The accounting of every project, why events stay, and what stands beside it. */
export const projectsText = (status: SyncStatus, width: number, nowMs: number): readonly Text[] => {
  if (status.projects.length === 0) return [dim('No events were captured on this machine yet.')];
  const rows = status.projects.map((project) => [
    nameOf(project),
    ...counts(project.accounting),
    project.balanced ? green('✓') : red(`≠ ${accountedFor(project.accounting)}`),
  ]);
  const reasons = leftLines(status.projects);
  const details = status.projects.flatMap((project) => detailsOf(project, nowMs));
  return [
    table(COLUMNS, rows, width),
    ...(reasons.length === 0 ? [] : ['', ...reasons]),
    ...(details.length === 0 ? [] : ['', ...details]),
  ];
};

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

const detailsOf = (project: Project, nowMs: number): readonly Text[] => {
  const said = [
    ...receipt(project, nowMs),
    ...oldest(project),
    ...beside(project),
    ...project.former.map(former),
  ];
  return said.length === 0
    ? []
    : [dim(nameOf(project)), ...said.map((line) => `  ${makeVisible(line, 'line')}`)];
};

const receipt = ({ lastReceiptAtMs }: Project, nowMs: number): readonly string[] =>
  lastReceiptAtMs === undefined
    ? []
    : [`last receipt ${shownTime(lastReceiptAtMs)}, ${duration(nowMs - lastReceiptAtMs)} ago`];

const oldest = ({ oldestWaiting, oldestWaitingAgeMs }: Project): readonly string[] =>
  oldestWaiting === undefined || oldestWaitingAgeMs === undefined
    ? []
    : [`oldest waiting event ${shownTime(oldestWaiting)}, ${duration(oldestWaitingAgeMs)} ago`];

const beside = ({ beside: count }: Project): readonly string[] =>
  [
    [count.refused, 'refused at the limit'],
    [count.withdrawn, 'withdrawn'],
    [count.waitingForLock, 'waiting for the lock'],
    [count.tornTails, 'torn tails'],
  ]
    .filter(([number]) => number !== 0)
    .map(([number, what]) => `beside these: ${number} ${what}`);

const former = ({ hub, team, totals, closedAtMs }: Project['former'][number]): string => {
  const until = closedAtMs === undefined ? '' : ` until ${shownTime(closedAtMs)}`;
  const { delivered, duplicate, discarded } = totals;
  return `formerly team ${team} at ${hub}${until}: ${delivered} delivered, ${duplicate} duplicate, ${discarded} discarded`;
};
