import { type Account, hubKey } from '../../domain/outbox/account.js';
import {
  type Settlement,
  type HubLedger,
  MAX_EXCEPTIONS,
  ledgerOf,
  refuseAt,
  settleAt,
  takeIntoUse,
  setOf,
} from '../../domain/outbox/ledger.js';
import { type Answers, REFUSAL_RETRY_MS, settlementOf } from '../../domain/delivery/outcome.js';
import { indexDecisions } from '../../domain/outbox/ownership.js';
import { ledgersWithout } from '../../domain/outbox/retention.js';
import { normalizeEventId } from '../../domain/ids.js';
import { enterHistory, receiptTest } from '../../domain/outbox/receipts.js';
import { receive } from '../../domain/events/lamport.js';
import type { ClientPorts } from '../../ports/client.js';
import type { LamportStore } from '../../ports/events.js';
import type { Outbox, Sender } from '../../ports/outbox.js';
import type { DueEvent } from './due-records.js';
import { addCounts, NOTHING_PASSED, type PassCounts } from './pass-report.js';

/** What the bookkeeping of a pass is about, and with what it is done. */
export interface PassLedgerNeeds extends Pick<ClientPorts, 'lamport' | 'wallClock' | 'randomness'> {
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly account: Account;
  /** Called after every settlement with what was counted so far. */
  readonly onProgress?: (counts: PassCounts) => void;
}

/**
 * The bookkeeping of one pass. What a hub says about an event is durable before the pass goes on: a sender that dies
 * before that sends again, and the hub answers `duplicate`.
 */
export class PassLedger {
  readonly #needs: PassLedgerNeeds;
  #counts = NOTHING_PASSED;
  /** As they are now; nobody else changes them while the pass lasts. */
  #ledgers: readonly HubLedger[] = [];

  constructor(needs: PassLedgerNeeds) {
    this.#needs = needs;
  }

  get counts(): PassCounts {
    return this.#counts;
  }

  /** Whether so many events need a person's decision that no more may be sent. */
  get isFull(): boolean {
    return (this.#inUse()?.exceptions.length ?? 0) >= MAX_EXCEPTIONS;
  }

  /** Makes the account's ledger the one in use and returns it. */
  async takeIntoUse(): Promise<HubLedger | undefined> {
    const { ledgers, first, decisions } = await this.#needs.sender.reading();
    const taken = takeIntoUse(
      ledgers,
      this.#needs.account,
      first,
      decisions.length,
      this.#needs.wallClock.nowMs(),
    );
    if (taken !== ledgers) await this.#write(taken);
    this.#ledgers = taken;
    return this.#inUse();
  }

  /**
   * The hub's log has this history. If the receipts are of another one, it was restored: what it has is compared with
   * them, and what it lost waits again. `idsAtHub` may fail; then this is tried again by the next pass.
   */
  async enterHistory(history: string, idsAtHub: () => Promise<ReadonlySet<string>>): Promise<void> {
    const ledger = this.#inUse();
    if (ledger === undefined || ledger.history === history) return;
    const lost = ledger.history === undefined ? [] : await this.#lost(ledger, await idsAtHub());
    await this.#write(
      this.#ledgers.map((each) => (each === ledger ? enterHistory(each, history, lost) : each)),
    );
  }

