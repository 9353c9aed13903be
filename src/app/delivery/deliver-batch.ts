import {
  type BatchLimits,
  type Bisection,
  learnTooLarge,
  afterAnswer,
  afterNamedRefusal,
  afterRefusal,
  bisectionOf,
  nextPiece,
} from '../../domain/delivery/batch-plan.js';
import type { BatchOutcome } from '../../domain/delivery/outcome.js';
import { unreachable } from '../../domain/errors.js';
import { deadLetter, rejection } from '../../domain/delivery/settlement.js';
import type { Courier } from './courier.js';
import type { DueEvent } from './due-records.js';
import type { PassLedger, PassLedgerHost } from './pass-ledger.js';
import { totalOf, type PassEnd } from './pass-report.js';

/** Limits of one hub, learnt on the way and shared by all passes to it. */
export interface LearntLimits {
  limits: BatchLimits;
}

export interface BatchHost extends PassLedgerHost {
  readonly courier: Courier;
  readonly learnt: LearntLimits;
}

/**
 * Claims, sends and settles one batch, in pieces where the hub refuses it whole, and what an answer leaves out again, as
 * long as the round before moved something. Returns why the pass is over, or nothing when it goes on. A batch of which
 * nothing moved is the last one, so that a pass always ends.
 */
export const deliverBatch = async (
  batch: readonly DueEvent[],
  ledger: PassLedger,
  host: BatchHost,
  signal?: AbortSignal,
): Promise<PassEnd | undefined> => {
  if (isAborted(signal)) return { end: 'interrupted' };
  await ledger.claim(batch);
  const movedBefore = totalOf(ledger.counts);
  let rest = bisectionOf(batch);
  for (let piece = nextPiece(rest); piece !== undefined; piece = nextPiece(rest)) {
    const outcome = await host.courier.carry(piece, signal);
    const ended = endOf(outcome, signal);
    if (ended?.end === 'forbidden') await ledger.refuse(ended.reason);
    if (ended !== undefined) return ended;
    rest = await settlePiece(outcome, piece, rest, ledger, host);
    if (isAborted(signal)) return { end: 'interrupted' };
  }
  return totalOf(ledger.counts) === movedBefore ? { end: 'nothing-moved' } : undefined;
};

/** Why no further request makes sense; nothing for the outcomes that speak of the events. */
const endOf = (outcome: BatchOutcome, signal: AbortSignal | undefined): PassEnd | undefined => {
  switch (outcome.outcome) {
    case 'answered':
    case 'refused-by-id':
    case 'refused-opaque':
    case 'too-large':
      return undefined;
    case 'unauthorized':
      return { end: 'signed-out' };
    case 'unavailable': {
      if (isAborted(signal)) return { end: 'interrupted' };
      const { reason, retryAfterMs } = outcome;
      return { end: 'unavailable', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case 'forbidden':
    case 'protocol-mismatch':
    case 'unexpected':
      return { end: outcome.outcome, reason: outcome.reason };
    default:
      return unreachable(outcome);
  }
};

/** Enters what the outcome says about the events of the piece, and returns what is still to be sent. */
const settlePiece = async (
  outcome: BatchOutcome,
  piece: readonly DueEvent[],
  rest: Bisection<DueEvent>,
  ledger: PassLedger,
  host: BatchHost,
): Promise<Bisection<DueEvent>> => {
  switch (outcome.outcome) {
    case 'answered': {
      const before = totalOf(ledger.counts);
      await ledger.settleAnswers(piece, outcome.answers);
      const leftOut = piece.filter((event) => !outcome.answers.has(event.eventId));
      return afterAnswer(rest, totalOf(ledger.counts) > before ? leftOut : []);
    }
    case 'refused-by-id': {
      const { answers } = outcome;
      await ledger.settleAnswers(piece, answers);
      const narrowed = afterNamedRefusal(rest, (event) => answers.has(event.eventId));
      if (narrowed.isolated !== undefined)
        await reject(narrowed.isolated, 'refused by the hub', ledger, host);
      return narrowed.rest;
    }
    case 'refused-opaque': {
      const narrowed = afterRefusal(rest);
      if (narrowed.isolated !== undefined) await reject(narrowed.isolated, outcome.reason, ledger, host);
      return narrowed.rest;
    }
    case 'too-large': {
      const narrowed = afterRefusal(rest);
      if (narrowed.isolated === undefined) host.learnt.limits = learnTooLarge(host.learnt.limits, piece);
      else await ledger.settle([deadLetter(narrowed.isolated, 'too large for the hub')]);
      return narrowed.rest;
    }
    default:
      return rest;
  }
};

/** The one event for which the hub refused a whole request. */
const reject = (event: DueEvent, reason: string, ledger: PassLedger, host: BatchHost): Promise<void> =>
  ledger.settle([rejection(event, reason, host.wallClock.nowMs(), host.randomness.next())]);

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;
