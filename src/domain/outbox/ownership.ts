import { isSameHub, type Account, type HubAddress } from './account.js';
import { type Decision, askAgain } from './decision.js';
import { unreachable } from '../errors.js';
import {
  type HubLedger,
  type RecordRange,
  type RecordSet,
  discard,
  requeue,
  isLedgerOf,
  rangeOf,
  union,
  without,
} from './ledger.js';

/** Hub and team that a record belongs to. */
export interface RecordOwner {
  /** The hub's id, else its URL. */
  readonly hub: string;
  readonly team: string;
}

/** What is looked at of a record. */
export interface OwnedRecord {
  readonly record: number;
  readonly hub?: string;
  readonly team: string;
}

/** Decisions in a form that answers quickly. */
export interface DecisionIndex {
  /** Disjoint, ascending: the first claim of a record is the one that counts. */
  readonly claims: readonly (RecordRange & RecordOwner)[];
  /** Consents and withholdings, the latest first. */
  readonly consents: readonly (RecordRange & RecordOwner & Consent)[];
  /** In the order in which they were decided: one can build on another. */
  readonly moves: readonly (RecordRange & RecordOwner & { readonly of: RecordOwner })[];
}

interface Consent {
  readonly allowed: boolean;
  /** Whether it is about nothing but records that belong to nobody. */
  readonly isOfNobodys: boolean;
}

export const indexDecisions = (decisions: readonly Decision[]): DecisionIndex => {
  let claimed: RecordSet = [];
  const claims: (RecordRange & RecordOwner)[] = [];
  const consents: (RecordRange & RecordOwner & Consent)[] = [];
  const moves: (RecordRange & RecordOwner & { readonly of: RecordOwner })[] = [];
  for (const decision of decisions) {
    switch (decision.decision) {
      case 'claim':
        for (const part of without([decision.range], claimed)) {
          claims.push({ ...part, hub: decision.hub, team: decision.team });
        }
        claimed = union(claimed, [decision.range]);
        break;
      case 'consent':
      case 'withhold':
        consents.push({
          ...decision.range,
          hub: decision.hub,
          team: decision.team,
          allowed: decision.decision === 'consent',
          isOfNobodys: decision.decision === 'consent' && decision.of === 'nobody',
        });
        break;
      case 'move':
        moves.push({ ...decision.range, hub: decision.hub, team: decision.team, of: decision.from });
        break;
      case 'unreadable':
        // It may have been the opposite of any answer before it.
        consents.length = 0;
        break;
      case 'discard':
      case 'requeue':
      case 'ask-again':
        break;
      default:
        unreachable(decision);
    }
  }
  return { claims: claims.sort((a, b) => a.from - b.from), consents: consents.reverse(), moves };
};

/**
 * Whose the record is: of the account at capture, else of whoever claimed it first, and then of whom a person gave it
 * to; `undefined` for nobody's.
 */
export const ownerOf = (record: OwnedRecord, index: DecisionIndex): RecordOwner | undefined => {
  const first = firstOwnerOf(record, index);
  if (first === undefined) return undefined;
  return index.moves.reduce(
    (owner, { from, through, of, hub, team }) =>
      from <= record.record && record.record <= through && of.hub === owner.hub && of.team === owner.team
        ? { hub, team }
        : owner,
    first,
  );
};

const firstOwnerOf = (record: OwnedRecord, index: DecisionIndex): RecordOwner | undefined => {
  if (record.hub !== undefined) return { hub: record.hub, team: record.team };
  const claim = rangeOf(index.claims, record.record) as (RecordRange & RecordOwner) | undefined;
  return claim === undefined ? undefined : { hub: claim.hub, team: claim.team };
};

/** What a yes is about at a hub: one that states to be another's says nothing about what was captured for anybody. */
export const consentScope = (hub: HubAddress): { readonly of?: 'nobody' } =>
  hub.claims === undefined ? {} : { of: 'nobody' };

/** What a person last said about sending this record to this account. */
export const consentOf = (record: OwnedRecord, account: Account, index: DecisionIndex): boolean | undefined =>
  index.consents.find(
    (consent) =>
      consent.from <= record.record &&
      record.record <= consent.through &&
      consent.team === account.team &&
      isSameHub(consent.hub, account.hub) &&
      !(consent.isOfNobodys && ownerOf(record, index) !== undefined),
  )?.allowed;

/**
 * Enters what was decided about this ledger's exceptions and is not part of it yet. Fewer decisions than it has seen are others:
 * somebody removed the file that held them.
 */
export const applyDecisions = (ledger: HubLedger, decisions: readonly Decision[]): HubLedger => {
  const seen = ledger.decided > decisions.length ? 0 : ledger.decided;
  const applied = decisions.slice(seen).reduce(applyDecision, ledger);
  return applied.decided === decisions.length ? applied : { ...applied, decided: decisions.length };
};

const applyDecision = (ledger: HubLedger, decision: Decision): HubLedger => {
  if (decision.decision === 'unreadable' || !isLedgerOf(ledger, decision)) return ledger;
  switch (decision.decision) {
    case 'discard':
      return discard(ledger, decision.record);
    case 'requeue':
      return requeue(ledger, decision.record);
    case 'ask-again':
      return askAgain(ledger);
    default:
      return ledger;
  }
};
