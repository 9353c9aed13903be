import { messageOf } from '../../domain/errors.js';
import { seal } from '../../domain/events/seal.js';
import type { Decision } from '../../domain/outbox/decision.js';
import { describeIssues } from '../../domain/result.js';
import type { CaptureLimits, CaptureOutcome, Fact, RefusalReason } from '../../ports/outbox.js';
import { makeDirectory } from '../fs/make-directory.js';
import type { HeldLock } from '../fs/process-lock.js';
import { appendToLog } from '../fs/sealed-log.js';
import { appendDecisions } from './decision-log.js';
import { type JournalTail, JournalWriter } from './journal-writer.js';
import type { OutboxPaths, OutboxSurroundings } from './outbox-paths.js';
import { encodeRecord } from './record-format.js';
import { estimateWaiting, nextNumber, readSettledMark, type SettledMark } from './settled-mark.js';
import { capturedAmong } from './journal-reader.js';
import type { WaitingFact, WaitingFacts } from './waiting-facts.js';

/** How many events waited when `last` was the newest record. */
export interface Occupancy {
  readonly last: number;
  readonly waiting: number;
}

/**
 * The critical section of a capture: a few microseconds of synchronous code between taking the capture lock and
 * giving it back, then one sync to disk that needs no lock, so that many processes share it.
 */
export class CaptureSection {
  readonly #paths: OutboxPaths;
  readonly #surroundings: OutboxSurroundings;
  readonly #waiting: WaitingFacts;

  constructor(paths: OutboxPaths, surroundings: OutboxSurroundings, waiting: WaitingFacts) {
    this.#paths = paths;
    this.#surroundings = surroundings;
    this.#waiting = waiting;
  }

  /** Captures under `lock` and gives it back. `looks-full`: nothing happened; come back with an exact count. */
  run(
    facts: readonly Fact[],
    limits: CaptureLimits,
    counted: Occupancy | undefined,
    lock: HeldLock,
  ): readonly CaptureOutcome[] | 'looks-full' {
    return appendUnderLock<readonly CaptureOutcome[] | 'looks-full'>(
      this.#paths,
      this.#surroundings,
      lock,
      (writer) => this.#append(writer, facts, limits, counted),
      (error, outcomes) => unconfirmed(facts, outcomes === 'looks-full' ? undefined : outcomes, error),
    );
  }

