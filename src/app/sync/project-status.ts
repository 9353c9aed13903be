import type { Account } from '../../domain/delivery/account.js';
import { addStanding, startAccounting, type Accounting } from '../../domain/delivery/accounting.js';
import { ledgerInUse, presumedAccount } from '../../domain/delivery/ledger-in-use.js';
import type { HubLedger } from '../../domain/delivery/ledger.js';
import { indexDecisions } from '../../domain/delivery/ownership.js';
import { standingOf, type RoutingContext } from '../../domain/delivery/route-record.js';
import type { Sharing } from '../../domain/delivery/routing-policy.js';
import type { BesideCounts, Outbox } from '../../ports/queue.js';

/** Where the events of one project are, worked out from the records at the moment of asking. */
export interface ProjectStatus {
  readonly projectUuid: string | undefined;
  /** Hub and team that the accounting speaks of; absent before anything was ever sent. */
  readonly hub?: string;
  readonly team?: string;
  readonly accounting: Accounting;
  readonly beside: BesideCounts;
  /** Occurrence time of the oldest event that waits. */
  readonly oldestWaiting?: string;
  /** When a receipt last arrived, milliseconds since 1970. */
  readonly lastReceiptAtMs?: number;
  /** Ledgers of hubs and teams that are not in use any more. */
  readonly former: readonly HubLedger[];
}

export interface StatusSituation {
  readonly account: Account | undefined;
  readonly sharing: Sharing;
  readonly nowMs: number;
}

/** Reads records only, takes no lock, and changes nothing. */
export const projectStatus = async (outbox: Outbox, situation: StatusSituation): Promise<ProjectStatus> => {
  const reading = await outbox.reading();
  const account = presumedAccount(reading.ledgers, situation.account);
  const ledger = ledgerInUse(reading.ledgers, account);
  const context: RoutingContext = {
    ...situation,
    account,
    projectUuid: outbox.project,
    ledger,
    decisions: indexDecisions(reading.decisions),
    decisionsUnreadable: reading.decisionsUnreadable !== undefined,
    isInsisted: false,
  };
  let accounting = startAccounting(ledger, reading.first, reading.last);
  let oldestWaiting: string | undefined;
  for await (const record of outbox.records(firstOpen(ledger, reading.first))) {
    if (record.record > reading.last) break;
    const standing = standingOf(record, context);
    accounting = addStanding(accounting, standing);
    const waits = standing.standing === 'pending' || standing.standing === 'held';
    if (waits && oldestWaiting === undefined) oldestWaiting = occurredAt(record.json);
  }
  return {
    projectUuid: outbox.project,
    accounting,
    beside: reading.beside,
    former: reading.ledgers.filter((candidate) => candidate !== ledger),
    ...(ledger === undefined ? {} : { hub: ledger.hub, team: ledger.team }),
    ...(oldestWaiting === undefined ? {} : { oldestWaiting }),
    ...(ledger?.lastReceiptAtMs === undefined ? {} : { lastReceiptAtMs: ledger.lastReceiptAtMs }),
  };
};

/** Nothing before the first exception or the first unanswered record can be anything but settled. */
const firstOpen = (ledger: HubLedger | undefined, first: number): number =>
  ledger === undefined ? first : Math.min(ledger.exceptions[0]?.record ?? Infinity, ledger.through + 1);

const occurredAt = (json: string | undefined): string | undefined => {
  if (json === undefined) return undefined;
  const { timestamp } = JSON.parse(json) as { readonly timestamp?: unknown };
  return typeof timestamp === 'string' ? timestamp : undefined;
};
