import { type Account, type HubAddress, hubKey, isSameHub } from './account.js';
import { LOCAL_TEAM } from '../events/envelope.js';
import { unreachable } from '../errors.js';

/**
 * What has become of each record of an outbox at one hub and team. The journal says what was captured; this says
 * what of it is settled. Values are immutable; the functions below return a changed one.
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
  /** The history of the hub's log that the receipts are of, where it says; another one means that it was restored. */
  readonly history?: string;
  /** How many records were offered again because a restored hub had lost them. */
  readonly reoffered?: number;
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

interface LedgerTotals {
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

export const exceptionOf = (ledger: HubLedger, record: number): LedgerException | undefined =>
  search(ledger.exceptions, (exception) => record - exception.record);

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

/**
 * The ledger of this hub and team, open or closed. One under the hub's id comes before one under its URL: a hub that
 * could not say its id for a while has both.
 */
export const ledgerOf = (ledgers: readonly HubLedger[], account: Account): HubLedger | undefined =>
  ledgers.find((ledger) => ledger.hub === hubKey(account.hub) && ledger.team === account.team) ??
  ledgers.find((ledger) => isSameHub(ledger.hub, account.hub) && ledger.team === account.team);

/** The ledger that reports speak of: the account's, else the one that was in use last. */
export const ledgerInUse = (
  ledgers: readonly HubLedger[],
  account: Account | undefined,
): HubLedger | undefined =>
  account === undefined
    ? ledgers.find((ledger) => ledger.closedAtMs === undefined)
    : ledgerOf(ledgers, account);

/**
 * The account that reports speak of. What a machine token stands for is known to its hub alone: until that was asked,
 * it is taken for the account of the ledger in use, where that is one of a hub at the same address.
 */
export const presumedAccount = (
  ledgers: readonly HubLedger[],
  account: Account | undefined,
): Account | undefined => {
  if (account === undefined || account.team !== LOCAL_TEAM) return account;
  const inUse = ledgerInUse(ledgers, undefined);
  const { url } = account.hub;
  if (inUse === undefined || !(inUse.hub === url || inUse.urls?.includes(url) === true)) return account;
  return { ...account, hub: { ...account.hub, id: inUse.hub }, team: inUse.team };
};

/**
 * Puts the account's ledger in use, opening it when hub and team appear for the first time, and closes every other
 * one. A hub that was known by its URL goes on under its id. The same ledgers come back when nothing changes.
 */
export const takeIntoUse = (
  ledgers: readonly HubLedger[],
  account: Account,
  first: number,
  decided: number,
  nowMs: number,
): readonly HubLedger[] => {
  const hub = hubKey(account.hub);
  const found = ledgerOf(ledgers, account);
  const own = withUrl(found ?? openLedger(hub, account.team, first, decided), account.hub);
  const isOpen = (ledger: HubLedger): boolean => ledger.closedAtMs === undefined;
  const isInUse = own === found && own.hub === hub && isOpen(own);
  if (isInUse && ledgers.every((ledger) => ledger === own || !isOpen(ledger))) return ledgers;
  const { closedAtMs: _closedAtMs, ...reopened } = own;
  const others = ledgers.filter((ledger) => ledger !== found);
  const closed = others.map((ledger) => (isOpen(ledger) ? { ...ledger, closedAtMs: nowMs } : ledger));
  return [...closed, { ...reopened, hub }];
};

/** Enters what a pass learnt into the account's ledger; the other ledgers stay as they are. */
export const settleAt = (
  ledgers: readonly HubLedger[],
  account: Account,
  settlements: readonly Settlement[],
  nowMs: number,
): readonly HubLedger[] =>
  changeOwn(ledgers, account, (ledger) => {
    const settled = settle(ledger, settlements);
    if (!settlements.some(({ became }) => became === 'delivered' || became === 'duplicate')) return settled;
    const { refusal: _refusal, ...accepted } = settled;
    return { ...accepted, lastReceiptAtMs: nowMs };
  });

/** The hub refused the account as a whole. */
export const refuseAt = (
  ledgers: readonly HubLedger[],
  account: Account,
  refusal: { readonly reason: string; readonly untilMs: number },
): readonly HubLedger[] => changeOwn(ledgers, account, (ledger) => ({ ...ledger, refusal }));

const changeOwn = (
  ledgers: readonly HubLedger[],
  account: Account,
  change: (own: HubLedger) => HubLedger,
): readonly HubLedger[] => {
  const own = ledgerOf(ledgers, account);
  return ledgers.map((ledger) => (ledger === own ? change(ledger) : ledger));
};

/** The ledger of a hub that has said its id, with where it is now. */
const withUrl = (ledger: HubLedger, { url, id }: HubAddress): HubLedger =>
  id === undefined || ledger.urls?.includes(url) === true
    ? ledger
    : { ...ledger, urls: [...(ledger.urls ?? []), url] };

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
  const answered = changeAnswered(ledger, (before) => union(before, records));
  return { ...answered, totals: { ...ledger.totals, reclaimed } };
};

