import { hasRoom, halve, learnTooLarge, type BatchLimits } from '../../domain/delivery/batch-plan.js';
import { type BatchOutcome, deadLetter, rejection } from '../../domain/delivery/outcome.js';
import { isSyncError } from '../../domain/errors.js';
import type { Settlement } from '../../domain/outbox/ledger.js';
import type { Sharing } from '../../domain/outbox/routing-policy.js';
import type { Outbox } from '../../ports/outbox.js';
import type { Courier } from './courier.js';
import { dueRecords, type DeadRecord, type DueEvent } from './due-records.js';
import { PassLedger, type PassLedgerNeeds } from './pass-ledger.js';
import { NOTHING_PASSED, totalOf, type PassEnd, type PassReport } from './pass-report.js';

/** What a pass over one outbox is about. */
interface PassInput extends Pick<PassLedgerNeeds, 'account' | 'onSettled'> {
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
  const passed = await outbox.pass((sender) => new Pass({ ...host, ...input, outbox, sender, signal }).run());
  return passed === 'busy' ? { ...NOTHING_PASSED, ended: { end: 'busy' } } : passed.value;
};

interface PassNeeds extends PassHost, PassInput, PassLedgerNeeds {
  readonly signal: AbortSignal | undefined;
}

class Pass {
  readonly #ledger: PassLedger;
  readonly #needs: PassNeeds;

  constructor(needs: PassNeeds) {
    this.#ledger = new PassLedger(needs);
    this.#needs = needs;
  }

  async run(): Promise<PassReport> {
    const { reclaimBeforeMs } = this.#needs;
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
    const { learnt, log, outbox, sender, wallClock } = this.#needs;
    await this.#ledger.takeIntoUse();
    try {
      if (log !== undefined) await this.#ledger.enterHistory(log.history, log.idsAtHub);
    } catch (error) {
      // What the hub has lost it is offered once it can be asked; new events do not wait for that.
      if (!isSyncError(error) || error.kind === 'interrupted' || error.kind === 'storage-failed') throw error;
    }
    const wasFull = this.#ledger.isFull;
    const situation = { ...this.#needs, projectUuid: outbox.project, nowMs: wallClock.nowMs() };
    for await (const { dead, due } of batchesOf(dueRecords(sender, situation, wasFull), learnt)) {
      await this.#ledger.settle(dead);
      if (!wasFull && this.#ledger.isFull) break;
      const ended = due.length === 0 ? undefined : await this.#send(due);
      if (ended !== undefined) return ended;
    }
    return { end: this.#ledger.isFull ? 'too-many-exceptions' : 'complete' };
  }

  /**
   * Claims, sends and settles a batch, in pieces where the hub refuses it whole. Says why the pass is over when that ended
   * it: a batch of which nothing moved is the last one, so that a pass always ends.
   */
  async #send(batch: readonly DueEvent[]): Promise<PassEnd | undefined> {
    const isAborted = (): boolean => this.#needs.signal?.aborted === true;
    if (isAborted()) return { end: 'interrupted' };
    await this.#ledger.claim(batch);
    const movedBefore = totalOf(this.#ledger.counts);
    // Oldest first; only the first is ever on its way.
    const pieces = [batch];
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      const outcome = await this.#needs.courier.carry(piece, this.#needs.signal);
      const ended = endOf(outcome);
      if (ended?.end === 'unavailable' && isAborted()) return { end: 'interrupted' };
      if (ended?.end === 'forbidden') await this.#ledger.refuse(ended.reason);
      if (ended !== undefined) return ended;
      const rest = await this.#enter(piece, outcome);
      pieces.unshift(...rest.filter(({ length }) => length > 0));
      if (isAborted()) return { end: 'interrupted' };
    }
    return totalOf(this.#ledger.counts) === movedBefore ? { end: 'nothing-moved' } : undefined;
  }

  /** Enters what the outcome says about the events of a piece; returns what of it is still to be sent, oldest first. */
  async #enter(piece: readonly DueEvent[], outcome: BatchOutcome): Promise<readonly (readonly DueEvent[])[]> {
    const { learnt, randomness, wallClock } = this.#needs;
    switch (outcome.outcome) {
      case 'answered':
      case 'refused-by-id': {
        const { answers } = outcome;
        const settled = await this.#ledger.settleAnswers(piece, answers);
        const unnamed = piece.filter(({ eventId }) => !answers.has(eventId));
        if (outcome.outcome === 'answered') return settled > 0 ? [unnamed] : [];
        // A refusal that names none of this piece is one of the whole, so that every step makes a piece smaller.
        return unnamed.length < piece.length
          ? [unnamed]
          : this.#enter(piece, { outcome: 'refused-opaque', reason: 'refused by the hub' });
      }
      case 'refused-opaque':
      case 'too-large': {
        const isTooLarge = outcome.outcome === 'too-large';
        const [only] = piece;
        // One event alone is the one for which it was refused.
        if (only !== undefined && piece.length === 1) {
          const settlement = isTooLarge
            ? deadLetter(only, 'too large for the hub')
            : rejection(only, outcome.reason, wallClock.nowMs(), randomness.next());
          await this.#ledger.settle([settlement]);
          return [];
        }
        if (isTooLarge) learnt.limits = learnTooLarge(learnt.limits, piece);
        return halve(piece);
      }
      default:
        return [];
    }
  }
}

/** What is due, in order, as much of it at a time as the hub takes, with what before or between it can never be sent. */
async function* batchesOf(
  items: AsyncIterable<DueEvent | DeadRecord>,
  learnt: LearntLimits,
): AsyncGenerator<{ readonly due: readonly DueEvent[]; readonly dead: readonly Settlement[] }> {
  let [due, dead, bytes]: [DueEvent[], Settlement[], number] = [[], [], 0];
  for await (const item of items) {
    const fill = { events: due.length, bytes };
    const fits = 'dead' in item ? dead.length < DEAD_AT_ONCE : hasRoom(fill, item.bytes, learnt.limits);
    if (!fits) {
      yield { due, dead };
      [due, dead, bytes] = [[], [], 0];
    }
    if ('dead' in item) dead.push(deadLetter({ ...item, attempts: 0 }, item.dead));
    else {
      due.push(item);
      bytes += item.bytes;
    }
  }
  yield { due, dead };
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