  async #lost(ledger: HubLedger, ids: ReadonlySet<string>): Promise<readonly number[]> {
    const lost: number[] = [];
    const hasReceipt = receiptTest(ledger, (await this.#needs.sender.reading()).decisions);
    for await (const { record, eventId, json } of this.#needs.sender.records(ledger.first)) {
      if (json !== undefined && hasReceipt(record) && !ids.has(normalizeEventId(eventId) ?? eventId))
        lost.push(record);
    }
    return lost;
  }

  /** Events that belong to nobody belong to this account from now on; decided before they are sent. */
  async claim(batch: readonly DueEvent[]): Promise<void> {
    const unclaimed = setOf(batch.filter((event) => event.isUnclaimed).map((event) => event.record));
    if (unclaimed.length === 0) return;
    const { team } = this.#needs.account;
    const hub = hubKey(this.#needs.account.hub);
    await this.#needs.outbox.decide(unclaimed.map((range) => ({ decision: 'claim', range, hub, team })));
  }

  /** Enters the answers about events that were sent; an event without an answer stays as it is. */
  async settleAnswers(sent: readonly DueEvent[], answers: Answers): Promise<void> {
    const nowMs = this.#needs.wallClock.nowMs();
    const settlements: Settlement[] = [];
    const clocks: number[] = [];
    for (const event of sent) {
      const answer = answers.get(event.eventId);
      const isRejected = answer?.answer === 'rejected';
      const settlement = settlementOf(event, answer, nowMs, isRejected ? this.#needs.randomness.next() : 0);
      if (settlement !== undefined) settlements.push(settlement);
      if (isRejected && answer.serverClock !== undefined) clocks.push(answer.serverClock);
    }
    await this.settle(settlements);
    // A hub that says that our clock is behind tells where its own stands.
    if (clocks.length > 0) await followClock(this.#needs.lamport, Math.max(...clocks));
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    if (settlements.length === 0) return;
    const counts = countsOf(settlements);
    if (counts.deadLetters > 0) {
      await this.#needs.sender.explainDeadLetters(
        settlements.flatMap((settlement) => (settlement.became === 'dead' ? [settlement] : [])),
      );
    }
    await this.#write(
      settleAt(this.#ledgers, this.#needs.account, settlements, this.#needs.wallClock.nowMs()),
    );
    this.#counts = addCounts(this.#counts, counts);
    this.#needs.onProgress?.(this.#counts);
  }

  /** The hub refuses the account as a whole: everything that waits is held for a while, and nothing is counted. */
  async refuse(reason: string): Promise<void> {
    const untilMs = this.#needs.wallClock.nowMs() + REFUSAL_RETRY_MS;
    await this.#write(refuseAt(this.#ledgers, this.#needs.account, { reason, untilMs }));
  }

  /**
   * Removes segments of which nothing will have to be sent or decided any more. The ledgers are made to count without
   * them first, so that a crash in between leaves records that are settled, never counts without records.
   */
  async reclaim(writtenBeforeMs: number): Promise<void> {
    const { decisions, decisionsUnreadable } = await this.#needs.sender.reading();
    if (decisionsUnreadable !== undefined) return;
    const index = indexDecisions(decisions);
    await this.#needs.sender.reclaim(async (segment) => {
      const { ledgers } = await this.#needs.sender.reading();
      const without = ledgersWithout(segment, ledgers, index);
      if (without === undefined) return false;
      if (without.some((ledger, position) => ledger !== ledgers[position]))
        await this.#needs.sender.settle(() => without);
      return true;
    }, writtenBeforeMs);
  }

  /** One that fails leaves the ledgers as they were: what they do not say is sent again. */
  async #write(ledgers: readonly HubLedger[]): Promise<void> {
    await this.#needs.sender.settle(() => ledgers);
    this.#ledgers = ledgers;
  }

  #inUse(): HubLedger | undefined {
    return ledgerOf(this.#ledgers, this.#needs.account);
  }
}

/** The clock goes past one that a hub tells of; a value beyond reason is not followed. */
export const followClock = async (lamport: LamportStore, remote: number): Promise<void> => {
  await lamport.update((value) => {
    const received = receive(value, remote);
    return received.ok ? received.value : value;
  });
};

const countsOf = (settlements: readonly Settlement[]): PassCounts => {
  const counts = { ...NOTHING_PASSED };
  for (const { became } of settlements) counts[COUNTED_AS[became]] += 1;
  return counts;
};

const COUNTED_AS: Readonly<Record<Settlement['became'], keyof PassCounts>> = {
  delivered: 'delivered',
  duplicate: 'duplicate',
  failing: 'rejected',
  refused: 'rejected',
  dead: 'deadLetters',
};
