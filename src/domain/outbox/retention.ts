import { type HubLedger, reclaim, exceptionOf, isAnswered, isLedgerOf, isSettled } from './ledger.js';
import { ownerOf, type DecisionIndex, type OwnedRecord, type RecordOwner } from './ownership.js';
import { holdSentence } from './routing-policy.js';

/**
 * Whether a segment's records may go, and what the ledgers read like when they have: `undefined` while any of them may
 * still have to be sent or decided about. A record may go once it is settled where it belongs; in the ledgers of other
 * hubs and teams, where it was only ever held, it stays counted under that reason.
 */
export const ledgersWithout = (
  records: readonly OwnedRecord[],
  ledgers: readonly HubLedger[],
  decisions: DecisionIndex,
): readonly HubLedger[] | undefined => {
  const owners = records.map((record) => ownerOf(record, decisions));
  const mayGo = records.every((record, index) => isDone(record.record, owners[index], ledgers));
  if (!mayGo) return undefined;
  return ledgers.map((ledger) => {
    const held = records.flatMap(({ record }, index): readonly (readonly [number, string])[] => {
      if (isAnswered(ledger, record)) return [];
      const owner = owners[index];
      // Nobody's is what could never be sent: it was thrown away where it was settled, and here nobody was asked.
      return [[record, owner === undefined ? NOBODYS : holdSentence({ hold: 'elsewhere', ...owner })]];
    });
    return held.length === 0 ? ledger : reclaim(ledger, new Map(held));
  });
};

const NOBODYS = 'settled elsewhere';

const isDone = (record: number, owner: RecordOwner | undefined, ledgers: readonly HubLedger[]): boolean => {
  if (ledgers.some((ledger) => exceptionOf(ledger, record) !== undefined)) return false;
  const own = ledgers.filter((ledger) => owner === undefined || isLedgerOf(ledger, owner));
  return own.some((ledger) => isSettled(ledger, record));
};
