import { type Account, hubKey, isSameHub } from './account.js';
import { LOCAL_TEAM } from '../events/envelope.js';
import { exceptionOf, type HubLedger, isAnswered, isLedgerOf, type LedgerException } from './ledger.js';
import { consentOf, type DecisionIndex, type OwnedRecord, ownerOf, type RecordOwner } from './ownership.js';

/** Whether the events of a project may leave this machine. */
export type Sharing = 'on' | 'off' | 'unreadable';

/** What one checkout of a project says. */
export interface CheckoutSharing {
  /** `sync.share` of its config; absent when it says nothing. */
  readonly share?: boolean;
  /** Whether its config could be read. */
  readonly readable: boolean;
}

/** Why an event is kept back. Each reason can go away, and then the event leaves from where it is. */
export type HoldReason =
  /** Of the last one: whose `local` events are cannot be known until the decisions can be read. */
  | { readonly hold: keyof typeof SENTENCES }
  | { readonly hold: 'elsewhere'; readonly hub: string; readonly team: string }
  /** The hub's own refusal, in its words. */
  | { readonly hold: 'refused'; readonly detail: string };

const SENTENCES = {
  'no-identity': 'no project identity',
  'sharing-off': 'sharing is off',
  'config-unreadable': 'config unreadable',
  'not-signed-in': 'not signed in',
  'not-consented': 'not consented',
  'decisions-unreadable': 'decisions unreadable',
};

/** The exact words for people and for the counts of held events. */
export const holdSentence = (reason: HoldReason): string => {
  if (reason.hold === 'elsewhere') return `belongs to team ${reason.team} at hub ${reason.hub}`;
  if (reason.hold === 'refused') return `refused by the hub: ${reason.detail}`;
  return SENTENCES[reason.hold];
};

/** Whether a record of this owner may go out under this account. A team exists at one hub only. */
export const belongsTo = (owner: RecordOwner, account: Account): boolean =>
  isSameHub(owner.hub, account.hub) && owner.team === account.team;

/**
 * One answer from all known checkouts of a project and the user's preference. Any refusal counts for the whole
 * project, and a config that cannot be read might hold one; a preference can only restrict.
 */
export const sharingOf = (checkouts: readonly CheckoutSharing[], preference?: 'on' | 'off'): Sharing => {
  if (preference === 'off' || checkouts.some((checkout) => checkout.share === false)) return 'off';
  return checkouts.some((checkout) => !checkout.readable) ? 'unreadable' : 'on';
};

/** Everything that decides about the records of one outbox at one moment. */
export interface RoutingContext {
  readonly projectUuid: string | undefined;
  readonly sharing: Sharing;
  readonly account: Account | undefined;
  /** Of the account's hub and team, or of the last one in use; absent before anything was ever sent. */
  readonly ledger: HubLedger | undefined;
  readonly decisions: DecisionIndex;
  readonly decisionsUnreadable: boolean;
  readonly nowMs: number;
  /** A person asks for delivery now: what is due later is due. */
  readonly isInsisted: boolean;
}

/** What is looked at of a record. */
export interface RoutableRecord extends OwnedRecord {
  readonly invalid?: string;
}

export type RecordStanding =
  /** Counted in the ledger already. */
  | { readonly standing: 'settled' }
  | { readonly standing: 'dead'; readonly reason: string }
  | { readonly standing: 'held'; readonly reason: HoldReason }
  /** Waits, and may go; `due` says whether it may go now. */
  | { readonly standing: 'pending'; readonly due: boolean; readonly attempts: number };

/** Where a record stands. Held is worked out at the time of asking and stored nowhere. */
export const standingOf = (record: RoutableRecord, context: RoutingContext): RecordStanding => {
  const exception = context.ledger === undefined ? undefined : exceptionOf(context.ledger, record.record);
  if (exception?.state === 'dead') return { standing: 'dead', reason: exception.reason };
  if (exception === undefined && context.ledger !== undefined && isAnswered(context.ledger, record.record)) {
    return { standing: 'settled' };
  }
  if (record.invalid !== undefined) return { standing: 'dead', reason: record.invalid };
  const reason = holdReason(record, context) ?? heldByHub(exception, context);
  if (reason !== undefined) return { standing: 'held', reason };
  const due = context.isInsisted || (exception?.dueAtMs ?? 0) <= context.nowMs;
  return { standing: 'pending', due, attempts: exception?.attempts ?? 0 };
};

/** The reason of ours to hold a record, if there is one: the first that applies. It does not depend on the connection. */
const holdReason = (record: RoutableRecord, context: RoutingContext): HoldReason | undefined => {
  const { account, decisions } = context;
  if (context.projectUuid === undefined) return { hold: 'no-identity' };
  if (context.sharing === 'off') return { hold: 'sharing-off' };
  if (context.sharing === 'unreadable') return { hold: 'config-unreadable' };
  if (account === undefined) return { hold: 'not-signed-in' };
  const consent = consentOf(record, account, decisions);
  const owner = ownerSeenBy(account, record, context);
  if (owner !== undefined && !belongsTo(owner, account)) {
    // A hub takes no events of another team, so a person can only send along what has the account's own team.
    const isAllowed = consent === true && owner.team === account.team;
    if (!isAllowed) return { hold: 'elsewhere', hub: owner.hub, team: owner.team };
  }
  if (owner === undefined && consent === false) return { hold: 'not-consented' };
  // What a person allowed afterwards holds, whatever could not be read before it.
  return context.decisionsUnreadable && record.hub === undefined && consent !== true
    ? { hold: 'decisions-unreadable' }
    : undefined;
};

/** Hub and team that a record belongs to, the hub by the name that the account has for it. */
const ownerSeenBy = (
  account: Account,
  record: OwnedRecord,
  { ledger, decisions }: RoutingContext,
): RecordOwner | undefined => {
  const hub = hubKey(account.hub);
  const owner = ownerOf(record, decisions);
  // A hub that has moved since is still the one that the events were captured for.
  if (owner !== undefined)
    return ledger !== undefined && isLedgerOf(ledger, owner) ? { hub, team: owner.team } : owner;
  // An event of another program names its team but no hub: it can only go where that team is.
  return record.team === LOCAL_TEAM || record.team === account.team ? undefined : { hub, team: record.team };
};

const heldByHub = (
  exception: LedgerException | undefined,
  context: RoutingContext,
): HoldReason | undefined => {
  if (context.isInsisted) return undefined;
  const refusal = context.ledger?.refusal;
  if (refusal !== undefined && context.nowMs < refusal.untilMs)
    return { hold: 'refused', detail: refusal.reason };
  if (exception?.state !== 'refused' || (exception.dueAtMs ?? 0) <= context.nowMs) return undefined;
  return { hold: 'refused', detail: exception.reason };
};
