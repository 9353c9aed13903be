import type { EventFacts } from '../events/envelope.js';

/**
 * Where the proof lies that a piece of work was done: a line that stands in a file, or the id of the event under a
 * key of `announced` in a feature's `meta.json`.
 */
export type Evidence =
  | { readonly evidence: 'line'; readonly path: string; readonly line: string }
  | { readonly evidence: 'announced'; readonly path: string; readonly key: string; readonly eventId: string };

export interface IntendedEvent {
  readonly event: EventFacts;
  /** Hub at the time the work began. */
  readonly hub?: string;
  readonly evidence: Evidence;
}

/**
 * What a command is about to do and capture. It is durable before the first edit and gone after the last capture, so
 * a left-over means that its writer died in between, and the evidence tells on which side.
 */
export interface Intent {
  readonly version: 1;
  /** Outbox that the events go to; absent for events without identity. */
  readonly project?: string;
  /** In the order of their capture. */
  readonly events: readonly IntendedEvent[];
  /** Branch that was checked out in the main checkout. */
  readonly branch?: string;
  /** The commit that belongs to the work; absent with `--no-commit`. */
  readonly commit?: { readonly paths: readonly string[]; readonly message: string };
  /** Journal's next record number when the work began: earlier records need not be searched. */
  readonly nextRecord: number;
}
