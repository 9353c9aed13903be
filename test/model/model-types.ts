import type { Account } from '../../src/domain/outbox/account.js';
import type { Decision } from '../../src/domain/outbox/decision.js';

/** A record of the journal as the model knows it. */
export interface ModelRecord {
  readonly record: number;
  readonly eventId: string;
  readonly hub?: string;
  readonly team: string;
  readonly invalid?: string;
}

/** What became of a record at one hub and team; a record without a state waits. */
export type ModelState =
  | { readonly is: 'delivered' | 'duplicate' | 'discarded' }
  /** Belongs elsewhere, and its segment is gone. */
  | { readonly is: 'reclaimed'; readonly reason: string }
  | {
      readonly is: 'failing' | 'refused' | 'dead';
      readonly attempts: number;
      readonly reason: string;
      readonly dueAtMs?: number;
    };

export interface ModelLedger {
  hub: string;
  /** Where a hub was that has said its id. */
  urls: readonly string[];
  readonly team: string;
  readonly first: number;
  readonly states: Map<number, ModelState>;
  /** How many decisions it has entered for good. */
  decided: number;
  isClosed: boolean;
  refusal?: { readonly reason: string; readonly untilMs: number };
}

/** Who asks, when, and what may leave. */
export interface Situation {
  readonly account: Account | undefined;
  readonly sharing: 'on' | 'off' | 'unreadable';
  readonly nowMs: number;
  readonly isInsisted: boolean;
}

export type ModelStanding =
  | { readonly is: 'settled' }
  | { readonly is: 'dead' | 'held'; readonly reason: string }
  | { readonly is: 'pending'; readonly isDue: boolean };

export type Claim = Extract<Decision, { readonly decision: 'claim' }>;

export const DAMAGED = 'the record is damaged';
