import type { Evidence, Intent } from '../../domain/work/intent.js';
import type { CaptureOutcome, Fact } from '../../ports/outbox.js';
import type { FileChange } from '../../ports/work.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type { Emission } from '../outbox/event-emitter.js';

/** An event of the work, and where the proof will stand that its work was done. */
export interface PlannedEvent {
  readonly fact: Fact;
  readonly evidence: Evidence;
}

/** What a command decided from fresh files, under the repository's lock. Without changes and events it is nothing to do. */
export interface WorkPlan<R> {
  readonly result: R;
  /** In the order of writing: a file that holds evidence comes after those that hold none. */
  readonly changes: readonly FileChange[];
  /** In the order of capture. The evidence of each stands in the `after` of a change, and not in its `before`. */
  readonly events: readonly PlannedEvent[];
  /** What is told beside the result: files that contradict each other. */
  readonly warnings?: readonly string[];
  /** Message of the commit of exactly the changed files; absent leaves the commit to the user. */
  readonly message?: string;
}

/** Takes back what a plan did beside its changes, such as a work tree. */
export type Undo = () => Promise<void>;

/** What a piece of work is about, as far as it is known before the files are read. */
export interface WorkSubject {
  readonly feature?: string;
  readonly workPackageId?: string | undefined;
  /** Who does the work. */
  readonly agent?: string | undefined;
}

export interface WorkRequest<R> {
  readonly checkout: Checkout;
  /** Goes into the event of work that breaks. */
  readonly subject?: WorkSubject;
  /**
   * Reads the files and decides; refuses by throwing a `SyncError`. Runs once, under the repository's lock. When it or
   * the work fails after all, what it put into `undoing` is called, the last first.
   */
  readonly plan: (emission: Emission, held: HeldRepository, undoing: Undo[]) => Promise<WorkPlan<R>>;
}

export interface PerformedWork<R> {
  readonly result: R;
  /** What became of each event, in order. Whatever it is, it is to be reported and fails nothing. */
  readonly outcomes: readonly WorkOutcome[];
  /** As the plan has them. */
  readonly warnings?: readonly string[];
  /** The commit that holds the work, if one was made. */
  readonly commit?: string;
  /** What an earlier command had left over, if anything. */
  readonly leftOver?: ResolvedLeftOver;
  /** Who, where and for whom the work was done; absent when nothing was attempted. */
  readonly emission?: Emission;
}

/** What became of the intent of a process that died. */
export interface ResolvedLeftOver {
  /** Events that were captured just now, because their work had been done. */
  readonly outcomes: readonly WorkOutcome[];
  /** Ids of the events whose work left no evidence. */
  readonly withdrawn: readonly string[];
  /** Why git refused the commit of the work that was found; the files stay as they are, uncommitted. */
  readonly commitRefused?: string;
  /**
   * The intent to capture what the storage did not take, and nothing else: the work is proven. It stays, until one of
   * other work takes its place and keeps these events with its own.
   */
  readonly kept?: Intent;
}

/**
 * What became of an event of a piece of work. `kept`: the storage of the outbox is in trouble; the event stays in the
 * repository's intent, and the next command or pass captures it.
 */
export type WorkOutcome =
  CaptureOutcome | { readonly outcome: 'kept'; readonly eventId: string; readonly message: string };

export const nothingToDo = <R>(result: R): WorkPlan<R> => ({ result, changes: [], events: [] });

/** What is told of an event whose capture was tried: a full outbox is an answer, trouble of the storage passes. */
export const asKept = (outcome: CaptureOutcome): WorkOutcome =>
  outcome.outcome === 'unconfirmed' || (outcome.outcome === 'refused' && outcome.reason === 'storage-failed')
    ? { outcome: 'kept', eventId: outcome.eventId, message: outcome.message }
    : outcome;
