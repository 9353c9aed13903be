import type { Account } from '../../src/domain/outbox/account.js';
import type { Decision } from '../../src/domain/outbox/decision.js';
import {
  DAMAGED,
  type ModelLedger,
  type ModelRecord,
  type ModelStanding,
  type ModelState,
  type Situation,
} from './model-types.js';
import { tally } from './tally.js';

/**
 * What an outbox is, as plainly as it can be said: a list of segments of records, a list of decisions, and for each
 * hub and team a map from record number to what became of it. Everything is worked out by looking at everything.
 */
export class OutboxModel {
  /** The last one is open. */
  segments: ModelRecord[][] = [[]];
  /** Number of the first record of the open segment. */
  openFirst = 1;
  /** Whether the header of the open segment was damaged, so that it is sealed as it is. */
  isHeaderDamaged = false;
  /** First record numbers of the sealed segments whose headers were damaged. */
  headless: number[] = [];
  decisions: Decision[] = [];
  ledgers: ModelLedger[] = [];
  hasJournal = false;
  /** Captured while the capture lock was somebody else's: the next capture seals it, in the order of the ids. */
  waitingForLock: Omit<ModelRecord, 'record'>[] = [];
  withdrawn = 0;
  refused = 0;
  tornTails = 0;
  /** Whether a piece of a line stands at the end, which the next writer moves aside. */
  isTorn = false;

  constructor(readonly segmentRecords: number) {}

  copy(): OutboxModel {
    const copy = Object.assign(new OutboxModel(this.segmentRecords), this);
    copy.segments = this.segments.map((segment) => [...segment]);
    copy.decisions = [...this.decisions];
    copy.headless = [...this.headless];
    copy.waitingForLock = [...this.waitingForLock];
    copy.ledgers = this.ledgers.map(copyLedger);
    return copy;
  }

  get records(): readonly ModelRecord[] {
    return this.segments.flat();
  }

  get first(): number {
    return this.records[0]?.record ?? this.openFirst;
  }

  get last(): number {
    return this.records.at(-1)?.record ?? this.openFirst - 1;
  }

  get isUnreadable(): boolean {
    return this.decisions.some(({ decision }) => decision === 'unreadable');
  }

  /** Somebody opens the journal to write: it is put in order first. */
  open(): void {
    this.hasJournal = true;
    if (this.isTorn) this.tornTails += 1;
    this.isTorn = false;
    if (this.isHeaderDamaged && this.segments.at(-1)?.length !== 0) {
      this.headless.push(this.openFirst);
      this.#beginSegment();
    }
    this.isHeaderDamaged = false;
  }

  /** Whoever captures seals what waits for the lock first, in the same step as its own events. */
  capture(records: readonly Omit<ModelRecord, 'record'>[] = []): void {
    this.open();
    const late = [...this.waitingForLock].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
    this.waitingForLock = [];
    this.append([...late, ...records]);
  }

  /** Events that were captured as one step. */
  append(records: readonly Omit<ModelRecord, 'record'>[]): void {
    if (records.length === 0) return;
    if (this.last + 1 - this.openFirst >= this.segmentRecords) this.#beginSegment();
    for (const record of records) this.segments.at(-1)?.push({ ...record, record: this.last + 1 });
  }

  /** A record loses everything but its number. */
  damage(number: number): void {
    this.segments = this.segments.map((segment) =>
      segment.map((record) =>
        record.record === number
          ? { record: number, eventId: `record-${number}`, team: 'local', invalid: DAMAGED }
          : record,
      ),
    );
  }

  /** The ledgers with every decision entered, whether or not that was written down yet. */
  view(): ModelLedger[] {
    return this.ledgers.map((ledger) => {
      const seen = copyLedger(ledger);
      for (const decision of this.decisions.slice(ledger.decided)) enter(seen, decision);
      seen.decided = this.decisions.length;
      return seen;
    });
  }

  /** Writes down what the decisions have changed. */
  persist(): void {
    this.ledgers = this.view();
  }

