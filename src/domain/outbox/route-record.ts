import { hubKey, type Account } from './account.js';
import { LOCAL_TEAM } from '../events/envelope.js';
import { exceptionOf, isAnswered, isLedgerOf, type HubLedger, type LedgerException } from './ledger.js';
import { consentOf, ownerOf, type DecisionIndex, type OwnedRecord } from './ownership.js';
import { belongsTo, holdReason, type HoldReason, type RecordOwner, type Sharing } from './routing-policy.js';

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
export const standingOf = (record: RoutableRecord, context: RoutingContext): RecordStanding =>
  standing(record, context, heldBecause);

/**
 * The same for many records of one situation. Where no decision tells one record from another, what keeps a record back
 * depends on its hub and team alone, and is worked out once for a row of the same.
 */
export const standingsIn = (context: RoutingContext): ((record: RoutableRecord) => RecordStanding) => {
  const { claims, consents, moves } = context.decisions;
  if (claims.length > 0 || consents.length > 0 || moves.length > 0)
    return (record) => standingOf(record, context);
  let before: { readonly hub: string | undefined; readonly team: string } | undefined;
  let reason: HoldReason | undefined;
  const heldLikeBefore = (record: RoutableRecord): HoldReason | undefined => {
    if (before === undefined || before.hub !== record.hub || before.team !== record.team) {
      before = { hub: record.hub, team: record.team };
      reason = heldBecause(record, context);
    }
    return reason;
  };
  return (record) => standing(record, context, heldLikeBefore);
};

const standing = (
  record: RoutableRecord,
  context: RoutingContext,
  held: (record: RoutableRecord, context: RoutingContext) => HoldReason | undefined,
): RecordStanding => {
  const exception = context.ledger === undefined ? undefined : exceptionOf(context.ledger, record.record);
  if (exception?.state === 'dead') return { standing: 'dead', reason: exception.reason };
  if (exception === undefined && context.ledger !== undefined && isAnswered(context.ledger, record.record)) {
    return { standing: 'settled' };
  }
  if (record.invalid !== undefined) return { standing: 'dead', reason: record.invalid };
  const reason = held(record, context) ?? heldByHub(exception, context);
  if (reason !== undefined) return { standing: 'held', reason };
  const due = context.isInsisted || (exception?.dueAtMs ?? 0) <= context.nowMs;
  return { standing: 'pending', due, attempts: exception?.attempts ?? 0 };
};

const heldBecause = (record: RoutableRecord, context: RoutingContext): HoldReason | undefined => {
  const { account, projectUuid, sharing, decisions } = context;
  const consent = account === undefined ? undefined : consentOf(record, account, decisions);
  const owner = ownerByUrl(ownerOf(record, decisions), context) ?? ownerByTeam(record, account);
  const reason = holdReason({
    projectUuid,
    sharing,
    account,
    owner: owner !== undefined && consent === true && isSameTeam(owner, account) ? undefined : owner,
    needsConsent: owner === undefined && consent === false,
  });
  if (reason !== undefined) return reason;
  const needsDecisions =
    record.hub === undefined || (owner !== undefined && account !== undefined && !belongsTo(owner, account));
  // What a person allowed afterwards holds, whatever could not be read before it.
  const isHeld = context.decisionsUnreadable && needsDecisions && consent !== true;
  return isHeld ? { hold: 'decisions-unreadable' } : undefined;
};

/** An event of another program names its team but no hub: it can only go where that team is. */
const ownerByTeam = (record: OwnedRecord, account: Account | undefined): RecordOwner | undefined =>
  account === undefined || record.team === LOCAL_TEAM || record.team === account.team
    ? undefined
    : { hub: hubKey(account.hub), team: record.team };

/** A hub that has moved since is still the one that the events were captured for. */
const ownerByUrl = (
  owner: RecordOwner | undefined,
  { account, ledger }: RoutingContext,
): RecordOwner | undefined =>
  owner !== undefined && account !== undefined && ledger !== undefined && isLedgerOf(ledger, owner)
    ? { hub: hubKey(account.hub), team: owner.team }
    : owner;

/** A hub takes no events of another team, so a person can only send along what has the account's own team. */
const isSameTeam = (owner: RecordOwner, account: Account | undefined): boolean =>
  owner.team === account?.team;

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
