import { isFields } from '../../domain/document.js';
import type { EventReader, ReadAnswer, ReadEvent, ReadRequest } from '../../ports/delivery.js';
import { HubPages, PAGE, type HubPagesOptions } from './hub-pages.js';

/** `GET /api/v1/events/` with got. */
export class GotEventReader implements EventReader {
  readonly #pages: HubPages;

  constructor(options: HubPagesOptions) {
    this.#pages = new HubPages(options);
  }

  async read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer> {
    const { hub, accessToken, after, projectUuid, history } = request;
    const project = projectUuid === undefined ? '' : `&project=${encodeURIComponent(projectUuid)}`;
    const of = history === undefined ? '' : `&history=${encodeURIComponent(history)}`;
    const path = `/api/v1/events/?after=${encodeURIComponent(String(after))}&limit=${PAGE}${project}${of}`;
    const understand = (body: unknown): ReadAnswer | undefined => pageOf(body, after);
    const read = await this.#pages.read({ hub, accessToken, path, what: 'events', understand }, signal);
    if (read.answer !== 'refused') return read;
    return typeof after === 'string' ? { answer: 'unknown-event' } : { ...read, answer: 'unavailable' };
  }

  /** Ends every connection; safe to repeat. */
  close(): Promise<void> {
    return this.#pages.close();
  }
}

/** A cursor that does not move on would be asked for ever: such an answer is none. */
const pageOf = (body: unknown, after: number | string): ReadAnswer | undefined => {
  if (!isFields(body)) return undefined;
  const { events, next, more } = body;
  if (!Array.isArray(events) || typeof next !== 'number' || typeof more !== 'boolean') return undefined;
  if (more && next <= (typeof after === 'number' ? after : 0)) return undefined;
  return events.every(isReadEvent) ? { answer: 'page', events, next, more } : undefined;
};

const isReadEvent = (value: unknown): value is ReadEvent =>
  isFields(value) && typeof value['sequence'] === 'number' && isFields(value['event']);
