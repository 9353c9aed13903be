import type { DataOf } from '../documents/all.js';

/** Why a pass was over. Only `complete` means that everything due was answered. */
export type PassEnd =
  | { readonly end: 'complete' }
  /** Another process is the sender of this outbox at the moment. */
  | { readonly end: 'busy' }
  | { readonly end: 'interrupted' }
  /** The hub answered, and nothing became of any event of a whole batch: asking on would not end. */
  | { readonly end: 'nothing-moved' }
  | { readonly end: 'unavailable'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly end: 'signed-out' }
  | { readonly end: 'forbidden'; readonly reason: string }
  | { readonly end: 'protocol-mismatch'; readonly reason: string }
  | { readonly end: 'unexpected'; readonly reason: string }
  /** This outbox could not be read or written. */
  | { readonly end: 'storage-failed'; readonly reason: string }
  /** Too many events of this outbox need a person's decision. */
  | { readonly end: 'too-many-exceptions' };

/** How many events what became of; `rejected` ones are due again later, `deadLetters` were given up on. */
export type PassCounts = Pick<DataOf<'sync now'>, 'delivered' | 'duplicate' | 'rejected' | 'deadLetters'>;

/** What one pass did to one outbox. */
export interface PassReport extends PassCounts {
  readonly ended: PassEnd;
}

export const NOTHING_PASSED: PassCounts = { delivered: 0, duplicate: 0, rejected: 0, deadLetters: 0 };

export const addCounts = (a: PassCounts, b: PassCounts): PassCounts => ({
  delivered: a.delivered + b.delivered,
  duplicate: a.duplicate + b.duplicate,
  rejected: a.rejected + b.rejected,
  deadLetters: a.deadLetters + b.deadLetters,
});

/** How many events something became of. */
export const totalOf = ({ delivered, duplicate, rejected, deadLetters }: PassCounts): number =>
  delivered + duplicate + rejected + deadLetters;
