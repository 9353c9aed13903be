import { hubKey, isSameHub, type Account, type HubAddress } from './account.js';
import { LOCAL_TEAM } from '../events/envelope.js';
import { settle, type Settlement } from './change-ledger.js';
import { openLedger, type HubLedger } from './ledger.js';

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
  const isInUse = (ledger: HubLedger): boolean => ledger.hub === hub && ledger.closedAtMs === undefined;
  const found = ledgerOf(ledgers, account);
  const own = found === undefined ? undefined : withUrl(found, account.hub);
  const others = ledgers.filter((ledger) => ledger !== found);
  if (
    own !== undefined &&
    own === found &&
    isInUse(own) &&
    others.every((ledger) => ledger.closedAtMs !== undefined)
  )
    return ledgers;
  const { closedAtMs: _closedAtMs, ...reopened } =
    own ?? withUrl(openLedger(hub, account.team, first, decided), account.hub);
  const closed = others.map((ledger) =>
    ledger.closedAtMs === undefined ? { ...ledger, closedAtMs: nowMs } : ledger,
  );
  return [...closed, { ...reopened, hub }];
};

/** Enters what a pass learnt into the account's ledger; the other ledgers stay as they are. */
export const settleAt = (
  ledgers: readonly HubLedger[],
  account: Account,
  settlements: readonly Settlement[],
  nowMs: number,
): readonly HubLedger[] => {
  const hasReceipt = settlements.some(({ became }) => became === 'delivered' || became === 'duplicate');
  const own = ledgerOf(ledgers, account);
  return ledgers.map((ledger) => {
    if (ledger !== own) return ledger;
    const settled = settle(ledger, settlements);
    if (!hasReceipt) return settled;
    const { refusal: _refusal, ...accepted } = settled;
    return { ...accepted, lastReceiptAtMs: nowMs };
  });
};

/** The hub refused the account as a whole. */
export const refuseAt = (
  ledgers: readonly HubLedger[],
  account: Account,
  refusal: { readonly reason: string; readonly untilMs: number },
): readonly HubLedger[] => {
  const own = ledgerOf(ledgers, account);
  return ledgers.map((ledger) => (ledger === own ? { ...ledger, refusal } : ledger));
};

/** The ledger of a hub that has said its id, with where it is now. */
const withUrl = (ledger: HubLedger, { url, id }: HubAddress): HubLedger =>
  id === undefined || ledger.urls?.includes(url) === true
    ? ledger
    : { ...ledger, urls: [...(ledger.urls ?? []), url] };
