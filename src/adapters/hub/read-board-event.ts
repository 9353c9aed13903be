import type { BoardEvent } from '../../domain/hub/board-event.js';
import type { EnvelopeDocument } from '../../domain/events/envelope-document.js';
import { upcast } from '../../domain/events/upcast.js';

/** A stored document as the board reads it. It was judged before it was stored, so it is not judged again. */
export const readBoardEvent = (eventId: string, document: string): BoardEvent => ({
  ...upcast(JSON.parse(document) as EnvelopeDocument),
  event_id: eventId,
});
