import { isSameHub, type Account, type HubAddress } from './account.js';
import { type Decision, askAgain } from './decision.js';
import { type HubLedger, type RecordRange, contains, discard, requeue, isLedgerOf } from './ledger.js';

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

/** The decisions about whose records are, and where they may go. */
export interface DecisionIndex {
  /** The first claim of a record is the one that counts. */
  readonly claims: readonly DecisionOf<'claim'>[];
  /** The latest first. */
  readonly consents: readonly DecisionOf<'consent' | 'withhold'>[];
  /** In the order in which they were decided: one can build on another. */
  readonly moves: readonly DecisionOf<'move'>[];
}

type DecisionOf<K> = Extract<Decision, { readonly decision: K }>;

export const indexDecisions = (decisions: readonly Decision[]): DecisionIndex => {
  const unreadable = decisions.map(({ decision }) => decision).lastIndexOf('unreadable');
  return {
    claims: decisions.filter((each) => each.decision === 'claim'),
    // What cannot be read may have been the opposite of any answer before it.
    consents: decisions
      .slice(unreadable + 1)
      .filter((each) => each.decision === 'consent' || each.decision === 'withhold')
      .reverse(),
    moves: decisions.filter((each) => each.decision === 'move'),
  };
};

/**
 * Whose the record is: of the account at capture, else of whoever claimed it first, and then of whom a person gave it
 * to; `undefined` for nobody's.
 */
export const ownerOf = (record: OwnedRecord, { claims, moves }: DecisionIndex): RecordOwner | undefined => {
  const first = record.hub === undefined ? claims.find(isAbout(record)) : { ...record, hub: record.hub };
  if (first === undefined) return undefined;
  return moves
    .filter(isAbout(record))
    .reduce(
      (owner, { from, hub, team }) =>
        from.hub === owner.hub && from.team === owner.team ? { hub, team } : owner,
      { hub: first.hub, team: first.team },
    );
};

const isAbout =
  ({ record }: OwnedRecord) =>
  ({ range }: { readonly range: RecordRange }): boolean =>
    contains([range], record);

/** What a yes is about at a hub: one that states to be another's says nothing about what was captured for anybody. */
export const consentScope = (hub: HubAddress): { readonly of?: 'nobody' } =>
  hub.claims === undefined ? {} : { of: 'nobody' };

/** What a person last said about sending this record to this account. */
export const consentOf = (
  record: OwnedRecord,
  account: Account,
  index: DecisionIndex,
): boolean | undefined => {
  const said = index.consents.find(
    (consent) =>
      isAbout(record)(consent) &&
      consent.team === account.team &&
      isSameHub(consent.hub, account.hub) &&
      !(consent.decision === 'consent' && consent.of === 'nobody' && ownerOf(record, index) !== undefined),
  );
  return said && said.decision === 'consent';
};

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
