import { isNewer } from '../../domain/delivery/background-life.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import { unreachable } from '../../domain/errors.js';
import type { BackgroundReading } from './background-reading.js';
import type { AccountStatus } from '../delivery/account-status.js';
import type { ConnectionCheck } from './check-connection.js';
import type { Finding } from './finding.js';

/** Whether somebody is signed in, as far as this machine can tell. */
export const judgeAccount = (account: AccountStatus): readonly Finding[] => {
  const finding = (severity: Finding['severity'], message: string, remedy: string): readonly Finding[] => [
    { check: 'account', severity, message, remedy },
  ];
  switch (account.state) {
    case 'signed-out':
      return finding('note', 'Nobody is signed in: events stay on this machine.', SIGN_IN);
    case 'unusable':
      return finding('problem', `The sign-in cannot be used: ${account.reason}.`, SIGN_IN);
    case 'signed-in':
      return account.session === 'ended' ? finding('problem', 'The sign-in has expired.', SIGN_IN) : [];
    default:
      return unreachable(account);
  }
};

/** A hub that states the id of another one, which nobody has confirmed. `places`: where that one is known. */
export const judgeClaim = ({ url, claims }: HubAddress, places: readonly string[]): readonly Finding[] =>
  claims === undefined
    ? []
    : [
        {
          check: 'hub',
          severity: 'warning',
          message: `${url} states the id of the hub at ${places.join(' and ')}. It is taken for another hub: nothing of that one goes there.`,
          remedy: 'If that hub has moved, say so where the sign-in asks for it: spec-kitty auth login',
        },
      ];

/** What is held for a hub that nobody is signed in at any more. */
export const judgeFormer = (former: readonly FormerHub[], present: HubAddress): readonly Finding[] =>
  former.map(({ name, events }) => ({
    check: 'hub',
    severity: 'warning',
    message: `${events} events are held for the hub ${name}, and nothing delivers there any more: ${present.url} is signed in.`,
    remedy: `Give them to the present hub: spec-kitty sync move --from ${PLAIN.test(name) ? name : 'HUB'}`,
  }));

/** A hub under the name by which it is best known, and how many events it still should have got. */
export interface FormerHub {
  readonly name: string;
  readonly events: number;
}

/** What the hub itself says; what the account says already is not said again. */
export const judgeConnection = (check: ConnectionCheck): readonly Finding[] => {
  switch (check.state) {
    case 'reachable':
    case 'no-server':
    case 'signed-out':
    case 'unusable':
      return [];
    case 'session-expired':
      return [
        {
          check: 'hub',
          severity: 'problem',
          message: `${check.url} does not know this sign-in any more.`,
          remedy: SIGN_IN,
        },
      ];
    case 'unreachable':
      return [
        {
          check: 'hub',
          severity: 'warning',
          message: `${check.url} cannot be reached: ${check.reason}.`,
          remedy: 'Check the network, and the address with: spec-kitty sync server',
        },
      ];
    default:
      return unreachable(check);
  }
};

/** Whether the process that delivers beside us is alive and as new as this program. */
export const judgeBackground = (
  { state, heartbeat }: BackgroundReading,
  version: string,
): readonly Finding[] => {
  if (state === 'not running' || heartbeat === undefined) return [];
  const { processId, ageMs } = heartbeat;
  if (state === 'silent') {
    return [
      {
        check: 'background',
        severity: 'warning',
        message: `The background process ${processId} has said nothing for ${Math.round(Math.abs(ageMs) / 1000)} s: it is stopped or stuck.`,
        remedy: `Let process ${processId} go on or end it; until then deliver with: spec-kitty sync now`,
      },
    ];
  }
  return isNewer(version, heartbeat.version)
    ? [
        {
          check: 'background',
          severity: 'note',
          message: `The background process is of version ${heartbeat.version}, older than this program (${version}).`,
          remedy: 'The next command that captures an event asks it to leave and starts its successor.',
        },
      ]
    : [];
};

/** What stands in a command line as one word. */
const PLAIN = /^[\w.:/~%-]+$/;

const SIGN_IN = 'spec-kitty auth login';
