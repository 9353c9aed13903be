import { accountedFor, isBalanced, waitingOf, sum } from '../../domain/outbox/accounting.js';
import type { BesideCounts, Outbox } from '../../ports/outbox.js';
import type { ReportSituation } from '../delivery/due-records.js';
import { examineOutbox } from './examine-outbox.js';

/** The accounting of one outbox beside a count of every record that is still there. */
export interface Recount {
  readonly projectUuid: string | undefined;
  /** By the accounting identity: its left side, and what its right side adds up to. */
  readonly captured: number;
  readonly accountedFor: number;
  readonly balanced: boolean;
  readonly waiting: number;
  readonly deadLetters: number;
  /** Records that can be read one by one now. */
  readonly records: number;
  /** Of these: settled for the hub in use. */
  readonly settled: number;
  /** Of these: damaged, so that only the number is left. */
  readonly damaged: number;
  /** Settled by the totals of the ledger; more than `settled` by what retention removed, never fewer. */
  readonly counted: number;
  /** Event ids that are there twice. */
  readonly repeated: number;
  /** Highest Lamport timestamp of a captured event; 0 when there is none. */
  readonly highestClock: number;
  readonly beside: BesideCounts;
  readonly decisionsUnreadable?: string;
  readonly lastReceiptAtMs?: number;
}

/** Reads every record of an outbox and holds the counts of its ledger against them. Takes no lock. */
export const recountOutbox = async (outbox: Outbox, situation: ReportSituation): Promise<Recount> => {
  const ids = new Set<string>();
  const count = { records: 0, settled: 0, damaged: 0, repeated: 0, highestClock: 0 };
  const { status, reading, context } = await examineOutbox(
    outbox,
    situation,
    ({ record: { record, eventId, json }, standing }, { ledger }) => {
      count.records += 1;
      if (json === undefined) count.damaged += 1;
      if (ids.has(eventId)) count.repeated += 1;
      ids.add(eventId);
      if (ledger !== undefined && record >= ledger.first && standing.standing === 'settled')
        count.settled += 1;
      count.highestClock = Math.max(count.highestClock, clockOf(json));
    },
    'every',
  );
  const { accounting, beside, lastReceiptAtMs } = status;
  return {
    projectUuid: outbox.project,
    captured: accounting.captured,
    accountedFor: accountedFor(accounting),
    balanced: isBalanced(accounting),
    waiting: waitingOf(accounting),
    deadLetters: sum(accounting.deadLetters),
    ...count,
    counted:
      accounting.delivered +
      accounting.duplicate +
      accounting.discarded +
      sum(context.ledger?.totals.reclaimed ?? {}),
    beside,
    ...(reading.decisionsUnreadable === undefined
      ? {}
      : { decisionsUnreadable: reading.decisionsUnreadable }),
    ...(lastReceiptAtMs === undefined ? {} : { lastReceiptAtMs }),
  };
};

const clockOf = (json: string | undefined): number => {
  if (json === undefined) return 0;
  const { lamport_clock: clock } = JSON.parse(json) as { readonly lamport_clock?: unknown };
  return typeof clock === 'number' ? clock : 0;
};
