import type { Account } from '../../domain/outbox/account.js';
import { addStanding, startAccounting, type Accounting } from '../../domain/outbox/accounting.js';
import type { HubLedger } from '../../domain/outbox/ledger.js';
import type { Sharing } from '../../domain/outbox/routing-policy.js';
import type { BesideCounts, Outbox } from '../../ports/outbox.js';
import { occurredAt, openRecords, recordContext } from '../delivery/record-context.js';

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
  /** A person asks for delivery now: what is due later, or was refused a while ago, is due. Default: `false`. */
  readonly isInsisted?: boolean;
}

/** Reads records only, takes no lock, and changes nothing. */
export const projectStatus = async (outbox: Outbox, situation: StatusSituation): Promise<ProjectStatus> => {
  const reading = await outbox.reading();
  const context = recordContext(outbox, reading, situation);
  const { ledger } = context;
  let accounting = startAccounting(ledger, reading.first, reading.last);
  let oldestWaiting: string | undefined;
  for await (const [record, standing] of openRecords(outbox, reading, context)) {
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
