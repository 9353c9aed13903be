import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Decision } from '../../domain/outbox/decision.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type HeldLock, lockFile, tryLockFile } from '../fs/process-lock.js';
import { onStorage } from '../fs/storage-failure.js';
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
  Sender,
} from '../../ports/outbox.js';
import { CaptureSection, type Occupancy } from './capture-section.js';
import type { ForeignEvents } from './foreign-events.js';
import { currentTail, newestSegment, syncJournal } from './journal-writer.js';
import {
  outboxesDirectory,
  outboxPaths,
  type OutboxPaths,
  type OutboxSurroundings,
  UNIDENTIFIED,
} from './outbox-paths.js';
import { estimateWaiting, nextNumber, readSettledMark } from './settled-mark.js';
import { WaitingFacts } from './waiting-facts.js';
import { isUuidV4 } from '../../domain/ids.js';
import { scanSegment } from './scan-segment.js';

/**
 * The durable outbox of one project: an append-only journal of segments, and a lowdb ledger for each hub and team.
 * Capturing touches only the journal; everything about delivery is loaded when it is asked for.
 */
class LowdbOutbox implements Outbox {
  readonly project: string | undefined;
  readonly #paths: OutboxPaths;
  readonly #surroundings: OutboxSurroundings;
  readonly #section: CaptureSection;
  readonly #waiting: WaitingFacts;
  readonly #captureWaitMs: number;
  readonly #lockWaitMs: number;
  #foreign: ForeignEvents | undefined;

  constructor(project: string | undefined, paths: OutboxPaths, surroundings: OutboxSurroundings) {
    this.project = project;
    this.#paths = paths;
    this.#surroundings = surroundings;
    this.#captureWaitMs = surroundings.captureWaitMs ?? LOCK_WAIT_MS;
    this.#lockWaitMs = surroundings.lockWaitMs ?? PATIENT_WAIT_MS;
    this.#waiting = new WaitingFacts(paths.waiting);
    this.#section = new CaptureSection(paths, surroundings, this.#waiting);
  }

  async capture(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]> {
    try {
      return await this.#captureUnderLock(facts, limits);
    } catch (error) {
      return this.#refuse(facts, limits, error);
    }
  }

