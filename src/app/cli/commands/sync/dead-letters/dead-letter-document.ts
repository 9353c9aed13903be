import type { DeadLetter } from '../../../../reports/list-dead-letters.js';

/** A dead letter as `--json` shows it in lists: everything but the event itself. */
export const deadLetterDocument = (letter: DeadLetter): object => ({
  event_id: letter.eventId,
  project_uuid: letter.projectUuid ?? null,
  record: letter.record,
  event_type: letter.eventType ?? null,
  aggregate_id: letter.aggregateId ?? null,
  timestamp: letter.timestamp ?? null,
  attempts: letter.attempts,
  refused_by: letter.refusedBy,
  reason: letter.reason,
});
