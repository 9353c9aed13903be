/**
 * What has become of each record of an outbox at one hub and team. The journal says what was captured; this says
 * what of it is settled. Values are immutable; every change is a pure function that returns a new ledger.
 */

/** A closed range of record numbers. */
export interface RecordRange {
  readonly from: number;
  readonly through: number;
}

/** A record that is not simply settled or simply waiting. */
export interface LedgerException {
  readonly record: number;
  readonly eventId: string;
  /** `failing`: due again later. `refused`: held by the hub's own refusal. `dead`: a dead letter nobody decided about. */
  readonly state: 'failing' | 'refused' | 'dead';
  readonly attempts: number;
  readonly reason: string;
  /** When it is due again, milliseconds since 1970; absent for a dead letter. */
  readonly dueAtMs?: number;
}

export interface LedgerTotals {
  readonly delivered: number;
  readonly duplicate: number;
  readonly discarded: number;
  /** Records that belong elsewhere and whose segments were removed, by the reason for which they were held here. */
  readonly reclaimedHeld: Readonly<Record<string, number>>;
}

export interface HubLedger {
  /** The hub's id, else its URL. */
  readonly hub: string;
  readonly team: string;
  /** The oldest record that existed when this hub and team first appeared. */
  readonly first: number;
  /** Every record up to this one is settled, unless it is an exception. */
  readonly through: number;
  /** Settled records beyond `through`, ascending, disjoint, not adjacent. */
  readonly beyond: readonly RecordRange[];
  /** Ascending by record. */
  readonly exceptions: readonly LedgerException[];
  readonly totals: LedgerTotals;
  /** How many decisions are already part of this ledger. */
  readonly decided: number;
  /** Set when another hub or team took its place; milliseconds since 1970. */
  readonly closedAtMs?: number;
  /** When a receipt last arrived, milliseconds since 1970. */
  readonly lastReceiptAtMs?: number;
}

/** At most this many exceptions; then sending pauses and says so. */
export const MAX_EXCEPTIONS = 10_000;