/** Enters what a pass learnt. Repeating a settlement, or settling what is settled, changes nothing. */
export const settle = (ledger: HubLedger, settlements: readonly Settlement[]): HubLedger => {
  const exceptions = new Map(ledger.exceptions.map((exception) => [exception.record, exception]));
  const totals = { ...ledger.totals };
  const answered = new Set<number>();
  for (const settlement of settlements) {
    const { record } = settlement;
    const isClosed = answered.has(record) || record < ledger.first || isAnswered(ledger, record);
    if (isClosed && !exceptions.has(record)) continue;
    answered.add(record);
    exceptions.delete(record);
    switch (settlement.became) {
      case 'delivered':
      case 'duplicate':
        totals[settlement.became] += 1;
        break;
      case 'failing':
      case 'refused':
      case 'dead': {
        const { became: state, ...known } = settlement;
        exceptions.set(record, { ...known, state });
        break;
      }
      default:
        unreachable(settlement);
    }
  }
  return {
    ...changeAnswered(ledger, (before) => union(before, setOf([...answered]))),
    exceptions: [...exceptions.values()].sort((a, b) => a.record - b.record),
    totals,
  };
};

/** The ledger with other records answered. The set holds those before the ledger, too, so that it begins with a range. */
export const changeAnswered = (ledger: HubLedger, change: (answered: RecordSet) => RecordSet): HubLedger => {
  const [head, ...beyond] = change([{ from: 0, through: ledger.through }, ...ledger.beyond]);
  return { ...ledger, through: head?.through ?? ledger.through, beyond };
};

/** A closed range of record numbers. */
export interface RecordRange {
  readonly from: number;
  readonly through: number;
}

/** A set of record numbers: ascending, disjoint, never adjacent ranges. */
export type RecordSet = readonly RecordRange[];

export const contains = (set: RecordSet, record: number): boolean =>
  search(set, ({ from, through }) => (record < from ? -1 : record > through ? 1 : 0)) !== undefined;

/** The item of an ascending list that is meant; `way` says whether that lies before the one shown or behind it. */
const search = <T>(items: readonly T[], way: (item: T) => number): T | undefined => {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle] as T;
    const to = way(item);
    if (to === 0) return item;
    if (to < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
};

/** How many records the set holds. */
export const sizeOf = (set: RecordSet): number =>
  set.reduce((size, range) => size + range.through - range.from + 1, 0);

/** The set that holds every record of both. */
export const union = (a: RecordSet, b: RecordSet): RecordSet => {
  const sorted = [...a, ...b].sort((x, y) => x.from - y.from);
  const merged: RecordRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.through + 1) {
      merged[merged.length - 1] = { from: last.from, through: Math.max(last.through, range.through) };
    } else {
      merged.push(range);
    }
  }
  return merged;
};

/** The set that holds the records of the first that are not in the second. */
export const without = (set: RecordSet, taken: RecordSet): RecordSet =>
  taken.reduce(
    (left, { from, through }) =>
      left.flatMap((range) =>
        [
          { from: range.from, through: Math.min(range.through, from - 1) },
          { from: Math.max(range.from, through + 1), through: range.through },
        ].filter((part) => part.from <= part.through),
      ),
    set,
  );

/** The set of the given records, in whatever order they come. */
export const setOf = (records: readonly number[]): RecordSet => {
  // Nearly always they ascend without a gap: such a row is one range before anything is sorted.
  const rows: { from: number; through: number }[] = [];
  for (const record of records) {
    const row = rows.at(-1);
    if (row !== undefined && record === row.through + 1) row.through = record;
    else rows.push({ from: record, through: record });
  }
  return union([], rows);
};
