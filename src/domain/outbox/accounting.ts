import type { HubLedger } from './ledger.js';
import { type RecordStanding, holdSentence } from './routing-policy.js';
import { unreachable } from '../errors.js';

/** Counts by the reason that people read. */
export type CountsByReason = Readonly<Record<string, number>>;

/**
 * Where every captured event of a project is, for its current hub. Always
 * `captured = delivered + duplicate + pending + held + dead letters + discarded`.
 */
export interface Accounting {
  readonly captured: number;
  readonly delivered: number;
  readonly duplicate: number;
  readonly pending: number;
  readonly held: CountsByReason;
  readonly deadLetters: CountsByReason;
  readonly discarded: number;
}

/** What the ledger has counted already; every record that it does not answer for is still to be added. */
export const startAccounting = (ledger: HubLedger | undefined, first: number, last: number): Accounting => ({
  captured: last - (ledger?.first ?? first) + 1,
  delivered: ledger?.totals.delivered ?? 0,
  duplicate: ledger?.totals.duplicate ?? 0,
  pending: 0,
  held: ledger?.totals.reclaimed ?? {},
  deadLetters: {},
  discarded: ledger?.totals.discarded ?? 0,
});

/** Adds `count` records that stand like this. */
export const addStanding = (accounting: Accounting, standing: RecordStanding, count = 1): Accounting => {
  switch (standing.standing) {
    case 'settled':
      return accounting;
    case 'pending':
      return { ...accounting, pending: accounting.pending + count };
    case 'held':
      return { ...accounting, held: plus(accounting.held, holdSentence(standing.reason), count) };
    case 'dead':
      return { ...accounting, deadLetters: plus(accounting.deadLetters, standing.reason, count) };
    default:
      return unreachable(standing);
  }
};

export const sum = (counts: CountsByReason): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** What the right side of the identity adds up to. */
export const accountedFor = (accounting: Accounting): number =>
  accounting.delivered +
  accounting.duplicate +
  accounting.pending +
  sum(accounting.held) +
  sum(accounting.deadLetters) +
  accounting.discarded;

/** Whether every captured event is accounted for. */
export const isBalanced = (accounting: Accounting): boolean =>
  accounting.captured === accountedFor(accounting);

/** How many events wait, whether or not they may go. */
export const waitingOf = (accounting: Accounting): number => accounting.pending + sum(accounting.held);

const plus = (counts: CountsByReason, reason: string, count: number): CountsByReason => ({
  ...counts,
  [reason]: (counts[reason] ?? 0) + count,
});
