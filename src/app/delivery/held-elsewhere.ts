import type { Account } from '../../domain/outbox/account.js';
import { type HubLedger, isLedgerOf, isSettled } from '../../domain/outbox/ledger.js';
import type { RecordOwner } from '../../domain/outbox/ownership.js';
import type { Outbox, OutboxReading } from '../../ports/outbox.js';
import { openRecords, recordContext } from './due-records.js';

/** The records of an outbox that belong to another hub or team than the account's. */
export interface HeldElsewhere {
  readonly owner: RecordOwner;
  /** That one has given no receipt for these: nothing delivers them as long as this account is signed in. */
  readonly held: readonly number[];
  /** These it has, and the journal still holds them. */
  readonly delivered: readonly number[];
}

/** By owner, in the order of capture. What can never be sent, or was thrown away, is left out. Changes nothing. */
export const heldElsewhere = async (outbox: Outbox, account: Account): Promise<readonly HeldElsewhere[]> => {
  const reading = await outbox.reading();
  // Whose a record is does not depend on whether anything may leave now.
  const context = recordContext(outbox, reading, { account, sharing: 'on', isInsisted: true, nowMs: 0 });
  const discarded = discardedIn(reading);
  const found = new Map<string, { owner: RecordOwner; held: number[]; delivered: number[] }>();
  for await (const [{ record }, standing] of openRecords(outbox, reading, context, reading.first)) {
    if (standing.standing !== 'held' || standing.reason.hold !== 'elsewhere') continue;
    const { hub, team } = standing.reason;
    const owner = { hub, team };
    const theirs = reading.ledgers.filter((ledger) => isLedgerOf(ledger, owner));
    if (theirs.some((ledger) => discarded(ledger, record))) continue;
    const key = JSON.stringify(owner);
    const group = found.get(key) ?? { owner, held: [], delivered: [] };
    found.set(key, group);
    const hasIt = theirs.some((ledger) => record >= ledger.first && isSettled(ledger, record));
    group[hasIt ? 'delivered' : 'held'].push(record);
  }
  return [...found.values()];
};

const discardedIn = ({ decisions }: OutboxReading): ((ledger: HubLedger, record: number) => boolean) => {
  const discards = decisions.filter((decision) => decision.decision === 'discard');
  return (ledger, record) =>
    discards.some((decision) => decision.record === record && isLedgerOf(ledger, decision));
};
