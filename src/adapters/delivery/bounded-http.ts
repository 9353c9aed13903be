import type { Got } from 'got';
import { httpFailure, type HttpFailure } from './http-failure.js';
import { WayOut, type Way } from './way-out.js';

/** Milliseconds until a request is given up. */
export interface HttpTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly wholeMs: number;
}

interface HttpOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timeouts: HttpTimeouts;
  /** Most bytes of a body, after decompression, of a 2xx answer and of any other. */
  readonly maxResultBytes: number;
  readonly maxErrorBytes: number;
}

interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export type HttpReply =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly retryAfter?: string }
  | { readonly kind: 'oversized'; readonly status: number; readonly limitBytes: number }
  | HttpFailure;

/**
 * One request, one reply, whatever the other side does: bounded in time and memory, no redirect followed, nothing
 * repeated, TLS verified. Never throws. Connections are kept for the next request until `close`.
 */
export class BoundedHttp {
  readonly #options: HttpOptions;
  readonly #wayOut = new WayOut();
  #client: Promise<Got> | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  async request(request: HttpRequest, signal?: AbortSignal): Promise<HttpReply> {
    if (signal?.aborted === true) return { kind: 'no-answer', reason: 'interrupted' };
    // The client never takes its listener off a signal, and the caller's may live for days.
    const own = new AbortController();
    const abort = (): void => own.abort();
    signal?.addEventListener('abort', abort, { once: true });
    let proxy: string | undefined;
    try {
      const way = await this.#wayOut.to(request.url);
      proxy = way.proxy;
      return await this.#exchange(request, way, own.signal);
    } catch (error) {
      return httpFailure(error, proxy);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends idle and running connections; safe to repeat. */
  close(): void {
    this.#wayOut.close();
  }

  async #exchange(request: HttpRequest, way: Way, signal: AbortSignal): Promise<HttpReply> {
    const client = await (this.#client ??= this.#load());
    const stream = client.stream(request.url, {
      method: request.method,
      headers: { ...request.headers },
      agent: way.agents,
      ...(way.authorities === undefined ? {} : { https: { certificateAuthority: [...way.authorities] } }),
      // Without a body got would wait for one to be piped in.
      ...(request.method === 'POST' ? { body: Buffer.from(request.body ?? '') } : {}),
      signal,
    });
    // got goes on listening to the signal after the last byte. Who reads the stream gets every error that matters; an
    // error that nobody listens to would end the process, and show its headers.
    stream.on('error', () => undefined);
    let status = 0;
    let retryAfter: string | undefined;
    stream.once(
      'response',
      (response: { statusCode: number; headers: Record<string, string | string[] | undefined> }) => {
        status = response.statusCode;
        retryAfter = String(response.headers['retry-after'] ?? '') || undefined;
      },
    );
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const limitBytes = this.#limitFor(status);
      bytes += chunk.length;
      // Leaving the loop destroys the stream, and with it the connection.
      if (bytes > limitBytes) return { kind: 'oversized', status, limitBytes };
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    return { kind: 'answer', status, body, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }

  #limitFor(status: number): number {
    return status >= 200 && status < 300 ? this.#options.maxResultBytes : this.#options.maxErrorBytes;
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
