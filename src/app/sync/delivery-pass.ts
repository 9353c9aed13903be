import type { Account } from '../../domain/delivery/account.js';
import {
  EMPTY_FILL,
  fillWith,
  hasRoom,
  learnTooLarge,
  type BatchLimits,
} from '../../domain/delivery/batch-plan.js';
import {
  afterAnswer,
  afterNamedRefusal,
  afterRefusal,
  bisectionOf,
  nextPiece,
} from '../../domain/delivery/bisection.js';
import { MAX_EXCEPTIONS, type Settlement } from '../../domain/delivery/ledger.js';
import { deadLetter, rejection } from '../../domain/delivery/settlement.js';
import type { Sharing } from '../../domain/delivery/routing-policy.js';
import { unreachable } from '../../domain/errors.js';
import type { Outbox, Sender } from '../../ports/queue.js';
import type { Courier } from './courier.js';
import { dueRecords, type DueEvent, type RoutingSituation } from './due-records.js';
import { PassLedger, type PassLedgerHost } from './pass-ledger.js';
import { NOTHING_PASSED, type PassCounts, type PassEnd, type PassReport } from './pass-report.js';

/** What a pass over one outbox is about. */
export interface PassInput {
  readonly account: Account;
  readonly sharing: Sharing;
  /** A person asks for delivery now: what is due later is sent too. */
  readonly isInsisted: boolean;
  /** Called after every settlement with what was counted so far. */
  readonly onProgress?: (counts: PassCounts) => void;
}

/** Limits of one hub, learnt on the way and shared by all passes to it. */
export interface LearntLimits {
  limits: BatchLimits;
}

/** What every pass needs of its host. */
export interface PassHost extends PassLedgerHost {
  readonly courier: Courier;
  readonly learnt: LearntLimits;
}

/** Delivers what is due of one outbox, alone, in order, each event at most once, and settles it by its receipts. */
export const runPass = async (
  outbox: Outbox,
  host: PassHost,
  input: PassInput,
  signal?: AbortSignal,
): Promise<PassReport> => {
  const passed = await outbox.pass(async (sender) => {
    const ledger = new PassLedger(outbox, sender, host, input.account, input.onProgress);
    const ended = await new Pass(outbox.project, sender, ledger, host, input, signal).deliver();
    return { ...ledger.counts, ended };
  });
  return passed === 'busy' ? { ...NOTHING_PASSED, ended: { end: 'busy' } } : passed.value;
};

class Pass {
  readonly #project: string | undefined;
  readonly #sender: Sender;
  readonly #ledger: PassLedger;
  readonly #host: PassHost;
  readonly #input: PassInput;
  readonly #signal: AbortSignal | undefined;

  constructor(
    project: string | undefined,
    sender: Sender,
    ledger: PassLedger,
    host: PassHost,
    input: PassInput,
    signal: AbortSignal | undefined,
  ) {
    this.#project = project;
    this.#sender = sender;
    this.#ledger = ledger;
    this.#host = host;
    this.#input = input;
    this.#signal = signal;
  }

  async deliver(): Promise<PassEnd> {
    const inUse = await this.#ledger.takeIntoUse();
    if ((inUse?.exceptions.length ?? 0) >= MAX_EXCEPTIONS) return { end: 'too-many-exceptions' };
    let batch: DueEvent[] = [];
    let dead: Settlement[] = [];
    let fill = EMPTY_FILL;
    const send = async (): Promise<PassEnd | undefined> => {
      await this.#ledger.settle(dead);
      const ended = await this.#send(batch);
      batch = [];
      dead = [];
      fill = EMPTY_FILL;
      return ended;
    };
    for await (const item of dueRecords(this.#sender, this.#situation())) {
      if ('dead' in item) {
        dead.push(deadLetter({ ...item, attempts: 0 }, item.dead));
        if (dead.length < DEAD_AT_ONCE) continue;
        await this.#ledger.settle(dead);
        dead = [];
        continue;
      }
      if (!hasRoom(fill, item.bytes, this.#host.learnt.limits)) {
        const ended = await send();
        if (ended !== undefined) return ended;
      }
      batch.push(item);
      fill = fillWith(fill, item.bytes);
    }
    return (await send()) ?? { end: 'complete' };
  }

  /** Sends a batch, in pieces where it must; returns why the pass is over, or nothing when it goes on. */
  async #send(batch: readonly DueEvent[]): Promise<PassEnd | undefined> {
    await this.#ledger.claim(batch);
    let rest = bisectionOf(batch);
    for (let piece = nextPiece(rest); piece !== undefined; piece = nextPiece(rest)) {
      if (this.#isInterrupted()) return { end: 'interrupted' };
      const outcome = await this.#host.courier.carry(piece, this.#signal);
      switch (outcome.outcome) {
        case 'answered':
          await this.#ledger.settleAnswers(piece, outcome.answers);
          rest = afterAnswer(rest);
          break;
        case 'refused-by-id': {
          const { answers } = outcome;
          const { rest: narrowed, isolated } = afterNamedRefusal(rest, (event) => answers.has(event.eventId));
          await this.#ledger.settleAnswers(piece, answers);
          if (isolated !== undefined) await this.#settleIsolated(isolated, 'refused by the hub');
          rest = narrowed;
          break;
        }
        case 'refused-opaque': {
          const { rest: narrowed, isolated } = afterRefusal(rest);
          if (isolated !== undefined) await this.#settleIsolated(isolated, outcome.reason);
          rest = narrowed;
          break;
        }
        case 'too-large': {
          const { rest: narrowed, isolated } = afterRefusal(rest);
          if (isolated !== undefined)
            await this.#ledger.settle([deadLetter(isolated, 'too large for the hub')]);
          else this.#host.learnt.limits = learnTooLarge(this.#host.learnt.limits, piece);
          rest = narrowed;
          break;
        }
        case 'unauthorized':
          return { end: 'signed-out' };
        case 'forbidden':
          await this.#ledger.refuse(outcome.reason);
          return { end: 'forbidden', reason: outcome.reason };
        case 'unavailable': {
          const { reason, retryAfterMs } = outcome;
          if (this.#isInterrupted()) return { end: 'interrupted' };
          return { end: 'unavailable', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
        }
        case 'protocol-mismatch':
        case 'unexpected':
          return { end: outcome.outcome, reason: outcome.reason };
        default:
          return unreachable(outcome);
      }
    }
    return undefined;
  }

  #isInterrupted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** The one event for which the hub refused a whole request. */
  #settleIsolated(event: DueEvent, reason: string): Promise<void> {
    const { wallClock, randomness } = this.#host;
    return this.#ledger.settle([rejection(event, reason, wallClock.nowMs(), randomness.next())]);
  }

  #situation(): RoutingSituation {
    const { account, sharing, isInsisted } = this.#input;
    return { projectUuid: this.#project, account, sharing, isInsisted, nowMs: this.#host.wallClock.nowMs() };
  }
}

const DEAD_AT_ONCE = 1000;
