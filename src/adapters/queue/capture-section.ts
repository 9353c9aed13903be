import { seal } from '../../domain/events/seal.js';
import { describeIssues } from '../../domain/result.js';
import type { CaptureLimits, CaptureOutcome, Fact, RefusalReason } from '../../ports/queue.js';
import type { HeldLock } from '../fs/process-lock.js';
import { appendToLog } from '../fs/sealed-log.js';
import { JournalWriter, SEGMENT_RECORDS } from './journal-writer.js';
import type { JournalTail } from './journal-tail.js';
import type { OutboxPaths } from './outbox-paths.js';
import type { OutboxSurroundings } from './outbox-surroundings.js';
import { encodeRecord } from './record-format.js';
import { readSettledMark } from './settled-mark.js';
import { unsealedFacts, type WaitingFacts } from './waiting-facts.js';

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
    const writer = new JournalWriter(this.#paths, () => this.#surroundings.newJournalId());
    try {
      const outcomes = this.#append(writer, facts, limits, counted);
      lock.release();
      if (outcomes !== 'looks-full') writer.sync();
      return outcomes;
    } finally {
      lock.release();
      writer.close();
    }
  }

  /** Counts events that are not taken. The count is lost only where the disk takes nothing at all. */
  refuse(facts: readonly Fact[], reason: RefusalReason, message: string): readonly CaptureOutcome[] {
    const at = new Date(this.#surroundings.nowMs()).toISOString();
    try {
      const entries = facts.map((fact) => ({
        event_id: fact.event.event_id,
        kind: 'refused',
        reason,
        message,
        at,
      }));
      appendToLog(this.#paths.refused, entries);
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
    const { value, nodeId } = this.#surroundings.clock.load();
    const tail = writer.open(value);
    const room = limits.maxWaiting - this.#occupied(tail, counted);
    if (room < facts.length && counted === undefined) return 'looks-full';

    const late = unsealedFacts(this.#waiting, this.#paths);
    const taken = facts.slice(0, Math.max(0, room));
    const all = [...late.map(({ fact }) => fact), ...taken];
    this.#surroundings.clock.store(value + all.length, nodeId);
    const captured = this.#write(writer, tail, all, value, nodeId, limits.maxWaiting - room);
    if (late.length > 0) {
      // Their files may go only after the journal holds them for good, and before anybody else can seal them again.
      writer.sync();
      this.#waiting.remove(late);
    }
    const rest = facts.slice(taken.length);
    const refused =
      rest.length === 0 ? [] : this.refuse(rest, 'outbox-full', `${limits.maxWaiting} events wait already`);
    return [...captured.slice(late.length), ...refused];
  }

  #write(
    writer: JournalWriter,
    start: JournalTail,
    facts: readonly Fact[],
    clock: number,
    nodeId: string,
    occupied: number,
  ): readonly CaptureOutcome[] {
    const outcomes: CaptureOutcome[] = [];
    let tail = start;
    let lines = '';
    let record = tail.next;
    for (const [index, fact] of facts.entries()) {
      const lamport = clock + index + 1;
      const event = seal(fact.event, nodeId, lamport);
      if (record - tail.segmentFirst >= SEGMENT_RECORDS) {
        writer.append(lines);
        lines = '';
        tail = writer.rotate({ ...tail, next: record }, lamport - 1);
      }
      lines += encodeRecord({
        record,
        clock: lamport,
        team: event.team_slug,
        json: JSON.stringify(event),
        ...(fact.hub === undefined ? {} : { hub: fact.hub }),
        ...(fact.issues === undefined ? {} : { invalid: describeIssues(fact.issues) }),
      });
      outcomes.push({ outcome: 'captured', event, record, waiting: occupied + index + 1 });
      record += 1;
    }
    writer.append(lines);
    return outcomes;
  }

  #occupied(tail: JournalTail, counted: Occupancy | undefined): number {
    const last = tail.next - 1;
    if (counted !== undefined) return counted.waiting + Math.max(0, last - counted.last);
    const mark = readSettledMark(this.#paths.settled);
    return mark === undefined || mark.journal !== tail.journal ? last : last - mark.through - mark.beyond;
  }
}