  ledgerOf(account: Account | undefined, ledgers = this.view()): ModelLedger | undefined {
    if (account === undefined) return ledgers.find((ledger) => !ledger.isClosed);
    const own = ledgers.filter(({ team }) => team === account.team);
    return own.find(({ hub }) => hub === nameOf(account)) ?? own.find(({ hub }) => isHub(hub, account));
  }

  /** The account begins to deliver: its ledger is in use and every other one is closed. */
  takeIntoUse(account: Account): void {
    const ledgers = this.view();
    const own = this.ledgerOf(account, ledgers) ?? {
      hub: nameOf(account),
      urls: [],
      team: account.team,
      first: this.first,
      states: new Map<number, ModelState>(),
      decided: this.decisions.length,
      isClosed: true,
    };
    const { id, url } = account.hub;
    const isKnown = id === undefined || own.urls.includes(url);
    const isInUse = !own.isClosed && own.hub === nameOf(account) && isKnown;
    if (isInUse && ledgers.every((ledger) => ledger === own || ledger.isClosed)) return;
    for (const ledger of ledgers) ledger.isClosed = true;
    own.isClosed = false;
    own.hub = nameOf(account);
    if (!isKnown) own.urls = [...own.urls, url];
    this.ledgers = [...ledgers.filter((ledger) => ledger !== own), own];
  }

  ownerOf(record: ModelRecord): { readonly hub: string; readonly team: string } | undefined {
    if (record.hub !== undefined) return { hub: record.hub, team: record.team };
    return this.decisions.find((each) => each.decision === 'claim' && covers(each.range, record.record)) as
      { hub: string; team: string } | undefined;
  }

  standingOf(record: ModelRecord, situation: Situation): ModelStanding {
    const { account, nowMs, isInsisted } = situation;
    const ledger = this.ledgerOf(account);
    const state = ledger?.states.get(record.record);
    if (state?.is === 'dead') return { is: 'dead', reason: state.reason };
    if (state !== undefined && state.is !== 'failing' && state.is !== 'refused') return { is: 'settled' };
    if (ledger !== undefined && record.record < ledger.first) return { is: 'settled' };
    if (record.invalid !== undefined) return { is: 'dead', reason: record.invalid };
    const reason = this.#heldBecause(record, situation);
    if (reason !== undefined) return { is: 'held', reason };
    const isLater = (state?.dueAtMs ?? 0) > nowMs;
    if (!isInsisted && ledger?.refusal !== undefined && nowMs < ledger.refusal.untilMs)
      return { is: 'held', reason: `refused by the hub: ${ledger.refusal.reason}` };
    if (!isInsisted && state?.is === 'refused' && isLater)
      return { is: 'held', reason: `refused by the hub: ${state.reason}` };
    return { is: 'pending', isDue: isInsisted || !isLater };
  }

  /** What may go now, in the order of capture. */
  due(situation: Situation): readonly ModelRecord[] {
    return this.records.filter((record) => {
      const standing = this.standingOf(record, situation);
      return standing.is === 'pending' && standing.isDue;
    });
  }

  /** How many wait for the hub and team in use. */
  waiting(): number {
    const ledger = this.ledgerOf(undefined);
    const waits = ({ record }: ModelRecord): boolean => {
      const state = ledger?.states.get(record)?.is;
      return state === undefined || state === 'failing' || state === 'refused';
    };
    return this.records.filter((record) => record.record >= (ledger?.first ?? 1) && waits(record)).length;
  }

