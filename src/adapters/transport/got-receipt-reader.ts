import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { endpointUrl } from '../../domain/delivery/hub-url.js';
import { isFields } from '../../domain/wire.js';
import type { ReceiptAnswer, ReceiptReader, ReceiptRequest } from '../../ports/receipts.js';
import { BoundedHttp, type HttpReply, type HttpTimeouts } from '../net/bounded-http.js';
import { parseJson, reasonIn } from '../net/printable.js';
import { requireSecureHub } from '../net/secure-hub.js';
import { BATCH_TIMEOUTS } from './got-batch-transport.js';

export interface GotReceiptReaderOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timeouts?: HttpTimeouts;
}

/** `GET /api/v1/receipts/` with got. */
export class GotReceiptReader implements ReceiptReader {
  readonly #http: BoundedHttp;

  constructor(options: GotReceiptReaderOptions) {
    this.#http = new BoundedHttp({
      version: options.version,
      timeouts: options.timeouts ?? BATCH_TIMEOUTS,
      maxResultBytes: 8 * 1024 * 1024,
      maxErrorBytes: 1024 * 1024,
    });
  }

  async read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer> {
    requireSecureHub(request.hub);
    if (!isBearerToken(request.accessToken)) return { answer: 'unauthorized' };
    const query = `?project=${encodeURIComponent(request.projectUuid)}&after=${request.after}&limit=${PAGE}`;
    const url = endpointUrl(request.hub.url, `/api/v1/receipts/${query}`);
    const headers = { authorization: `Bearer ${request.accessToken}` };
    const reply = await this.#http.request({ method: 'GET', url, headers }, signal);
    return receiptAnswer(reply, request);
  }

  /** Ends every connection; safe to repeat. */
  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }
}

const PAGE = 1000;

const receiptAnswer = (reply: HttpReply, { accessToken, after }: ReceiptRequest): ReceiptAnswer => {
  if (reply.kind === 'oversized') {
    return { answer: 'unavailable', reason: `a body over ${reply.limitBytes} bytes` };
  }
  if (reply.kind !== 'answer') return { answer: 'unavailable', reason: reply.reason };
  const { status, body } = reply;
  switch (status) {
    case 200:
      return (
        pageOf(parseJson(body), after) ?? {
          answer: 'unavailable',
          reason: 'an answer that is no list of receipts',
        }
      );
    case 401:
      return { answer: 'unauthorized' };
    case 404:
    case 405:
      return { answer: 'unsupported' };
    default: {
      const reason = reasonIn(body, [accessToken]);
      return {
        answer: 'unavailable',
        reason: reason === '' ? `status ${status}` : `status ${status}: ${reason}`,
      };
    }
  }
};

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