  adopt(events: readonly ForeignEvent[], limits: CaptureLimits): Promise<Adoption> {
    return this.#onStorage(async () => {
      const { ForeignEvents } = await import('./foreign-events.js');
      this.#foreign ??= new ForeignEvents({
        paths: this.#paths,
        surroundings: this.#surroundings,
        lock: () => this.#lock(),
        recount: () => this.#recount(),
      });
      return this.#foreign.adopt(events, limits);
    });
  }

  confirm(): Promise<void> {
    return this.#onStorage(async () => syncJournal(this.#paths));
  }

  hasRoomFor(count: number, limits: CaptureLimits): Promise<boolean> {
    return this.#onStorage(async () => {
      const tail = currentTail(this.#paths.current);
      if (tail !== undefined) {
        const mark = readSettledMark(this.#paths.settled);
        const waiting = estimateWaiting(tail.journal, nextNumber(tail, mark) - 1, mark);
        if (waiting + count <= limits.maxWaiting) return true;
      }
      return (await this.#recount()).waiting + count <= limits.maxWaiting;
    });
  }

  nextRecord(): Promise<number> {
    return this.#onStorage(async () => {
      const tail = currentTail(this.#paths.current);
      if (tail !== undefined) return nextNumber(tail, readSettledMark(this.#paths.settled));
      return (await this.reading()).last + 1;
    });
  }

  async *records(from = 1): AsyncGenerator<JournalRecord> {
    const { JournalReader } = await import('./journal-reader.js');
    yield* new JournalReader(this.#paths).records(from);
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
      const { JournalReader } = await import('./journal-reader.js');
      if ((await new JournalReader(this.#paths).extent()) === undefined) return;
      await this.#locked(() => this.#section.decide(decisions));
    });
  }

  async noteWithdrawn(eventIds: readonly string[], reason: string): Promise<void> {
    if (eventIds.length === 0) return;
    await this.#onStorage(() => this.#locked(() => this.#section.noteWithdrawn(eventIds, reason)));
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

  async #captureUnderLock(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]> {
    for (let occupancy: Occupancy | undefined; ; occupancy = await this.#recount()) {
      const lock = await lockFile(this.#paths.captureLock, this.#captureWaitMs);
      if (lock === undefined) return this.#wait(facts, limits);
      const captured = this.#section.run(facts, limits, occupancy, lock);
      if (captured !== 'looks-full') return captured;
    }
  }

  /** The lock's holder is stopped: the facts are made durable beside the journal, and the next capture seals them. */
  async #wait(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]> {
    const from = await this.nextRecord();
    return this.#waiting.addAll(facts, from, (fact, error) => this.#refuse([fact], limits, error));
  }

  /** The storage did not take the facts. Who keeps them comes again, so nothing is counted. */
  #refuse(facts: readonly Fact[], limits: CaptureLimits, error: unknown): readonly CaptureOutcome[] {
    const message = messageOf(error);
    if (limits.callerKeeps !== true) return this.#section.refuse(facts, 'storage-failed', message);
    return facts.map(({ event: { event_id: eventId } }) => ({
      outcome: 'refused',
      eventId,
      reason: 'storage-failed',
      message,
    }));
  }

  /** How much waits, exactly: read from the ledger, and therefore only before something is refused. */
  async #recount(): Promise<Occupancy> {
    const [{ countWaiting }, reading] = await Promise.all([import('./read-outbox.js'), this.reading()]);
    return { last: reading.last, waiting: countWaiting(reading) };
  }

  #onStorage<T>(work: () => Promise<T>): Promise<T> {
    return onStorage(this.#paths.directory, work);
  }

  async #locked(work: () => void): Promise<void> {
    const lock = await this.#lock();
    try {
      work();
    } finally {
      lock.release();
    }
  }

  /** The capture lock, for work that can be asked to come back later. */
  async #lock(): Promise<HeldLock> {
    const lock = await lockFile(this.#paths.captureLock, this.#lockWaitMs);
    if (lock !== undefined) return lock;
    throw new SyncError('lock-busy', 'Another process holds the capture lock.', {
      hint: 'Try again in a moment.',
    });
  }
}

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
    const directory = outboxesDirectory(this.#stateRoot);
    return outboxKeys(await onStorage(directory, () => namesIn(directory)));
  }

  open(project: string | undefined): Outbox {
    // The key becomes a directory's name, and only such names are listed again.
    if (project !== undefined && !isUuidV4(project)) throw new Error(`not a project uuid: ${project}`);
    return new LowdbOutbox(project, outboxPaths(this.#stateRoot, project), this.#surroundings);
  }
}

/** Highest Lamport clock that any outbox of the state root has seen; 0 when there is none. */
export const highestCapturedClock = (stateRoot: string): number => {
  const names = namesIn(outboxesDirectory(stateRoot));
  return Math.max(0, ...outboxKeys(names).map((key) => highestClock(outboxPaths(stateRoot, key))));
};

const outboxKeys = (names: readonly string[]): readonly (string | undefined)[] =>
  names.flatMap((name) => (name === UNIDENTIFIED ? [undefined] : isUuidV4(name) ? [name] : [])).sort();

const namesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** Highest Lamport clock in the open segment of an outbox, else in its newest sealed one; 0 when there is neither. */
export const highestClock = (paths: OutboxPaths): number => {
  const sealed = newestSegment(paths)?.clock ?? 0;
  try {
    return Math.max(sealed, scanSegment(readFileSync(paths.current)).clock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return sealed;
    throw error;
  }
};
