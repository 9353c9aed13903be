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
  /** Called after every settlement with what it was. */
  readonly onSettled?: (counts: PassCounts) => void;
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
    const { account, sender, wallClock } = this.#needs;
    const { ledgers, first, decisions } = await sender.reading();
    const taken = takeIntoUse(ledgers, account, first, decisions.length, wallClock.nowMs());
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
    const { account, outbox } = this.#needs;
    const unclaimed = setOf(batch.filter((event) => event.isUnclaimed).map((event) => event.record));
    if (unclaimed.length === 0) return;
    const owner = { hub: hubKey(account.hub), team: account.team };
    await outbox.decide(unclaimed.map((range) => ({ decision: 'claim', range, ...owner })));
  }

  /** Enters the answers about events that were sent; one without an answer stays as it is. Returns how many did not. */
  async settleAnswers(sent: readonly DueEvent[], answers: Answers): Promise<number> {
    const { lamport, randomness, wallClock } = this.#needs;
    const nowMs = wallClock.nowMs();
    const settlements = sent.flatMap((event) => {
      const answer = answers.get(event.eventId);
      const random = answer?.answer === 'rejected' ? randomness.next() : 0;
      return settlementOf(event, answer, nowMs, random) ?? [];
    });
    const settled = await this.settle(settlements);
    // A hub that says that our clock is behind tells where its own stands.
    const clocks = [...answers.values()].flatMap((answer) =>
      answer.answer === 'rejected' ? (answer.serverClock ?? []) : [],
    );
    if (clocks.length > 0) await followClock(lamport, Math.max(...clocks));
    return settled;
  }

  /** Returns how many there were. */
  async settle(settlements: readonly Settlement[]): Promise<number> {
    if (settlements.length === 0) return 0;
    const { account, onSettled, sender, wallClock } = this.#needs;
    const dead = settlements.filter((settlement) => settlement.became === 'dead');
    if (dead.length > 0) await sender.explainDeadLetters(dead);
    await this.#write(settleAt(this.#ledgers, account, settlements, wallClock.nowMs()));
    const counts = { ...NOTHING_PASSED };
    for (const { became } of settlements) counts[COUNTED_AS[became]] += 1;
    this.#counts = addCounts(this.#counts, counts);
    onSettled?.(counts);
    return settlements.length;
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
    const { sender } = this.#needs;
    const { decisions, decisionsUnreadable } = await sender.reading();
    if (decisionsUnreadable !== undefined) return;
    const index = indexDecisions(decisions);
    await sender.reclaim(async (segment) => {
      const without = ledgersWithout(segment, this.#ledgers, index);
      if (without?.some((ledger, position) => ledger !== this.#ledgers[position])) await this.#write(without);
      return without !== undefined;
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

const COUNTED_AS: Readonly<Record<Settlement['became'], keyof PassCounts>> = {
  delivered: 'delivered',
  duplicate: 'duplicate',
  failing: 'rejected',
  refused: 'rejected',
  dead: 'deadLetters',
};
