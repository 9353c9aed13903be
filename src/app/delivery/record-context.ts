import { ledgerInUse, presumedAccount } from '../../domain/outbox/ledger.js';
import { indexDecisions } from '../../domain/outbox/ownership.js';
import { standingOf, type RecordStanding, type RoutingContext } from '../../domain/outbox/routing-policy.js';
import type { JournalRecord, Outbox, OutboxReading } from '../../ports/outbox.js';

/** When and for whom a report is made. `isInsisted`: as if a person asked for delivery now; `false` when absent. */
export type ReportSituation = Pick<RoutingContext, 'account' | 'sharing' | 'nowMs'> &
  Partial<Pick<RoutingContext, 'isInsisted'>>;

/** What decides about the records of an outbox in every report: its own records and the account that they speak of. */
export const recordContext = (
  outbox: Outbox,
  reading: OutboxReading,
  situation: ReportSituation,
): RoutingContext => {
  const account = presumedAccount(reading.ledgers, situation.account);
  return {
    isInsisted: false,
    ...situation,
    account,
    projectUuid: outbox.project,
    ledger: ledgerInUse(reading.ledgers, account),
    decisions: indexDecisions(reading.decisions),
    decisionsUnreadable: reading.decisionsUnreadable !== undefined,
  };
};

/**
 * The records from `from` on, and how they stand. Without it those that may be anything but settled: none before the first
 * exception or unanswered one is.
 */
export async function* openRecords(
  outbox: Outbox,
  reading: OutboxReading,
  context: RoutingContext,
  from = firstOpen(reading, context),
): AsyncGenerator<readonly [JournalRecord, RecordStanding]> {
  for await (const record of outbox.records(from)) {
    if (record.record > reading.last) return;
    yield [record, standingOf(record, context)];
  }
}

const firstOpen = ({ first }: OutboxReading, { ledger }: RoutingContext): number =>
  ledger === undefined ? first : Math.min(ledger.exceptions[0]?.record ?? Infinity, ledger.through + 1);

/** When the event of a record happened, by the clock that it was captured under. */
export const occurredAt = (json: string | undefined): string | undefined => {
  if (json === undefined) return undefined;
  const { timestamp } = JSON.parse(json) as { readonly timestamp?: unknown };
  return typeof timestamp === 'string' ? timestamp : undefined;
};
