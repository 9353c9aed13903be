import { unreachable } from '../errors.js';
import { exceptionOf, isAnswered, newestAnswered, type HubLedger, type LedgerException } from './ledger.js';
import { setOf, union, type RecordSet } from './record-ranges.js';

/** What a pass learnt about one record. */
export type Settlement = { readonly record: number; readonly eventId: string } & (
  | { readonly became: 'delivered' | 'duplicate' }
  | {
      readonly became: 'failing' | 'refused';
      readonly attempts: number;
      readonly reason: string;
      readonly dueAtMs: number;
    }
  | { readonly became: 'dead'; readonly attempts: number; readonly reason: string }
);

/** Enters what a pass learnt. Repeating a settlement, or settling what is settled, changes nothing. */
export const settle = (ledger: HubLedger, settlements: readonly Settlement[]): HubLedger =>
  settleAhead(ledger, settlements) ?? settleEach(ledger, settlements);

/** Dead letters that a person threw away. Unknown records change nothing. */
export const discard = (ledger: HubLedger, record: number): HubLedger => {
  if (exceptionOf(ledger, record)?.state !== 'dead') return ledger;
  return {
    ...ledger,
    exceptions: ledger.exceptions.filter((exception) => exception.record !== record),
    totals: { ...ledger.totals, discarded: ledger.totals.discarded + 1 },
  };
};

/** Makes a dead letter pending again, with no attempt counted, due at once. Unknown records change nothing. */
export const requeue = (ledger: HubLedger, record: number): HubLedger => {
  if (exceptionOf(ledger, record)?.state !== 'dead') return ledger;
  return {
    ...ledger,
    exceptions: ledger.exceptions.map((exception) =>
      exception.record === record ? { ...exception, state: 'failing', attempts: 0, dueAtMs: 0 } : exception,
    ),
  };
};

/** Records that were held here for good and whose segment goes away: they stay counted under their reason. */
export const reclaim = (ledger: HubLedger, held: ReadonlyMap<number, string>): HubLedger => {
  const open = [...held].filter(([record]) => record >= ledger.first && !isAnswered(ledger, record));
  const reclaimed = { ...ledger.totals.reclaimed };
  for (const [, reason] of open) reclaimed[reason] = (reclaimed[reason] ?? 0) + 1;
  const records = setOf(open.map(([record]) => record));
  return { ...ledger, ...withAnswered(ledger, records), totals: { ...ledger.totals, reclaimed } };
};

/** Receipts in ascending order for records beyond everything answered: no look-up is needed. Else `undefined`. */
const settleAhead = (ledger: HubLedger, settlements: readonly Settlement[]): HubLedger | undefined => {
  const totals = { ...ledger.totals };
  const answered: number[] = [];
  let newest = newestAnswered(ledger);
  for (const { record, became } of settlements) {
    if (record <= newest || (became !== 'delivered' && became !== 'duplicate')) return undefined;
    totals[became] += 1;
    answered.push(record);
    newest = record;
  }
  return { ...ledger, ...withAnswered(ledger, setOf(answered)), totals };
};

const settleEach = (ledger: HubLedger, settlements: readonly Settlement[]): HubLedger => {
  let exceptions: Map<number, LedgerException> | undefined;
  const changing = (): Map<number, LedgerException> =>
    (exceptions ??= new Map(ledger.exceptions.map((exception) => [exception.record, exception])));
  const isException = (record: number): boolean =>
    exceptions?.has(record) ?? exceptionOf(ledger, record) !== undefined;
  const totals = { ...ledger.totals };
  const answered: number[] = [];
  const seen = new Set<number>();
  for (const settlement of settlements) {
    const { record, eventId } = settlement;
    const wasException = isException(record);
    const isOpen = wasException || !(seen.has(record) || record < ledger.first || isAnswered(ledger, record));
    if (!isOpen) continue;
    seen.add(record);
    answered.push(record);
    if (wasException) changing().delete(record);
    switch (settlement.became) {
      case 'delivered':
      case 'duplicate':
        totals[settlement.became] += 1;
        break;
      case 'failing':
      case 'refused':
      case 'dead': {
        const { became: state, attempts, reason } = settlement;
        const due = settlement.became === 'dead' ? {} : { dueAtMs: settlement.dueAtMs };
        changing().set(record, { record, eventId, state, attempts, reason, ...due });
        break;
      }
      default:
        unreachable(settlement);
    }
  }
  return {
    ...ledger,
    ...withAnswered(ledger, setOf(answered)),
    ...(exceptions === undefined ? {} : { exceptions: ascending(exceptions) }),
    totals,
  };
};

const withAnswered = (
  ledger: HubLedger,
  answered: RecordSet,
): { readonly through: number; readonly beyond: RecordSet } => {
  const [head, ...rest] = union([{ from: 0, through: ledger.through }, ...ledger.beyond], answered);
  const through = head?.through ?? ledger.through;
  return { through, beyond: rest };
};

const ascending = (exceptions: ReadonlyMap<number, LedgerException>): readonly LedgerException[] =>
  [...exceptions.values()].sort((a, b) => a.record - b.record);
