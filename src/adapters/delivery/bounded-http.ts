import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Got } from 'got';
import { isBearerToken } from '../../domain/delivery/credentials.js';
import { endpointUrl, isSecureHubUrl } from '../../domain/delivery/hub-url.js';
import { isFields, parseJson } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import { printable } from './printable.js';
import { NoWayOut, type Way, WayOut } from './way-out.js';

/** Milliseconds until a request is given up. */
export interface HttpTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly wholeMs: number;
}

/** What every client of a hub is given. */
export interface HttpOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timeouts?: HttpTimeouts;
  /** Most bytes of a body, after decompression, of a 2xx answer and of any other. */
  readonly maxResultBytes?: number;
  readonly maxErrorBytes?: number;
}

/** What is asked of a hub at one of its paths. Without a body it is a `GET`, unless something else is said. */
interface HubQuestion {
  readonly method?: 'GET' | 'POST';
  readonly accessToken?: string;
  readonly json?: object;
  readonly gzip?: Uint8Array;
}

/** Of an error's body no more than its limit; a result beyond its own is garbled. */
export type HttpReply =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly retryAfter?: string }
  | HttpFailure;

/**
 * Asks hubs, and no other server than the one that is named: one request, one reply, whatever the other side does.
 * Bounded in time and memory, no redirect followed, nothing repeated, TLS verified. Connections are kept for the next
 * request until `close`.
 */
export class HubClient {
  readonly #options: Required<HttpOptions>;
  readonly #wayOut = new WayOut();
  #client: Promise<Got> | undefined;

  constructor(options: HttpOptions) {
    this.#options = { ...AS_THE_CONTRACT_HAS_IT, ...options };
  }

