import { messageOf } from '../../domain/errors.js';
import type { Intent } from '../../domain/work/intent.js';
import type { CaptureLimits, Outbox } from '../../ports/outbox.js';

/** Which of the intended events a journal has, durably there. */
export interface JournalSearch {
  readonly ids: ReadonlySet<string>;
  /** Why the journal could not be searched to its end, or why what is in it may not stay: nothing can be concluded. */
  readonly trouble?: string;
}

/** Looks for the events of an intent. A journal that was begun afresh meanwhile is searched as a whole. */
export const searchJournal = async (
  outbox: Outbox,
  intent: Intent,
  limits: CaptureLimits,
): Promise<JournalSearch> => {
  const wanted = new Set(intent.events.map(({ event }) => event.event_id));
  const ids = new Set<string>();
  try {
    // Capturing nothing seals what waits for the lock, so that it is seen among the records.
    await outbox.capture([], limits);
    // Where not even its end can be told, the whole of it is searched: one failed read must not capture anything twice.
    const isSameJournal = (await outbox.nextRecord().catch(() => 0)) >= intent.nextRecord;
    for await (const { eventId } of outbox.records(isSameJournal ? intent.nextRecord : undefined)) {
      if (wanted.has(eventId)) ids.add(eventId);
    }
    if (ids.size > 0) await outbox.confirm();
    return { ids };
  } catch (error) {
    return { ids, trouble: messageOf(error) };
  }
};
