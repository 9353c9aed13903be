import type { AdoptableEvent } from '../domain/events/adopt-document.js';
import type { EventEnvelope, EventFacts } from '../domain/events/envelope.js';
import type { Decision } from '../domain/outbox/decision.js';
import type { HubLedger } from '../domain/outbox/ledger.js';
import type { Issue } from '../domain/result.js';

/** An event that is about to be captured, with the hub of the account at the time its work began. */
export interface Fact {
  readonly event: EventFacts;
  /** The hub's id, else its URL; absent when nobody was signed in. */
  readonly hub?: string;
  /** What validation found: the event is captured all the same, as a dead letter. */
  readonly issues?: readonly Issue[];
}

export interface CaptureLimits {
  /** Captures are refused when this many events wait. */
  readonly maxWaiting: number;
  /** The caller keeps what cannot be stored and comes again with it: it is told, and not counted as refused. */
  readonly callerKeeps?: boolean;
}

export type CaptureOutcome =
  /** Durable: it survives a power cut. */
  | {
      readonly outcome: 'captured';
      readonly event: EventEnvelope;
      readonly record: number;
      readonly waiting: number;
    }
  /** Durable too, but not sealed yet: the capture lock could not be had in time. */
  | { readonly outcome: 'waiting'; readonly eventId: string }
  /**
   * The journal has it or may have it, but the disk did not confirm it: a power cut can take it away. It is neither
   * captured nor refused, and must not be captured under another id; whether it is there, its id tells later.
   */
  | { readonly outcome: 'unconfirmed'; readonly eventId: string; readonly message: string }
  /** Not taken, and counted as refused. Nothing earlier is touched. */
  | {
      readonly outcome: 'refused';
      readonly eventId: string;
      readonly reason: RefusalReason;
      readonly message: string;
    };

export type RefusalReason = 'outbox-full' | 'storage-failed';

/** One line of the journal. A record that cannot be read keeps its number and carries no event. */
export interface JournalRecord {
  readonly record: number;
  readonly eventId: string;
  /** Hub of the account at capture; absent when nobody was signed in. */
  readonly hub?: string;
  readonly team: string;
  /** The stored event, character for character; absent when the record is damaged. */
  readonly json?: string;
  /** Why this record can never be sent: damage, or the issues that validation found. */
  readonly invalid?: string;
}

/** Counts that stand beside the accounting identity, never in it. */
export interface BesideCounts {
  readonly refused: number;
  readonly withdrawn: number;
  readonly waitingForLock: number;
  readonly tornTails: number;
}

/** Everything the records of one outbox say at one moment. The only source of every report. */
export interface OutboxReading {
  /** Id of the journal: a ledger of another journal counts as lost. */
  readonly journal: string;
  /** Oldest record still there. */
  readonly first: number;
  /** Newest record; `first - 1` when there is none. */
  readonly last: number;
  readonly ledgers: readonly HubLedger[];
  readonly decisions: readonly Decision[];
  /** Set when the decisions cannot be read: `local` events are held until a person looks. */
  readonly decisionsUnreadable?: string;
  readonly beside: BesideCounts;
}

/** The one process that delivers an outbox, while its pass lasts. */
export interface Sender {
  /** What the records say now; a ledger that is missing or of another journal appears empty. */
  reading(): Promise<OutboxReading>;
  /**
   * The records from `from` on, in order, in bounded memory, up to the newest at the time of the call. Everything it
   * yields is on disk: the journal is synced first.
   */
  records(from: number): AsyncIterable<JournalRecord>;
  /** Makes the changed ledgers durable in one atomic write. Nothing else changes them while the pass lasts. */
  settle(change: (ledgers: readonly HubLedger[]) => readonly HubLedger[]): Promise<void>;
  /** Adds a human explanation beside the ledger, which alone decides the counts. */
  explainDeadLetters(entries: readonly { record: number; eventId: string; reason: string }[]): Promise<void>;
  /**
   * Shows sealed segments, oldest first, that were last written before `writtenBeforeMs`, and removes each for which
   * `mayGo` says so, until it first says no. Returns how many records went.
   */
  reclaim(
    mayGo: (segment: readonly JournalRecord[]) => Promise<boolean>,
    writtenBeforeMs: number,
  ): Promise<number>;
}

/** An event that another program captured: it keeps its id, node and Lamport timestamp. */
export type ForeignEvent = Omit<AdoptableEvent, 'projectUuid'>;

export interface Adoption {
  readonly adopted: number;
  /** Events whose ids are in the journal already. */
  readonly known: number;
  /** Events for which there was no room. */
  readonly refused: number;
}

