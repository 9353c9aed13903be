import { existsSync, readdirSync } from 'node:fs';
import { messageOf, SyncError } from '../../domain/errors.js';
import { seal as sealEvent } from '../../domain/events/envelope.js';
import { isUuidV4 } from '../../domain/ids.js';
import type { Decision } from '../../domain/outbox/decision.js';
import { describeIssues } from '../../domain/result.js';
import type {
  Adoption,
  CaptureLimits,
  CaptureOutcome,
  Fact,
  ForeignEvent,
  JournalRecord,
  Outbox,
  Outboxes,
  OutboxReading,
  RefusalReason,
  Sender,
} from '../../ports/outbox.js';
import { makeDirectory } from '../fs/make-directory.js';
import { type HeldLock, lockFile, tryLockFile } from '../fs/process-lock.js';
import { appendToLog } from '../fs/sealed-log.js';
import { attempt, onStorage, unlessAbsent } from '../fs/storage-failure.js';
import type { ForeignEvents } from './foreign-events.js';
import { currentEnd } from './journal-end.js';
import { highestClock, journalExtent, journalRecords } from './journal-reader.js';
import { JournalWriter, syncJournal, type Visit, type WriterEnd } from './journal-writer.js';
import {
  outboxesDirectory,
  outboxPaths,
  type OutboxPaths,
  type OutboxSurroundings,
  UNIDENTIFIED,
} from './outbox-paths.js';
import { unsealed, type WaitingFact, WaitingFacts } from './waiting-facts.js';

/**
 * The durable outbox of one project: an append-only journal of segments, and a lowdb ledger for each hub and team.
 * Capturing touches only the journal; everything about delivery is loaded when it is asked for.
 */
class LowdbOutbox implements Outbox {
  readonly project: string | undefined;
  readonly #paths: OutboxPaths;
  readonly #surroundings: OutboxSurroundings;
  readonly #waiting: WaitingFacts;
  #foreign: ForeignEvents | undefined;

  constructor(project: string | undefined, paths: OutboxPaths, surroundings: OutboxSurroundings) {
    this.project = project;
    this.#paths = paths;
    this.#surroundings = surroundings;
    this.#waiting = new WaitingFacts(paths.waiting);
  }

  async capture(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]> {
    const { captureWaitMs = LOCK_WAIT_MS } = this.#surroundings;
    try {
      // Asked without the lock: what begins to wait meanwhile is sealed by the next one.
      const someWait = this.#waiting.count() > 0;
      let waited: readonly WaitingFact[] = [];
      const taken = await this.#visit<readonly CaptureOutcome[]>(
        limits,
        captureWaitMs,
        (writer, end, room, isExact) => {
          if (facts.length > room && !isExact) return 'looks-full';
          waited = someWait ? this.#waiting.list() : [];
          return seal(writer, end, unsealed(this.#paths, waited), facts.slice(0, room));
        },
        (error, sealed) => {
          waited = [];
          return unconfirmed(facts.slice(0, sealed?.length), error);
        },
      );
      this.#waiting.forget(waited);
      // The lock's holder is stopped: the facts are made durable beside the journal, and the next capture seals them.
      if (taken === 'busy') return await this.#wait(facts, limits);
      const rest = facts.slice(taken.length);
      const message = `${limits.maxWaiting} events wait already`;
      return rest.length === 0 ? taken : [...taken, ...this.#refuse(rest, 'outbox-full', message)];
    } catch (error) {
      return this.#refuseUnstored(facts, limits, error);
    }
  }

  adopt(events: readonly ForeignEvent[], limits: CaptureLimits): Promise<Adoption> {
    return this.#onStorage(async () => {
      const { ForeignEvents } = await import('./foreign-events.js');
      this.#foreign ??= new ForeignEvents(this.#paths);
      return this.#foreign.adopt(events, (work) => this.#visitPatiently(limits, work));
    });
  }

  confirm(): Promise<void> {
    return this.#onStorage(async () => syncJournal(this.#paths));
  }

  hasRoomFor(count: number, limits: CaptureLimits): Promise<boolean> {
    return this.#onStorage(async () => {
      const end = currentEnd(this.#paths);
      if (end !== undefined && end.waiting + count <= limits.maxWaiting) return true;
      return (await this.#recount()).waiting + count <= limits.maxWaiting;
    });
  }

  nextRecord(): Promise<number> {
    return this.#onStorage(async () => currentEnd(this.#paths)?.next ?? (await this.reading()).last + 1);
  }

