import type { HubLedger } from '../../../../domain/outbox/ledger.js';
import type { ConnectionCheck } from '../../../reports/check-connection.js';
import type { SyncStatus } from '../../../reports/get-sync-status.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import type { Outcome } from '../../exit-codes.js';
import { snakeKeys } from '../../render/snake-keys.js';
import { facts } from '../../render/table.js';
import { lines } from '../../render/text.js';
import { accountingDocument } from './accounting-document.js';
import { accountFacts, backgroundFacts, limitFact } from './status-facts.js';
import { projectsText } from './status-projects.js';

interface Args {
  readonly check: boolean;
}

export const run = async ({ args, client, signal, terminal }: CommandContext<Args>): Promise<Report> => {
  // What the hub says about a machine token is known to the status afterwards.
  const check = args.check ? await client.reports.checkConnection.run(signal) : undefined;
  const clock = await client.port('wallClock');
  const status = await client.reports.getSyncStatus.run();
  for (const { path, reason } of status.settings.issues) terminal.warn(`config.toml: ${path} ${reason}`);
  const isBalanced = status.projects.every(({ balanced }) => balanced);
  return {
    outcome: isBalanced ? outcomeOf(check, signal) : 'failed',
    data: statusDocument(status, check),
    next: check === undefined || check.state === 'reachable' ? nextAfter(status) : [],
    text: lines([
      facts([...accountFacts(status, check), ...backgroundFacts(status.background), limitFact(status)]),
      '',
      ...projectsText(status, terminal.width, clock.nowMs()),
    ]),
  };
};

/** From no hub to the question whether a hub has everything. */
const nextAfter = ({ server, account, projects }: SyncStatus): readonly NextCommand[] => {
  if (server === undefined)
    return [
      { line: 'spec-kitty auth login', when: 'where your team has a hub' },
      { line: 'spec-kitty hub team add acme', when: 'where it has none' },
    ];
  if (account === undefined) return [{ line: 'spec-kitty auth login' }];
  if (projects.length === 0) return [];
  const isAnyPending = projects.some(({ accounting }) => accounting.pending > 0);
  return [{ line: isAnyPending ? 'spec-kitty sync now' : 'spec-kitty sync verify' }];
};

/** Of a hub that is not in use any more its line is shown, not its whole ledger. */
export const statusDocument = ({ projects, ...status }: SyncStatus, check?: ConnectionCheck): object => ({
  version: 2,
  ...snakeKeys(status),
  projects: projects.map(({ accounting, former, ...project }) => ({
    ...snakeKeys(project),
    accounting: accountingDocument(accounting),
    former: former.map(formerLine),
  })),
  ...(check === undefined ? {} : { check: snakeKeys(check) }),
});

const formerLine = ({ hub, team, through, totals, closedAtMs, lastReceiptAtMs }: HubLedger): object => ({
  hub,
  team,
  through,
  totals: { delivered: totals.delivered, duplicate: totals.duplicate, discarded: totals.discarded },
  closed_at_ms: closedAtMs,
  last_receipt_at_ms: lastReceiptAtMs,
});

const outcomeOf = (check: ConnectionCheck | undefined, signal: AbortSignal): Outcome => {
  if (check !== undefined && signal.aborted) return 'interrupted';
  switch (check?.state) {
    case undefined:
    case 'reachable':
      return 'done';
    case 'unreachable':
    case 'no-server':
      return 'failed';
    case 'signed-out':
    case 'session-expired':
    case 'unusable':
      return 'not-signed-in';
  }
};