  /** Appends decisions about the journal's records. Call it under the capture lock. */
  decide(decisions: readonly Decision[]): void {
    const writer = new JournalWriter(this.#paths, () => this.#surroundings.newJournalId());
    try {
      const { journal } = writer.open(this.#surroundings.clock.load().value);
      appendDecisions(this.#paths.decisions, journal, decisions);
    } finally {
      writer.close();
    }
  }

  /** Counts intents whose work left no evidence. Call it under the capture lock. */
  noteWithdrawn(eventIds: readonly string[], reason: string): void {
    noteWithdrawn(this.#paths, eventIds, reason, this.#surroundings.nowMs());
  }

  /**
   * Counts events that are not taken. The count is lost only where the disk takes nothing at all. `beside`: without the
   * capture lock, which could not be had or is given back.
   */
  refuse(
    facts: readonly Fact[],
    reason: RefusalReason,
    message: string,
    held: 'held' | 'beside' = 'beside',
  ): readonly CaptureOutcome[] {
    try {
      noteRefused(this.#paths, facts, reason, message, this.#surroundings.nowMs(), held);
    } catch {
      // The outcome itself still says that the event was not taken.
    }
    return facts.map((fact) => ({ outcome: 'refused', eventId: fact.event.event_id, reason, message }));
  }

  #append(
    writer: JournalWriter,
    facts: readonly Fact[],
    limits: CaptureLimits,
    counted: Occupancy | undefined,
  ): readonly CaptureOutcome[] | 'looks-full' {
    const { value, nodeId, rebuilt } = this.#surroundings.clock.load();
    const mark = readSettledMark(this.#paths.settled);
    const tail = inOrder(writer.open(value), mark);
    const occupied = occupancy(tail, mark, counted);
    const room = limits.maxWaiting - occupied;
    if (room < facts.length && counted === undefined) return 'looks-full';

    const late = unsealedFacts(this.#waiting, this.#paths, () => writer.sync());
    const taken = facts.slice(0, Math.max(0, room));
    const all = [...late.map(({ fact }) => fact), ...taken];
    const captured =
      all.length === 0
        ? []
        : this.#write(writer, tail, all, { clock: Math.max(value, tail.clock), nodeId, occupied });
    if (rebuilt !== undefined && all.length > 0)
      this.#surroundings.warn?.(`The Lamport clock goes on above everything captured: ${rebuilt}.`);
    this.#waiting.forget(late, () => writer.sync());
    const rest = facts.slice(taken.length);
    const refused =
      rest.length === 0
        ? []
        : this.refuse(rest, 'outbox-full', `${limits.maxWaiting} events wait already`, 'held');
    return [...captured.slice(late.length), ...refused];
  }

  /** One write of all lines, so that a capture is in the journal as a whole or not at all. */
  #write(
    writer: JournalWriter,
    tail: JournalTail,
    facts: readonly Fact[],
    { clock, nodeId, occupied }: { clock: number; nodeId: string; occupied: number },
  ): readonly CaptureOutcome[] {
    const sealed = facts.map((fact, index) => ({
      fact,
      event: seal(fact.event, nodeId, clock + index + 1),
      record: tail.next + index,
    }));
    this.#surroundings.clock.store(clock + facts.length, nodeId);
    if (isSegmentFull(tail, this.#surroundings)) writer.rotate(tail, clock);
    writer.append(
      sealed
        .map(({ fact, event, record }) =>
          encodeRecord({
            record,
            clock: event.lamport_clock,
            team: event.team_slug,
            json: JSON.stringify(event),
            ...(fact.hub === undefined ? {} : { hub: fact.hub }),
            ...(fact.issues === undefined ? {} : { invalid: describeIssues(fact.issues) }),
          }),
        )
        .join(''),
    );
    return sealed.map(({ event, record }, index) => ({
      outcome: 'captured',
      event,
      record,
      waiting: occupied + index + 1,
    }));
  }
}

/** What was written is in the journal, and nobody knows for how long; what was refused stays refused. */
const unconfirmed = (
  facts: readonly Fact[],
  outcomes: readonly CaptureOutcome[] | undefined,
  error: unknown,
): readonly CaptureOutcome[] => {
  const message = messageOf(error);
  return facts.map(({ event: { event_id: eventId } }, index) => {
    const outcome = outcomes?.[index];
    return outcome?.outcome === 'refused' ? outcome : { outcome: 'unconfirmed', eventId, message };
  });
};

const inOrder = (tail: JournalTail, mark: SettledMark | undefined): JournalTail => ({
  ...tail,
  next: nextNumber(tail, mark),
});

/** How many events wait: as counted, and what was captured since; else by the mark. */
export const occupancy = (tail: JournalTail, mark: SettledMark | undefined, counted?: Occupancy): number => {
  const last = tail.next - 1;
  return counted === undefined
    ? estimateWaiting(tail.journal, last, mark)
    : counted.waiting + Math.max(0, last - counted.last);
};

/** Counts events that are not taken, durable when this returns; `beside`: without the capture lock. */
const noteRefused = (
  paths: OutboxPaths,
  facts: readonly Fact[],
  reason: RefusalReason,
  message: string,
  nowMs: number,
  held: 'held' | 'beside',
): void => {
  const at = new Date(nowMs).toISOString();
  const ids = facts.map(({ event }) => event.event_id);
  append(
    paths,
    ids.map((eventId) => ({ event_id: eventId, kind: 'refused', reason, message, at })),
    held,
  );
};

/** Counts intents whose work left no evidence, durable when this returns. */
export const noteWithdrawn = (
  paths: OutboxPaths,
  eventIds: readonly string[],
  reason: string,
  nowMs: number,
): void => {
  const at = new Date(nowMs).toISOString();
  append(
    paths,
    eventIds.map((eventId) => ({ event_id: eventId, kind: 'withdrawn', reason, at })),
  );
};

const append = (paths: OutboxPaths, entries: readonly object[], held: 'held' | 'beside' = 'held'): void => {
  makeDirectory(paths.directory);
  appendToLog(paths.refused, entries, held);
};

/**
 * The frame of everything that appends to a journal: `append` runs under the lock, the sync to disk comes after the
 * lock is given back. `looks-full` says that nothing was appended.
 *
 * When the journal may hold what was appended and the disk did not confirm it, `unconfirmed` says what became of it;
 * `result` is absent when `append` itself did not come to its end. Every other failure is thrown.
 */
export const appendUnderLock = <T>(
  paths: OutboxPaths,
  surroundings: OutboxSurroundings,
  lock: HeldLock,
  append: (writer: JournalWriter) => T,
  unconfirmed: (error: unknown, result?: T) => T = rethrow,
): T => {
  const writer = new JournalWriter(paths, () => surroundings.newJournalId());
  let result: T | undefined;
  try {
    result = append(writer);
    lock.release();
    if (result !== 'looks-full') writer.sync();
    return result;
  } catch (error) {
    if (!writer.mayHold) throw error;
    return unconfirmed(error, result);
  } finally {
    lock.release();
    writer.close();
  }
};

export const isSegmentFull = (tail: JournalTail, surroundings: OutboxSurroundings): boolean =>
  tail.next - tail.segmentFirst >= (surroundings.segmentRecords ?? SEGMENT_RECORDS);

const rethrow = (error: unknown): never => {
  throw error;
};

const SEGMENT_RECORDS = 1000;

/**
 * The waiting facts that are not in the journal yet. A process may have died between sealing one and removing its
 * file; that file goes now.
 */
const unsealedFacts = (
  waiting: WaitingFacts,
  paths: OutboxPaths,
  confirm: () => void,
): readonly WaitingFact[] => {
  const listed = waiting.list();
  if (listed.length === 0) return [];
  const sealed = capturedAmong(
    paths,
    Math.min(...listed.map(({ from }) => from)),
    listed.map(({ fact }) => fact.event.event_id),
  );
  waiting.forget(
    listed.filter(({ fact }) => sealed.has(fact.event.event_id)),
    confirm,
  );
  return listed.filter(({ fact }) => !sealed.has(fact.event.event_id));
};