  records(from?: number): AsyncIterable<JournalRecord> {
    return journalRecords(this.#paths, from);
  }

  reading(): Promise<OutboxReading> {
    return this.#onStorage(async () => {
      const { readOutbox } = await import('./read-outbox.js');
      return readOutbox(this.#paths);
    });
  }

  async decide(decisions: readonly Decision[]): Promise<void> {
    if (decisions.length === 0) return;
    await this.#onStorage(async () => {
      if (journalExtent(this.#paths) === undefined) return;
      await this.#visitPatiently({ maxWaiting: Infinity }, (_writer, { journal }) =>
        appendToLog(
          this.#paths.decisions,
          decisions.map((decision) => ({ journal, ...decision })),
        ),
      );
    });
  }

  async noteWithdrawn(eventIds: readonly string[], reason: string): Promise<void> {
    if (eventIds.length === 0) return;
    await this.#onStorage(async () => this.#note(eventIds, { kind: 'withdrawn', reason }));
  }

  async pass<T>(
    work: (sender: Sender) => Promise<T>,
  ): Promise<{ readonly ran: true; readonly value: T } | 'busy'> {
    const lock = await this.#onStorage(async () => tryLockFile(this.#paths.senderLock));
    if (lock === undefined) return 'busy';
    try {
      // What waits for the capture lock, and a torn tail, must not have to wait for another event.
      if (existsSync(this.#paths.directory)) await this.capture([], { maxWaiting: Infinity });
      const { LedgerSender } = await import('./ledger-sender.js');
      return { ran: true, value: await work(new LedgerSender(this.#paths)) };
    } finally {
      lock.release();
    }
  }

  /**
   * The frame of everything that is appended: `work` runs under the capture lock, all else before it is taken or after it
   * is given back. The sync to disk needs no lock, so that many processes share it. `busy`: the lock could not be had.
   *
   * When the journal may hold what was appended and the disk did not confirm it, `unconfirmed` says what became of it;
   * `result` is absent when `work` itself did not come to its end. Every other failure is thrown.
   */
  async #visit<T>(
    limits: CaptureLimits,
    waitMs: number,
    work: Visit<T>,
    unconfirmed?: (error: unknown, result?: T) => T,
  ): Promise<T | 'busy'> {
    for (let counted: Occupancy | undefined; ; counted = await this.#recount()) {
      const writer = new JournalWriter(this.#paths, this.#surroundings);
      let lock: HeldLock | undefined;
      let result: T | 'looks-full' | undefined;
      try {
        writer.lookAhead();
        lock = await lockFile(this.#paths.captureLock, waitMs);
        if (lock === undefined) return 'busy';
        const entered = writer.enter();
        const waiting =
          counted === undefined
            ? entered.waiting
            : counted.waiting + Math.max(0, entered.next - 1 - counted.last);
        const room = Math.max(0, limits.maxWaiting - waiting);
        result = work(writer, { ...entered, waiting }, room, counted !== undefined);
        lock.release();
        if (result === 'looks-full') continue;
        writer.sync();
        return result;
      } catch (error) {
        if (!writer.mayHold || unconfirmed === undefined) throw error;
        return unconfirmed(error, result === 'looks-full' ? undefined : result);
      } finally {
        lock?.release();
        writer.close();
      }
    }
  }

  /** For what cannot be put beside the journal. Fails with `lock-busy`. */
  async #visitPatiently<T>(limits: CaptureLimits, work: Visit<T>): Promise<T> {
    const visited = await this.#visit(limits, this.#surroundings.lockWaitMs ?? PATIENT_WAIT_MS, work);
    if (visited !== 'busy') return visited;
    throw new SyncError('lock-busy', 'Another process holds the capture lock.', {
      hint: 'Try again in a moment.',
    });
  }

  async #wait(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]> {
    const from = await this.nextRecord();
    const outcomes: CaptureOutcome[] = [];
    for (const fact of facts) {
      try {
        await this.#waiting.add(fact, from);
        outcomes.push({ outcome: 'waiting', eventId: fact.event.event_id });
      } catch (error) {
        const isThere = this.#waiting.holds(fact);
        outcomes.push(
          ...(isThere ? unconfirmed([fact], error) : this.#refuseUnstored([fact], limits, error)),
        );
      }
    }
    return outcomes;
  }

  /** The storage did not take the facts. Who keeps them comes again, so nothing is counted. */
  #refuseUnstored(facts: readonly Fact[], limits: CaptureLimits, error: unknown): readonly CaptureOutcome[] {
    const message = messageOf(error);
    return limits.callerKeeps === true
      ? refused(facts, 'storage-failed', message)
      : this.#refuse(facts, 'storage-failed', message);
  }

  /** Counts events that are not taken. The count is lost only where the disk takes nothing at all. */
  #refuse(facts: readonly Fact[], reason: RefusalReason, message: string): readonly CaptureOutcome[] {
    const ids = facts.map(({ event }) => event.event_id);
    attempt(() => this.#note(ids, { kind: 'refused', reason, message }));
    return refused(facts, reason, message);
  }

  /** Explains, durably, what never came into the journal. Needs no lock. */
  #note(
    eventIds: readonly string[],
    about: { readonly kind: string; readonly reason: string; readonly message?: string },
  ): void {
    const at = new Date(this.#surroundings.nowMs()).toISOString();
    makeDirectory(this.#paths.directory);
    appendToLog(
      this.#paths.refused,
      eventIds.map((eventId) => ({ event_id: eventId, ...about, at })),
      'beside',
    );
  }

  /** How much waits, exactly: read from the ledger, and therefore only before something is refused. */
  async #recount(): Promise<Occupancy> {
    const [{ countWaiting }, reading] = await Promise.all([import('./read-outbox.js'), this.reading()]);
    return { last: reading.last, waiting: countWaiting(reading) };
  }

  #onStorage<T>(work: () => Promise<T>): Promise<T> {
    return onStorage(this.#paths.directory, work);
  }
}

/** Seals what waited for the lock, in order, and then these facts, with one write for all of them. */
const seal = (
  writer: JournalWriter,
  end: WriterEnd,
  late: readonly WaitingFact[],
  facts: readonly Fact[],
): readonly CaptureOutcome[] => {
  const sealed = [...late.map(({ fact }) => fact), ...facts].map((fact, index) => ({
    fact,
    event: sealEvent(fact.event, end.nodeId, end.clock + index + 1),
  }));
  writer.append(
    sealed.map(({ fact: { hub, issues }, event }) => ({
      clock: event.lamport_clock,
      team: event.team_slug,
      json: JSON.stringify(event),
      ...(hub === undefined ? {} : { hub }),
      ...(issues === undefined ? {} : { invalid: describeIssues(issues) }),
    })),
  );
  const outcomes = sealed.map(({ event }, index): CaptureOutcome => ({
    outcome: 'captured',
    event,
    record: end.next + index,
    waiting: end.waiting + index + 1,
  }));
  return outcomes.slice(late.length);
};

/** How many events waited when `last` was the newest record. */
interface Occupancy {
  readonly last: number;
  readonly waiting: number;
}

/** What was written is in the journal, and nobody knows for how long. */
const unconfirmed = (facts: readonly Fact[], error: unknown): readonly CaptureOutcome[] =>
  facts.map(({ event }) => ({
    outcome: 'unconfirmed',
    eventId: event.event_id,
    message: messageOf(error),
  }));

const refused = (facts: readonly Fact[], reason: RefusalReason, message: string): readonly CaptureOutcome[] =>
  facts.map(({ event }) => ({ outcome: 'refused', eventId: event.event_id, reason, message }));

// The lock's holders run a few microseconds of synchronous code; who waits longer waits for a stopped process.
const LOCK_WAIT_MS = 250;
const PATIENT_WAIT_MS = 5000;

/** The outboxes below a state root. */
export class LowdbOutboxes implements Outboxes {
  readonly #stateRoot: string;
  readonly #surroundings: OutboxSurroundings;

  constructor(stateRoot: string, surroundings: OutboxSurroundings) {
    this.#stateRoot = stateRoot;
    this.#surroundings = surroundings;
  }

  async list(): Promise<readonly (string | undefined)[]> {
    return onStorage(outboxesDirectory(this.#stateRoot), () => outboxKeys(this.#stateRoot));
  }

  open(project: string | undefined): Outbox {
    // The key becomes a directory's name, and only such names are listed again.
    if (project !== undefined && !isUuidV4(project)) throw new Error(`not a project uuid: ${project}`);
    return new LowdbOutbox(project, outboxPaths(this.#stateRoot, project), this.#surroundings);
  }
}

/** Highest Lamport clock that any outbox of the state root has seen; 0 when there is none. */
export const highestCapturedClock = (stateRoot: string): number =>
  Math.max(0, ...outboxKeys(stateRoot).map((key) => highestClock(outboxPaths(stateRoot, key))));

const outboxKeys = (stateRoot: string): readonly (string | undefined)[] =>
  unlessAbsent(() => readdirSync(outboxesDirectory(stateRoot)), [])
    .flatMap((name) => (name === UNIDENTIFIED ? [undefined] : isUuidV4(name) ? [name] : []))
    .sort();
