import { contains, sizeOf, type RecordSet } from './record-ranges.js';

/**
 * What has become of each record of an outbox at one hub and team. The journal says what was captured; this says
 * what of it is settled. Values are immutable; `change-ledger.ts` has the functions that return a changed one.
 *
 * Invariant: the records from `first` to the newest one are exactly those counted in `totals`, those that are
 * exceptions, and those that wait. Each settlement moves a record from one of these to another, once.
 */
export interface HubLedger {
  /** The hub's id, else its URL. */
  readonly hub: string;
  readonly team: string;
  /** Where a hub that has said its id is or was: captures made before that carry its URL. */
  readonly urls?: readonly string[];
  /** The oldest record that existed when this hub and team first appeared. */
  readonly first: number;
  /** Every record up to this one is settled, unless it is an exception. */
  readonly through: number;
  /** Records beyond `through` that are settled or exceptions. */
  readonly beyond: RecordSet;
  /** Ascending by record. */
  readonly exceptions: readonly LedgerException[];
  readonly totals: LedgerTotals;
  /** How many decisions are already part of this ledger. */
  readonly decided: number;
  /** Set when another hub or team took its place; milliseconds since 1970. */
  readonly closedAtMs?: number;
  /** When a receipt last arrived, milliseconds since 1970. */
  readonly lastReceiptAtMs?: number;
  /** The hub refused the account as a whole: everything that waits is held until then, milliseconds since 1970. */
  readonly refusal?: { readonly reason: string; readonly untilMs: number };
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
  /** Records held here that belong elsewhere, settled there and removed with their segment, by reason. */
  readonly reclaimed: Readonly<Record<string, number>>;
}

/** At most this many exceptions; then sending pauses and says so. */
export const MAX_EXCEPTIONS = 10_000;

/** The ledger of a hub and team that appear now, when `first` is the oldest record that is still there. */
export const openLedger = (hub: string, team: string, first: number, decided: number): HubLedger => ({
  hub,
  team,
  first,
  through: first - 1,
  beyond: [],
  exceptions: [],
  totals: { delivered: 0, duplicate: 0, discarded: 0, reclaimed: {} },
  decided,
});

/** Whether a hub and team, as a record or decision names them, are those of the ledger. */
export const isLedgerOf = (
  ledger: HubLedger,
  { hub, team }: { readonly hub: string; readonly team: string },
): boolean => ledger.team === team && (ledger.hub === hub || ledger.urls?.includes(hub) === true);

/** Whether the record needs no attention any more or is listed as an exception. */
export const isAnswered = (ledger: HubLedger, record: number): boolean =>
  record <= ledger.through || contains(ledger.beyond, record);

export const exceptionOf = (ledger: HubLedger, record: number): LedgerException | undefined => {
  let low = 0;
  let high = ledger.exceptions.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const exception = ledger.exceptions[middle];
    if (exception === undefined || exception.record === record) return exception;
    if (exception.record < record) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
};

/** Whether nothing will ever have to be sent of this record. A dead letter counts only once it is decided about. */
export const isSettled = (ledger: HubLedger, record: number): boolean =>
  isAnswered(ledger, record) && exceptionOf(ledger, record) === undefined;

/** How many records wait for this hub, when `last` is the newest one: pending and held ones together. */
export const waitingCount = (ledger: HubLedger, last: number): number =>
  Math.max(0, last - ledger.through) -
  sizeOf(ledger.beyond) +
  ledger.exceptions.filter((exception) => exception.state !== 'dead').length;

/** The newest record that the ledger says anything about; `first - 1` when there is none. */
export const newestAnswered = (ledger: HubLedger): number => ledger.beyond.at(-1)?.through ?? ledger.through;