/** One project's durable store of captured events. */
export interface Outbox {
  /** Project uuid; `undefined` for events without identity. */
  readonly project: string | undefined;
  /**
   * Seals and appends events, in order, as one step: all are durable when this resolves, or the outcome of each says
   * otherwise. Capturing nothing seals what waits and confirms what the journal has. Never throws for a full disk, a busy lock or a full outbox. Any number of processes may call it at
   * once. Its cost does not depend on what is stored.
   */
  capture(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]>;
  /**
   * Takes over events that were captured elsewhere, in order; what was adopted is durable when this resolves, and the
   * clock is past all of it. Ids that are in the journal already are skipped, so it may be repeated.
   */
  adopt(events: readonly ForeignEvent[], limits: CaptureLimits): Promise<Adoption>;
  /** Makes durable whatever the journal holds by now. Fails with `storage-failed`. */
  confirm(): Promise<void>;
  /** Whether `count` more events fit under the limit. */
  hasRoomFor(count: number, limits: CaptureLimits): Promise<boolean>;
  /** The number that the next captured event will get. */
  nextRecord(): Promise<number>;
  /** The records from `from` on, in order, in bounded memory; an incomplete last line is left out. Takes no lock. */
  records(from?: number): AsyncIterable<JournalRecord>;
  /** What the records say now. Takes no lock. */
  reading(): Promise<OutboxReading>;
  /** Appends decisions, durable before this resolves. Callers may race. */
  decide(decisions: readonly Decision[]): Promise<void>;
  /** Counts intents that were withdrawn because their work left no evidence. */
  noteWithdrawn(eventIds: readonly string[], reason: string): Promise<void>;
  /** Runs `work` as the only sender of this outbox on this machine; `busy` when another process is the sender. */
  pass<T>(work: (sender: Sender) => Promise<T>): Promise<{ readonly ran: true; readonly value: T } | 'busy'>;
}

/** All outboxes of the state root. */
export interface Outboxes {
  /** Keys of the outboxes that exist: project uuids, and `undefined` for events without identity. */
  list(): Promise<readonly (string | undefined)[]>;
  /** The outbox of a project; made on the first capture, not before. */
  open(project: string | undefined): Outbox;
}

/** One row of the queue that an older client left behind. */
export interface QueuedRow {
  readonly eventId: string;
  /** The whole envelope as JSON text, if it is that. */
  readonly data: string;
}

/** Reads the SQLite queues of the Python client (spec-kitty 2.x). */
export interface ForeignQueue {
  /**
   * The queue files at a place: the file itself, or those of a state root, where the client keeps one and later one for
   * each account (`queue.db`, `queues/queue-*.db`). Empty when there is none.
   */
  files(place: string): Promise<readonly string[]>;
  /**
   * All rows, oldest first. The file is opened for reading only and stays as it is. Fails with `input-invalid` for a
   * file that is not such a queue, and with `dependency-missing` where the SQLite driver cannot be had.
   */
  rows(file: string): Promise<readonly QueuedRow[]>;
}

/** What the files of the state root look like, whatever they hold. Paths are relative to it, with `/`. */
export interface StateFilesReading {
  readonly root: string;
  /** Whether there is one: before the first capture there is none, and nothing is wrong with that. */
  readonly exists: boolean;
  /** Files and directories that others on this machine may read or write. */
  readonly loose: readonly string[];
  /** Temporary files whose writers died: last touched longer ago than any write takes. */
  readonly stale: readonly string[];
  /** Files that we may not read or write. */
  readonly inaccessible: readonly string[];
  /** Locks that a process holds at the moment. */
  readonly busyLocks: readonly string[];
  /** Bytes that this user may still write; absent where the system does not say. */
  readonly freeBytes?: number;
  /** Name of the network file system that the root lies on, if it does. */
  readonly networkFileSystem?: string;
}

/** The state root as files. */
export interface StateFiles {
  /** Looks at everything and changes nothing. `nowMs`: milliseconds since 1970. Fails with `storage-failed`. */
  read(nowMs: number): Promise<StateFilesReading>;
  /** Makes these private to the user; returns how many are. */
  secure(paths: readonly string[]): Promise<number>;
  /** Removes these; returns how many are gone. Only ever called with what `read` found stale. */
  remove(paths: readonly string[]): Promise<number>;
  /** Whether a directory outside of the root is gone for good: it is missing, and the place where it was is there. */
  isGone(directory: string): Promise<boolean>;
}
