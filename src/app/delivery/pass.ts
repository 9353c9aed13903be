import { hasRoom, halve, learnTooLarge, type BatchLimits } from '../../domain/delivery/batch-plan.js';
import { type BatchOutcome, deadLetter, rejection } from '../../domain/delivery/outcome.js';
import { isSyncError } from '../../domain/errors.js';
import { MAX_EXCEPTIONS, type Settlement } from '../../domain/outbox/ledger.js';
import type { Sharing } from '../../domain/outbox/routing-policy.js';
import type { Outbox } from '../../ports/outbox.js';
import type { Courier } from './courier.js';
import { dueRecords, type DeadRecord, type DueEvent } from './due-records.js';
import { PassLedger, type PassLedgerNeeds } from './pass-ledger.js';
import { NOTHING_PASSED, totalOf, type PassEnd, type PassReport } from './pass-report.js';

/** What a pass over one outbox is about. */
interface PassInput extends Pick<PassLedgerNeeds, 'account' | 'onProgress'> {
  readonly sharing: Sharing;
  /** A person asks for delivery now: what is due later is sent too. */
  readonly isInsisted: boolean;
  /** Settled segments that were last written before this moment may go, milliseconds since 1970. Absent: none may. */
  readonly reclaimBeforeMs?: number;
  /** The hub's log, where it says what it has: its present history, and the ids that it has of the project. */
  readonly log?: { readonly history: string; readonly idsAtHub: () => Promise<ReadonlySet<string>> };
}

interface PassHost extends Pick<PassLedgerNeeds, 'lamport' | 'wallClock' | 'randomness'> {
  readonly courier: Courier;
  /** Limits of the hub, learnt on the way and shared by all passes to it. */
  readonly learnt: LearntLimits;
}

export interface LearntLimits {
  limits: BatchLimits;
}

/** Delivers what is due of one outbox, alone, in order, each event at most once, and settles it by its receipts. */
export const runPass = async (
  outbox: Outbox,
  host: PassHost,
  input: PassInput,
  signal?: AbortSignal,
): Promise<PassReport> => {
  const passed = await outbox.pass((sender) =>
    new Pass({ ...host, ...input, outbox, sender, signal }).run(input.reclaimBeforeMs),
  );
  return passed === 'busy' ? { ...NOTHING_PASSED, ended: { end: 'busy' } } : passed.value;
};

interface PassNeeds extends PassHost, PassInput, PassLedgerNeeds {
  readonly signal: AbortSignal | undefined;
}

class Pass {
  readonly #ledger: PassLedger;
  readonly #needs: PassNeeds;
  #batch: DueEvent[] = [];
  #bytes = 0;
  #dead: Settlement[] = [];
  #wasFull = false;

  constructor(needs: PassNeeds) {
    this.#ledger = new PassLedger(needs);
    this.#needs = needs;
  }

