import type { Account } from '../../domain/outbox/account.js';
import { type HubLedger, ledgerOf, isAnswered, isLedgerOf, isSettled } from '../../domain/outbox/ledger.js';
import { consentOf, indexDecisions, ownerOf } from '../../domain/outbox/ownership.js';
import type { RecordOwner } from '../../domain/outbox/ownership.js';
import { belongsTo } from '../../domain/outbox/routing-policy.js';
import type { Outbox, OutboxReading } from '../../ports/outbox.js';

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
  const decisions = indexDecisions(reading.decisions);
  const own = ledgerOf(reading.ledgers, account);
  const discarded = discardedIn(reading);
  const found = new Map<string, { owner: RecordOwner; held: number[]; delivered: number[] }>();
  for await (const record of outbox.records(reading.first)) {
    const owner = ownerOf(record, decisions);
    if (owner === undefined || record.invalid !== undefined || record.record > reading.last) continue;
    if (belongsTo(owner, account) || (own !== undefined && isLedgerOf(own, owner))) continue;
    if (own !== undefined && isAnswered(own, record.record)) continue;
    if (owner.team === account.team && consentOf(record, account, decisions) === true) continue;
    const theirs = reading.ledgers.filter((ledger) => isLedgerOf(ledger, owner));
    if (theirs.some((ledger) => discarded(ledger, record.record))) continue;
    const key = JSON.stringify(owner);
    const group = found.get(key) ?? { owner, held: [], delivered: [] };
    found.set(key, group);
    const hasIt = theirs.some((ledger) => record.record >= ledger.first && isSettled(ledger, record.record));
    group[hasIt ? 'delivered' : 'held'].push(record.record);
  }
  return [...found.values()];
};

const discardedIn = ({ decisions }: OutboxReading): ((ledger: HubLedger, record: number) => boolean) => {
  const discards = decisions.filter((decision) => decision.decision === 'discard');
  return (ledger, record) =>
    discards.some((decision) => decision.record === record && isLedgerOf(ledger, decision));
};
