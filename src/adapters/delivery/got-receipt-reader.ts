import { isFields } from '../../domain/document.js';
import type { ReceiptAnswer, ReceiptReader, ReceiptRequest } from '../../ports/delivery.js';
import { HubPages, PAGE, type HubPagesOptions } from './hub-pages.js';

/** `GET /api/v1/receipts/` with got. */
export class GotReceiptReader implements ReceiptReader {
  readonly #pages: HubPages;

  constructor(options: HubPagesOptions) {
    this.#pages = new HubPages(options);
  }

  async read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer> {
    const { hub, accessToken, after, projectUuid } = request;
    const path = `/api/v1/receipts/?project=${encodeURIComponent(projectUuid)}&after=${after}&limit=${PAGE}`;
    const understand = (body: unknown): ReceiptAnswer | undefined => pageOf(body, after);
    const read = await this.#pages.read({ hub, accessToken, path, what: 'receipts', understand }, signal);
    if (read.answer === 'other-history')
      return { answer: 'unavailable', reason: 'the hub was restored meanwhile' };
    return read.answer === 'refused' ? { ...read, answer: 'unavailable' } : read;
  }

  /** Ends every connection; safe to repeat. */
  close(): Promise<void> {
    return this.#pages.close();
  }
}

/** A cursor that does not move on would be asked for ever: such an answer is none. */
const pageOf = (body: unknown, after: number): ReceiptAnswer | undefined => {
  if (!isFields(body)) return undefined;
  const { receipts, next, more } = body;
  if (!Array.isArray(receipts) || typeof next !== 'number' || typeof more !== 'boolean') return undefined;
  if (more && next <= after) return undefined;
  const eventIds = receipts.map((receipt: unknown) => (isFields(receipt) ? receipt['event_id'] : undefined));
  return eventIds.every((id) => typeof id === 'string')
    ? { answer: 'page', eventIds, next, more }
    : undefined;
};
