import { duration } from '../../../../domain/duration.js';
import type { ConnectionCheck } from '../../../reports/check-connection.js';
import type { SyncStatus } from '../../../reports/get-sync-status.js';
import { shownTime } from '../../../reports/shown-time.js';
import { defineCommand, flag, type NextCommand } from '../../define-command.js';
import type { Outcome } from '../../exit-codes.js';
import { facts, flexible, right, table } from '../../render/table.js';
import { green, lines, red, yellow, type Text, dim } from '../../render/text.js';
import { makeVisible } from '../../render/visible.js';
import { accountedFor, sum, type Accounting } from '../../../../domain/outbox/accounting.js';
import { leftLines, nameOf } from './left-reasons.js';

export const syncStatus = defineCommand({
  path: 'sync status',
  summary: 'show where every captured event is',
  details:
    'Worked out from the records on this machine at the moment of asking; only --check uses the network.',
  options: { check: flag('ask the hub whether it answers and knows the sign-in') },
  examples: [
    ['spec-kitty sync status --json', 'the same for a program'],
    ['spec-kitty sync status --check', 'exit 1: the hub cannot be reached; 4: sign in again'],
  ],
  run: async ({ args, client, signal, terminal }) => {
    // What the hub says about a machine token is known to the status afterwards.
    const check = args.check ? await client.reports.checkConnection.run(signal) : undefined;
    const clock = await client.port('wallClock');
    const status = await client.reports.getSyncStatus.run();
    for (const { path, reason } of status.settings.issues) terminal.warn(`config.toml: ${path} ${reason}`);
    const isBalanced = status.projects.every(({ balanced }) => balanced);
    const [answer, told]: Answer = check === undefined ? ['done', ''] : answerOf(check);
    const hub: readonly Fact[] = check === undefined ? [] : [['hub', told]];
    return {
      outcome: !isBalanced ? 'failed' : args.check && signal.aborted ? 'interrupted' : answer,
      data: { ...status, check },
      next: answer === 'done' ? nextAfter(status) : [],
      text: lines([
        facts([...accountFacts(status), ...hub, ...backgroundFacts(status.background), limitFact(status)]),
        '',
        ...projectsText(status, terminal.width, clock.nowMs()),
      ]),
    };
  },
});

/** From no hub to the question whether a hub has everything. */
const nextAfter = ({ server, account, projects }: SyncStatus): readonly NextCommand[] => {
  if (server === undefined)
    return [
      ['spec-kitty auth login', 'where your team has a hub'],
      ['spec-kitty hub team add acme', 'where it has none'],
    ];
  if (account === undefined) return ['spec-kitty auth login'];
  if (projects.length === 0) return [];
  const isAnyPending = projects.some(({ accounting }) => accounting.pending > 0);
  return [isAnyPending ? 'spec-kitty sync now' : 'spec-kitty sync verify'];
};

type Answer = readonly [outcome: Outcome, text: Text];

/** What the hub said when it was asked. */
const answerOf = (check: ConnectionCheck): Answer => {
  switch (check.state) {
    case 'reachable':
      return ['done', [green('reachable'), `, and knows ${check.account.username ?? 'this sign-in'}`]];
    case 'session-expired':
      return ['not-signed-in', yellow('reachable, but the session has expired: spec-kitty auth login')];
    case 'signed-out':
      return ['not-signed-in', 'reachable; nobody is signed in: spec-kitty auth login'];
    case 'unusable':
      return ['not-signed-in', yellow(`the sign-in cannot be used: ${check.reason}`)];
    case 'unreachable':
      return ['failed', red(`unreachable: ${check.reason}`)];
    case 'no-server':
      return ['failed', 'no server is set: spec-kitty auth login'];
  }
};

type Fact = readonly [name: string, value: Text];

/** Who is signed in, and where. */
const accountFacts = ({ account: who, server = 'none' }: SyncStatus): readonly Fact[] => {
  const name = who && makeVisible(`${who.username ?? 'unknown'} of team ${who.team}`, 'line');
  return [
    ['server', server],
    ['account', name ?? 'not signed in'],
  ];
};

