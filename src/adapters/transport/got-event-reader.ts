import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { endpointUrl } from '../../domain/delivery/hub-url.js';
import { isFields } from '../../domain/wire.js';
import type { EventReader, ReadAnswer, ReadEvent, ReadRequest } from '../../ports/event-reader.js';
import { BoundedHttp, type HttpReply, type HttpTimeouts } from '../net/bounded-http.js';
import { parseJson, reasonIn } from '../net/printable.js';
import { requireSecureHub } from '../net/secure-hub.js';
import { BATCH_TIMEOUTS } from './got-batch-transport.js';

export interface GotEventReaderOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timeouts?: HttpTimeouts;
}

/** `GET /api/v1/events/` with got. */
export class GotEventReader implements EventReader {
  readonly #http: BoundedHttp;

  constructor(options: GotEventReaderOptions) {
    this.#http = new BoundedHttp({
      version: options.version,
      timeouts: options.timeouts ?? BATCH_TIMEOUTS,
      maxResultBytes: 8 * 1024 * 1024,
      maxErrorBytes: 1024 * 1024,
    });
  }

  async read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer> {
    requireSecureHub(request.hub);
    if (!isBearerToken(request.accessToken)) return { answer: 'unauthorized' };
    const { after, projectUuid } = request;
    const project = projectUuid === undefined ? '' : `&project=${encodeURIComponent(projectUuid)}`;
    const query = `?after=${encodeURIComponent(String(after))}&limit=${PAGE}${project}`;
    const url = endpointUrl(request.hub.url, `/api/v1/events/${query}`);
    const headers = { authorization: `Bearer ${request.accessToken}` };
    const reply = await this.#http.request({ method: 'GET', url, headers }, signal);
    return readAnswer(reply, request);
  }

  /** Ends every connection; safe to repeat. */
  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }
}

const PAGE = 1000;

const readAnswer = (reply: HttpReply, { accessToken, after }: ReadRequest): ReadAnswer => {
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
          reason: 'an answer that is no list of events',
        }
      );
    case 401:
      return { answer: 'unauthorized' };
    case 404:
    case 405:
      return { answer: 'unsupported' };
    default: {
      if (status === 400 && typeof after === 'string') return { answer: 'unknown-event' };
      const reason = reasonIn(body, [accessToken]);
      return {
        answer: 'unavailable',
        reason: reason === '' ? `status ${status}` : `status ${status}: ${reason}`,
      };
    }
  }
};

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