  async run(reclaimBeforeMs: number | undefined): Promise<PassReport> {
    const ended = await this.#deliver();
    if (ended.end === 'complete' && reclaimBeforeMs !== undefined)
      await this.#ledger.reclaim(reclaimBeforeMs);
    return { ...this.#ledger.counts, ended };
  }

  /**
   * A ledger that is full takes no further exceptions: what it lists already is still tried, so that it can empty
   * again, and everything else stays.
   */
  async #deliver(): Promise<PassEnd> {
    const { log, outbox, sender, wallClock } = this.#needs;
    const inUse = await this.#ledger.takeIntoUse();
    try {
      if (log !== undefined) await this.#ledger.enterHistory(log.history, log.idsAtHub);
    } catch (error) {
      // What the hub has lost it is offered once it can be asked; new events do not wait for that.
      if (!isSyncError(error) || error.kind === 'interrupted' || error.kind === 'storage-failed') throw error;
    }
    this.#wasFull = (inUse?.exceptions.length ?? 0) >= MAX_EXCEPTIONS;
    const situation = { ...this.#needs, projectUuid: outbox.project, nowMs: wallClock.nowMs() };
    for await (const item of dueRecords(sender, situation, this.#wasFull)) {
      const ended = 'dead' in item ? await this.#bury(item) : await this.#gather(item);
      if (ended !== undefined) return ended;
    }
    return (await this.#send()) ?? { end: this.#ledger.isFull ? 'too-many-exceptions' : 'complete' };
  }

  /** One that has no room any more is the first of the next batch. */
  async #gather(event: DueEvent): Promise<PassEnd | undefined> {
    const fill = { events: this.#batch.length, bytes: this.#bytes };
    const ended = hasRoom(fill, event.bytes, this.#needs.learnt.limits) ? undefined : await this.#send();
    this.#batch.push(event);
    this.#bytes += event.bytes;
    return ended;
  }

  /** What waits before it goes first when there are many. */
  async #bury(record: DeadRecord): Promise<PassEnd | undefined> {
    this.#dead.push(deadLetter({ ...record, attempts: 0 }, record.dead));
    return this.#dead.length < DEAD_AT_ONCE ? undefined : this.#send();
  }

  /**
   * Claims, sends and settles what was gathered, in pieces where the hub refuses it whole. Says why the pass is over when
   * that ended it: a batch of which nothing moved is the last one, so that a pass always ends.
   */
  async #send(): Promise<PassEnd | undefined> {
    await this.#ledger.settle(this.#dead);
    this.#dead = [];
    if (!this.#wasFull && this.#ledger.isFull) return { end: 'too-many-exceptions' };
    if (this.#batch.length === 0) return undefined;
    if (this.#isAborted()) return { end: 'interrupted' };
    // Oldest first; only the first is ever on its way.
    const pieces: (readonly DueEvent[])[] = [this.#batch];
    await this.#ledger.claim(this.#batch);
    this.#batch = [];
    this.#bytes = 0;
    const movedBefore = totalOf(this.#ledger.counts);
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      if (piece.length === 0) continue;
      const outcome = await this.#needs.courier.carry(piece, this.#needs.signal);
      const ended = endOf(outcome);
      if (ended?.end === 'unavailable' && this.#isAborted()) return { end: 'interrupted' };
      if (ended?.end === 'forbidden') await this.#ledger.refuse(ended.reason);
      if (ended !== undefined) return ended;
      pieces.unshift(...(await this.#settle(piece, outcome)));
      if (this.#isAborted()) return { end: 'interrupted' };
    }
    return totalOf(this.#ledger.counts) === movedBefore ? { end: 'nothing-moved' } : undefined;
  }

  /** Enters what the outcome says about the events of a piece; returns what of it is still to be sent, oldest first. */
  async #settle(
    piece: readonly DueEvent[],
    outcome: BatchOutcome,
  ): Promise<readonly (readonly DueEvent[])[]> {
    switch (outcome.outcome) {
      case 'answered':
      case 'refused-by-id': {
        const { answers } = outcome;
        const movedBefore = totalOf(this.#ledger.counts);
        await this.#ledger.settleAnswers(piece, answers);
        const unnamed = piece.filter(({ eventId }) => !answers.has(eventId));
        if (outcome.outcome === 'answered')
          return totalOf(this.#ledger.counts) > movedBefore ? [unnamed] : [];
        // A refusal that names none of this piece is one of the whole, so that every step makes a piece smaller.
        return unnamed.length < piece.length ? [unnamed] : this.#narrow(piece, 'refused by the hub');
      }
      case 'refused-opaque':
        return this.#narrow(piece, outcome.reason);
      case 'too-large': {
        const [only] = piece;
        if (piece.length === 1 && only !== undefined) {
          await this.#ledger.settle([deadLetter(only, 'too large for the hub')]);
          return [];
        }
        this.#needs.learnt.limits = learnTooLarge(this.#needs.learnt.limits, piece);
        return halve(piece);
      }
      default:
        return [];
    }
  }

  /** Halves a piece that was refused whole; one event alone is the one for which it was refused. */
  async #narrow(piece: readonly DueEvent[], reason: string): Promise<readonly (readonly DueEvent[])[]> {
    const [only] = piece;
    if (piece.length > 1 || only === undefined) return halve(piece);
    const { wallClock, randomness } = this.#needs;
    await this.#ledger.settle([rejection(only, reason, wallClock.nowMs(), randomness.next())]);
    return [];
  }

  #isAborted(): boolean {
    return this.#needs.signal?.aborted === true;
  }
}

const DEAD_AT_ONCE = 1000;

/** Why no further request makes sense; nothing for the outcomes that speak of the events. */
const endOf = (outcome: BatchOutcome): PassEnd | undefined => {
  switch (outcome.outcome) {
    case 'unauthorized':
      return { end: 'signed-out' };
    case 'unavailable':
    case 'forbidden':
    case 'protocol-mismatch':
    case 'unexpected': {
      const { outcome: end, ...why } = outcome;
      return { end, ...why };
    }
    default:
      return undefined;
  }
};