  /** Removes settled segments, the oldest first, until one has to stay. */
  reclaim(step: (model: OutboxModel) => void = () => undefined): void {
    while (this.segments.length > 1 && !this.isUnreadable) {
      const ledgers = this.view();
      const segment = this.segments[0] ?? [];
      if (!segment.every((record) => this.#mayGo(record, ledgers))) return;
      const before = JSON.stringify(ledgers.map(({ states }) => states.size));
      for (const record of segment) this.#leave(record, ledgers);
      if (before !== JSON.stringify(ledgers.map(({ states }) => states.size))) this.ledgers = ledgers;
      // The ledgers count without it before it goes.
      step(this);
      this.segments.shift();
      step(this);
      tally('segments removed');
    }
  }

  #heldBecause(record: ModelRecord, { account, sharing }: Situation): string | undefined {
    if (sharing === 'off') return 'sharing is off';
    if (sharing === 'unreadable') return 'config unreadable';
    if (account === undefined) return 'not signed in';
    const owner = this.ownerOf(record);
    // Nothing that was answered before an unreadable line can be relied on.
    const lastLost = this.decisions.map(({ decision }) => decision).lastIndexOf('unreadable');
    const consent = this.decisions
      .slice(lastLost + 1)
      .reverse()
      .find(
        (each) =>
          (each.decision === 'consent' || each.decision === 'withhold') &&
          covers(each.range, record.record) &&
          each.team === account.team &&
          isHub(each.hub, account),
      )?.decision;
    const isOwn = owner === undefined || (owner.team === account.team && isHub(owner.hub, account));
    const isLetGo = owner !== undefined && owner.team === account.team && consent === 'consent';
    if (!isOwn && !isLetGo) return `belongs to team ${owner.team} at hub ${owner.hub}`;
    if (owner === undefined && consent === 'withhold') return 'not consented';
    const isUnknowable = this.isUnreadable && consent !== 'consent';
    return isUnknowable && (record.hub === undefined || !isOwn) ? 'decisions unreadable' : undefined;
  }

  #mayGo(record: ModelRecord, ledgers: readonly ModelLedger[]): boolean {
    const states = ledgers.map(({ states: all }) => all.get(record.record)?.is);
    if (states.some((state) => state === 'failing' || state === 'refused' || state === 'dead')) return false;
    const owner = this.ownerOf(record);
    return ledgers.some(
      (ledger, index) =>
        (states[index] !== undefined || record.record < ledger.first) &&
        (owner === undefined || isOf(ledger, owner)),
    );
  }

  /** What never was settled in some ledger goes on counting there, under the reason for which it was held. */
  #leave(record: ModelRecord, ledgers: readonly ModelLedger[]): void {
    const owner = this.ownerOf(record);
    for (const ledger of ledgers) {
      if (record.record < ledger.first || ledger.states.has(record.record)) continue;
      const reason =
        owner === undefined ? 'settled elsewhere' : `belongs to team ${owner.team} at hub ${owner.hub}`;
      ledger.states.set(record.record, { is: 'reclaimed', reason });
    }
  }

  #beginSegment(): void {
    this.openFirst = this.last + 1;
    this.segments.push([]);
  }
}

/** The name under which an account's hub is remembered. */
export const nameOf = ({ hub }: Account): string => hub.id ?? hub.url;

export const isHub = (name: string, { hub }: Account): boolean => name === hub.id || name === hub.url;

const covers = (range: { readonly from: number; readonly through: number }, record: number): boolean =>
  range.from <= record && record <= range.through;

const copyLedger = (ledger: ModelLedger): ModelLedger => ({ ...ledger, states: new Map(ledger.states) });

const isOf = (ledger: ModelLedger, { hub, team }: { readonly hub: string; readonly team: string }): boolean =>
  ledger.team === team && [ledger.hub, ...ledger.urls].includes(hub);

/** Whether the hub refused the account as a whole, or an event. */
export const isRefused = ({ refusal, states }: ModelLedger): boolean =>
  refusal !== undefined || [...states.values()].some(({ is }) => is === 'refused');

const enter = (ledger: ModelLedger, decision: Decision): void => {
  if (decision.decision === 'unreadable' || !isOf(ledger, decision)) return;
  if (decision.decision === 'ask-again') {
    delete ledger.refusal;
    for (const [record, state] of ledger.states)
      if (state.is === 'refused') ledger.states.set(record, { ...state, dueAtMs: 0 });
    return;
  }
  if (decision.decision !== 'discard' && decision.decision !== 'requeue') return;
  const state = ledger.states.get(decision.record);
  if (state?.is !== 'dead') return;
  const requeued = { is: 'failing', attempts: 0, reason: state.reason, dueAtMs: 0 } as const;
  ledger.states.set(decision.record, decision.decision === 'discard' ? { is: 'discarded' } : requeued);
};
