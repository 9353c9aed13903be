import type { BackgroundReading } from '../../../reports/background-reading.js';
import type { ConnectionCheck } from '../../../reports/check-connection.js';
import type { SyncStatus } from '../../../reports/get-sync-status.js';
import { shownTime } from '../../../reports/shown-time.js';
import { duration } from '../../../../domain/duration.js';
import { green, red, yellow, type Text } from '../../render/text.js';
import { makeVisible } from '../../render/visible.js';

type Fact = readonly [name: string, value: Text];

/** Who is signed in where, and what the hub said when it was asked. */
export const accountFacts = (
  { account: who, server }: SyncStatus,
  check: ConnectionCheck | undefined,
): readonly Fact[] => [
  ['server', server ?? 'none'],
  [
    'account',
    who === undefined
      ? 'not signed in'
      : makeVisible(`${who.username ?? 'unknown'} of team ${who.team}`, 'line'),
  ],
  ...(check === undefined ? [] : [['hub', checkText(check)] as const]),
];

/** Whether somebody delivers beside us, and what was last heard of it. */
export const backgroundFacts = ({ state, connection, heartbeat }: BackgroundReading): readonly Fact[] => {
  const rows: Fact[] = [['connection', WORDS[connection]]];
  if (heartbeat === undefined) return [...rows, ['background', state]];
  const { version, processId, ageMs, left, lastFlush, nextTryAtMs } = heartbeat;
  const heard = `heard of ${duration(Math.abs(ageMs))} ago`;
  const who = `process ${processId}, version ${version}, ${heard}`;
  switch (state) {
    case 'running':
      rows.push(['background', `running: ${who}`]);
      break;
    case 'silent':
      rows.push(['background', yellow(`silent: ${who}; it is stopped or stuck`)]);
      break;
    case 'not running':
      rows.push(['background', `not running${left === undefined ? '' : ` (left: ${left})`}, last ${heard}`]);
  }
  if (lastFlush !== undefined) {
    const { delivered, ended, reason } = lastFlush;
    const why = reason === undefined ? '' : `: ${reason}`;
    rows.push(['last pass', `${shownTime(lastFlush.atMs)}, ${delivered} delivered, ${ended}${why}`]);
  }
  if (nextTryAtMs !== undefined) rows.push(['next try', shownTime(nextTryAtMs)]);
  return rows;
};

/** How much room there is, once somebody has to know. */
export const limitFact = ({ limits }: SyncStatus): Fact => {
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

const checkText = (check: ConnectionCheck): Text => {
  switch (check.state) {
    case 'reachable':
      return [green('reachable'), `, and knows ${check.account.username ?? 'this sign-in'}`];
    case 'session-expired':
      return yellow('reachable, but the session has expired: spec-kitty auth login');
    case 'signed-out':
      return 'reachable; nobody is signed in: spec-kitty auth login';
    case 'unusable':
      return yellow(`the sign-in cannot be used: ${check.reason}`);
    case 'unreachable':
      return red(`unreachable: ${check.reason}`);
    case 'no-server':
      return 'no server is set: spec-kitty auth login';
  }
};