  /**
   * Throws `insecure-server`, before anything is sent, for a hub that is neither https nor on this machine, and for
   * nothing else.
   */
  async ask(
    hub: HubAddress,
    path: string,
    question: HubQuestion = {},
    signal?: AbortSignal,
  ): Promise<HttpReply> {
    requireSecureHub(hub);
    const { accessToken } = question;
    // No hub can have issued it, so that no hub needs to be asked.
    if (accessToken !== undefined && !isBearerToken(accessToken))
      return { kind: 'answer', status: 401, body: '' };
    if (signal?.aborted === true) return { kind: 'no-answer', reason: 'interrupted' };
    // The client never takes its listener off a signal, and the caller's may live for days.
    const own = new AbortController();
    const abort = (): void => own.abort();
    signal?.addEventListener('abort', abort, { once: true });
    const url = endpointUrl(hub.url, path);
    let proxy: string | undefined;
    try {
      const way = await this.#wayOut.to(url);
      proxy = way.proxy;
      return await this.#exchange(url, question, way, own.signal);
    } catch (error) {
      return httpFailure(error, proxy);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends idle and running connections; safe to repeat. */
  async close(): Promise<void> {
    this.#wayOut.close();
  }

  async #exchange(
    url: string,
    { accessToken, json, gzip, method = (json ?? gzip) ? 'POST' : 'GET' }: HubQuestion,
    way: Way,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const client = await (this.#client ??= this.#load());
    const sent = gzip ?? (json === undefined ? '' : JSON.stringify(json));
    const stream = client.stream(url, {
      method,
      headers: {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...((json ?? gzip) ? { 'content-type': 'application/json' } : {}),
        ...(gzip === undefined ? {} : { 'content-encoding': 'gzip' }),
      },
      agent: way.agents,
      ...(way.authorities === undefined ? {} : { https: { certificateAuthority: [...way.authorities] } }),
      // Without a body got would wait for one to be piped in.
      ...(method === 'POST' ? { body: Buffer.from(sent) } : {}),
      signal,
    });
    // got goes on listening to the signal after the last byte. Who reads the stream gets every error that matters; an
    // error that nobody listens to would end the process, and show its headers.
    stream.on('error', () => undefined);
    const [response] = (await once(stream, 'response')) as [IncomingMessage];
    const { statusCode: status = 0, headers } = response;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const isResult = status >= 200 && status < 300;
      const limitBytes = isResult ? this.#options.maxResultBytes : this.#options.maxErrorBytes;
      bytes += chunk.length;
      // Leaving the loop destroys the stream, and with it the connection.
      if (bytes > limitBytes && isResult)
        return { kind: 'garbled', reason: `status ${status} with a body over ${limitBytes} bytes` };
      if (bytes > limitBytes) break;
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const retryAfter = headers['retry-after'];
    return { kind: 'answer', status, body, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }

  /** got takes 40 ms to load: only a process that sends pays for it, and only once. */
  async #load(): Promise<Got> {
    const { got } = await import('got');
    const { timeouts, version } = this.#options;
    return got.extend({
      decompress: true,
      followRedirect: false,
      headers: { 'user-agent': `spec-kitty-sync/${version}`, accept: 'application/json' },
      https: { rejectUnauthorized: true },
      retry: { limit: 0 },
      throwHttpErrors: false,
      timeout: {
        lookup: timeouts.connectMs,
        connect: timeouts.connectMs,
        secureConnect: timeouts.connectMs,
        response: timeouts.firstByteMs,
        request: timeouts.wholeMs,
      },
    });
  }
}

const AS_THE_CONTRACT_HAS_IT = {
  timeouts: { connectMs: 5_000, firstByteMs: 30_000, wholeMs: 60_000 },
  maxResultBytes: 8 * 1024 * 1024,
  maxErrorBytes: 1024 * 1024,
};

/** How a request came to no answer that could be read. */
type HttpFailure =
  /** The network or the hub let us down; the same request may succeed later. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Something came back that is not HTTP or not what its headers say. */
  | { readonly kind: 'garbled'; readonly reason: string };

/**
 * Reads what Node, got or the proxy's agent threw. The address, the headers and the body never appear in the reason;
 * the proxy that the request was to go through does, since nobody would look for it otherwise.
 */
export const httpFailure = (error: unknown, proxy?: string): HttpFailure => {
  if (error instanceof NoWayOut) return { kind: 'no-answer', reason: error.message };
  const { code, event } = error as { readonly code?: unknown; readonly event?: unknown };
  // A compressed answer that ends too early is a connection that ended too early.
  if (typeof code === 'string' && code !== 'Z_BUF_ERROR' && /^(Z_|HPE_|ERR__ERROR_)/.test(code)) {
    return { kind: 'garbled', reason: `the answer cannot be read (${printable(code)})` };
  }
  return { kind: 'no-answer', reason: connectionFailure(error as Error, event, proxy) };
};

/** Why there is no connection, or no longer one, from what a socket or an agent threw. */
export const connectionFailure = (error: Error, event?: unknown, proxy?: string): string => {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && Object.hasOwn(CERTIFICATES, code)) return CERTIFICATES[code] as string;
  const refusal = proxy === undefined ? null : PROXY_REFUSAL.exec(error.message);
  if (refusal !== null) return proxyRefusal(proxy ?? '', refusal[1] ?? '');
  const known = code === 'ETIMEDOUT' ? (TIMEOUTS[String(event)] ?? 'timed out') : REASONS[code ?? ''];
  const reason = known ?? (code === undefined ? 'network failure' : `network failure (${printable(code)})`);
  return proxy === undefined ? reason : `${reason}, on the way through the proxy ${printable(proxy)}`;
};

// The words of the agent for an answer to CONNECT that is not 200; it has no code for them.
const PROXY_REFUSAL = /^Bad response: (\d{3})$/;

const proxyRefusal = (proxy: string, status: string): string =>
  status === '407'
    ? `the proxy ${printable(proxy)} asks for a user name and a password (407); write them into the variable: http://USER:PASSWORD@HOST:PORT`
    : `the proxy ${printable(proxy)} does not let this request through (${status})`;

const UNTRUSTED =
  'the certificate of the hub is from an authority that is not trusted here; set SPEC_KITTY_CA_FILE to a file with the certificate of that authority';

const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: 'the certificate of the hub has expired; whoever runs the hub has to renew it',
  CERT_NOT_YET_VALID:
    'the certificate of the hub is not valid yet; compare the clock of this machine with the right time',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate of the hub is for another host name; sign in with the name that is in the certificate',
};

const TIMEOUTS: Readonly<Record<string, string>> = {
  lookup: 'the host name was not resolved in time',
  connect: 'no connection in time',
  secureConnect: 'no TLS connection in time',
  response: 'no answer in time',
  request: 'the answer was not complete in time',
};

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host name unknown',
  EAI_AGAIN: 'host name cannot be resolved now',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no network',
  ERR_ABORTED: 'interrupted',
  EPROTO: 'the other side does not speak TLS on this port; compare the address and the port',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'the other side does not speak TLS on this port; compare the address and the port',
  Z_BUF_ERROR: 'connection reset',
};

/** Fails with `insecure-server` before anything is sent to a hub that is neither https nor on this machine. */
export const requireSecureHub = (hub: HubAddress): void => {
  if (isSecureHubUrl(hub.url)) return;
  throw new SyncError('insecure-server', `${printable(hub.url)} is neither https nor on this machine.`, {
    hint: 'Use the https address of the hub.',
  });
};

/** What happened, and the reason that a body gives for it, if it gives one. */
export const statusAndReason = (sentence: string, reason: string): string =>
  reason === '' ? sentence : `${sentence}: ${reason}`;

/** The reason in the body of an error: from a problem document, from older spellings, else its first characters. */
export const reasonIn = (body: string, secrets: readonly string[] = []): string => {
  const fields = parseJson(body);
  for (const key of ['detail', 'error_message', 'error', 'message', 'title']) {
    const value = isFields(fields) ? fields[key] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return printable(value, secrets);
  }
  return printable(body, secrets);
};
