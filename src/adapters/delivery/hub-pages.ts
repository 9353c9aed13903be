import type { HubAddress } from '../../domain/outbox/account.js';
import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { parseJson } from '../../domain/document.js';
import { endpointUrl } from '../../domain/delivery/hub-url.js';
import {
  type HttpReply,
  type HttpTimeouts,
  BoundedHttp,
  requireSecureHub,
  reasonIn,
} from './bounded-http.js';
import { BATCH_TIMEOUTS } from './got-batch-transport.js';

export interface HubPagesOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timeouts?: HttpTimeouts;
}

/** Why there is no page. */
type NoPage =
  | { readonly answer: 'unauthorized' }
  | { readonly answer: 'unsupported' }
  | { readonly answer: 'other-history' }
  | { readonly answer: 'unavailable'; readonly reason: string };

/** One page of a list that a hub keeps, as it is asked for and understood. */
interface PageQuery<P> {
  readonly hub: HubAddress;
  readonly accessToken: string;
  /** Path and query; at most {@link PAGE} entries are asked for. */
  readonly path: string;
  /** What the list is of, in the plural. */
  readonly what: string;
  /** The page in a body; `undefined` when it is none. */
  readonly understand: (body: unknown) => P | undefined;
}

/** Entries of a page. */
export const PAGE = 1000;

/** Reads lists of a hub page by page with got. */
export class HubPages {
  readonly #http: BoundedHttp;

  constructor(options: HubPagesOptions) {
    this.#http = new BoundedHttp({
      version: options.version,
      timeouts: options.timeouts ?? BATCH_TIMEOUTS,
      maxResultBytes: 8 * 1024 * 1024,
      maxErrorBytes: 1024 * 1024,
    });
  }

  /** `refused`: the hub understood the question and does not answer it (400). */
  async read<P>(
    query: PageQuery<P>,
    signal?: AbortSignal,
  ): Promise<P | NoPage | { readonly answer: 'refused'; readonly reason: string }> {
    requireSecureHub(query.hub);
    if (!isBearerToken(query.accessToken)) return { answer: 'unauthorized' };
    const url = endpointUrl(query.hub.url, query.path);
    const headers = { authorization: `Bearer ${query.accessToken}` };
    return answerIn(await this.#http.request({ method: 'GET', url, headers }, signal), query);
  }

  /** Ends every connection; safe to repeat. */
  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }
}

const answerIn = <P>(
  reply: HttpReply,
  { accessToken, understand, what }: PageQuery<P>,
): P | NoPage | { readonly answer: 'refused'; readonly reason: string } => {
  if (reply.kind === 'oversized') {
    return { answer: 'unavailable', reason: `a body over ${reply.limitBytes} bytes` };
  }
  if (reply.kind !== 'answer') return { answer: 'unavailable', reason: reply.reason };
  const { status, body } = reply;
  switch (status) {
    case 200:
      return (
        understand(parseJson(body)) ?? {
          answer: 'unavailable',
          reason: `an answer that is no list of ${what}`,
        }
      );
    case 401:
      return { answer: 'unauthorized' };
    case 404:
    case 405:
      return { answer: 'unsupported' };
    case 409:
      return { answer: 'other-history' };
    default: {
      const said = reasonIn(body, [accessToken]);
      const reason = said === '' ? `status ${status}` : `status ${status}: ${said}`;
      return { answer: status === 400 ? 'refused' : 'unavailable', reason };
    }
  }
};
