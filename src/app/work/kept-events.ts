import { SyncError } from '../../domain/errors.js';
import type { IntendedEvent, Intent } from '../../domain/work/intent.js';
import type { CaptureOutcome } from '../../ports/outbox.js';

/**
 * What became of an event of a piece of work. `kept`: the storage of the outbox is in trouble; the event stays in the
 * repository's intent, and the next command or pass captures it.
 */
export type WorkOutcome =
  CaptureOutcome | { readonly outcome: 'kept'; readonly eventId: string; readonly message: string };

/** Events whose work is done and proven, and whose capture is still to come. */
export interface KeptEvents {
  /** Outbox that they go to; absent for events without identity. */
  readonly project?: string;
  readonly events: readonly IntendedEvent[];
  /** They cannot be in the journal before this record. */
  readonly nextRecord: number;
}

/**
 * Whether an event has to come again: the storage failed, which passes. A full outbox is an answer, and the event is
 * counted as refused.
 */
export const isUnsettled = (outcome: CaptureOutcome | undefined): boolean =>
  outcome?.outcome === 'unconfirmed' ||
  (outcome?.outcome === 'refused' && outcome.reason === 'storage-failed');

/** What is told of events that stay in the intent. */
export const asKept = (outcome: CaptureOutcome): WorkOutcome =>
  isUnsettled(outcome) && (outcome.outcome === 'refused' || outcome.outcome === 'unconfirmed')
    ? { outcome: 'kept', eventId: outcome.eventId, message: outcome.message }
    : outcome;

/** The same events, for whoever looks for them again: their work needs no further proof. */
export const keptOf = (intent: Intent, events: readonly IntendedEvent[]): KeptEvents => ({
  ...(intent.project === undefined ? {} : { project: intent.project }),
  nextRecord: intent.nextRecord,
  events: events.map((each) => ({
    ...each,
    evidence: { evidence: 'established', path: each.evidence.path },
  })),
});

/** An intent to capture and nothing else. */
export const captureIntent = (kept: KeptEvents): Intent => ({
  version: 1,
  ...(kept.project === undefined ? {} : { project: kept.project }),
  events: kept.events,
  nextRecord: kept.nextRecord,
});

/**
 * The intent of further work, which also keeps what is still to be captured. Fails with `storage-failed` when that
 * belongs to another outbox, as after a change of the project's identity: an intent has one, and nothing may be lost.
 */
export const withKept = (intent: Intent, kept: KeptEvents | undefined): Intent => {
  if (kept === undefined) return intent;
  if (kept.project !== intent.project) {
    throw new SyncError(
      'storage-failed',
      `${kept.events.length} events of this repository's former identity cannot be stored yet.`,
      { hint: 'See what `spec-kitty sync doctor` says about the state root, then run the command again.' },
    );
  }
  return {
    ...intent,
    events: [...kept.events, ...intent.events],
    nextRecord: Math.min(kept.nextRecord, intent.nextRecord),
  };
};