/** Whether somebody delivers beside us, and what was last heard of it. */
const backgroundFacts = ({ state, connection, heartbeat }: SyncStatus['background']): readonly Fact[] => {
  const rows: Fact[] = [['connection', WORDS[connection]]];
  if (heartbeat === undefined) return [...rows, ['background', state]];
  const { version, processId, ageMs, left, lastFlush, nextTryAtMs } = heartbeat;
  const heard = `heard of ${duration(Math.abs(ageMs))} ago`;
  const who = `process ${processId}, version ${version}, ${heard}`;
  const shown = {
    running: `running: ${who}`,
    silent: yellow(`silent: ${who}; it is stopped or stuck`),
    'not running': `not running${left === undefined ? '' : ` (left: ${left})`}, last ${heard}`,
  };
  rows.push(['background', shown[state]]);
  if (lastFlush !== undefined) {
    const { delivered, ended, reason } = lastFlush;
    const why = reason === undefined ? '' : `: ${reason}`;
    rows.push(['last pass', `${shownTime(lastFlush.atMs)}, ${delivered} delivered, ${ended}${why}`]);
  }
  if (nextTryAtMs !== undefined) rows.push(['next try', shownTime(nextTryAtMs)]);
  return rows;
};

/** How much room there is, once somebody has to know. */
const limitFact = ({ limits }: SyncStatus): Fact => {
  const percent = Math.floor(limits.fullness * 100);
  const text = `${percent} % of ${limits.maxQueueSize} events in the fullest outbox`;
  return ['limit', percent >= NEARLY_FULL_PERCENT ? yellow(text) : text];
};

const NEARLY_FULL_PERCENT = 80;

const WORDS = {
  Connected: green('connected'),
  Reconnecting: 'reconnecting',
  Offline: 'offline',
  OfflineBatchMode: 'offline, batches go on',
} as const;

type Project = SyncStatus['projects'][number];

/** The accounting of every project, why events stay, and what stands beside it. */
const projectsText = (status: SyncStatus, width: number, nowMs: number): readonly Text[] => {
  if (status.projects.length === 0) return [dim('No events were captured on this machine yet.')];
  const rows = status.projects.map((project) => [
    nameOf(project),
    ...Object.values(COUNTS).map((count) => String(count(project.accounting))),
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

const COUNTS = {
  captured: ({ captured }) => captured,
  delivered: ({ delivered }) => delivered,
  duplicate: ({ duplicate }) => duplicate,
  pending: ({ pending }) => pending,
  held: ({ held }) => sum(held),
  dead: ({ deadLetters }) => sum(deadLetters),
  discarded: ({ discarded }) => discarded,
} satisfies Record<string, (accounting: Accounting) => number>;

const COLUMNS = [flexible('project'), ...Object.keys(COUNTS).map(right), ''];

/** When something of it was last heard of, and what is beside its accounting. */
const detailsOf = (project: Project, nowMs: number): readonly Text[] => {
  const { lastReceiptAtMs, oldestWaiting, oldestWaitingAgeMs, beside } = project;
  const said: string[] = [];
  if (lastReceiptAtMs !== undefined)
    said.push(`last receipt ${shownTime(lastReceiptAtMs)}, ${duration(nowMs - lastReceiptAtMs)} ago`);
  if (oldestWaiting !== undefined && oldestWaitingAgeMs !== undefined)
    said.push(`oldest waiting event ${shownTime(oldestWaiting)}, ${duration(oldestWaitingAgeMs)} ago`);
  if (beside.refused > 0) said.push(`beside these: ${beside.refused} refused at the limit`);
  if (beside.withdrawn > 0) said.push(`beside these: ${beside.withdrawn} withdrawn`);
  if (beside.waitingForLock > 0) said.push(`beside these: ${beside.waitingForLock} waiting for the lock`);
  if (beside.tornTails > 0) said.push(`beside these: ${beside.tornTails} torn tails`);
  said.push(...project.former.map(former));
  const shown = said.map((line) => `  ${makeVisible(line, 'line')}`);
  return shown.length === 0 ? [] : [dim(nameOf(project)), ...shown];
};

const former = ({ hub, team, totals, closedAtMs }: Project['former'][number]): string => {
  const until = closedAtMs === undefined ? '' : ` until ${shownTime(closedAtMs)}`;
  const { delivered, duplicate, discarded } = totals;
  return `formerly team ${team} at ${hub}${until}: ${delivered} delivered, ${duplicate} duplicate, ${discarded} discarded`;
};
