import type { Decision } from './decision.js';
import { changeAnswered, isLedgerOf, isSettled, setOf, without, type HubLedger } from './ledger.js';

/** Whether a record was settled by the hub, and not by a person who threw the event away. */
export const receiptTest = (
  ledger: HubLedger,
  decisions: readonly Decision[],
): ((record: number) => boolean) => {
  const thrownAway = new Set(
    decisions.flatMap((decision) =>
      decision.decision === 'discard' && isLedgerOf(ledger, decision) ? [decision.record] : [],
    ),
  );
  return (record) => record >= ledger.first && isSettled(ledger, record) && !thrownAway.has(record);
};

/**
 * The hub has another history than the one that these receipts are of: those for `lost` are worth nothing, and the
 * records wait again. They are taken from what was counted as delivered, so that the accounting goes on to add up.
 */
export const enterHistory = (ledger: HubLedger, history: string, lost: readonly number[]): HubLedger => {
  if (lost.length === 0) return { ...ledger, history };
  const { totals } = ledger;
  const fromDelivered = Math.min(totals.delivered, lost.length);
  return {
    ...changeAnswered(ledger, (answered) => without(answered, setOf(lost))),
    history,
    totals: {
      ...totals,
      delivered: totals.delivered - fromDelivered,
      duplicate: totals.duplicate - (lost.length - fromDelivered),
    },
    reoffered: (ledger.reoffered ?? 0) + lost.length,
  };
};
