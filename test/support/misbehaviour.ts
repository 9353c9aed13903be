import type { ServerResponse } from 'node:http';
import { createGzip, gzipSync } from 'node:zlib';
import type { GoodAnswer } from './good-answers.js';

/** Everything that a server can do to a request instead of answering it well. */
export type Misbehaviour =
  /** An answer made by hand. A body that is not text is sent as JSON. */
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly gzip?: boolean;
    }
  /** The request is never read. */
  | 'never-read'
  /** It is read, takes effect, and nothing comes back. */
  | 'never-answer'
  /** The connection is reset before the request took effect. */
  | 'reset'
  /** It takes effect, and the connection is reset before the answer. */
  | 'reset-after'
  /** It takes effect, and the connection is reset in the middle of the answer. */
  | 'reset-in-body'
  /** The headers and half of the answer come, and then nothing any more. */
  | 'stall-in-body'
  /** The good answer, one byte at a time, a turn of the event loop between two. */
  | 'slowly'
  /** The good answer with every result twice. */
  | 'twice'
  /** What comes back is not HTTP. */
  | 'not-http'
  /** The answer claims to be gzip and is not. */
  | 'not-gzip'
  /** So many bytes, made while they are sent; with `gzip` they are small on the wire. */
  | { readonly flood: number; readonly status?: number; readonly gzip?: boolean };

/** Does it. `good` makes the request take effect and returns the answer that it deserves. */
export const misbehave = (fault: Misbehaviour, response: ServerResponse, good: () => GoodAnswer): void => {
  if (typeof fault === 'object') return 'flood' in fault ? flood(fault, response) : answer(fault, response);
  switch (fault) {
    case 'never-read':
      return;
    case 'never-answer':
      good();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'reset-after':
      good();
      response.socket?.resetAndDestroy();
      return;
    case 'reset-in-body':
      halfOf(good(), response, () => response.socket?.resetAndDestroy());
      return;
    case 'stall-in-body':
      halfOf(good(), response, () => undefined);
      return;
    case 'slowly':
      drip(good(), response);
      return;
    case 'twice': {
      const { status, body } = good();
      const { results = [] } = JSON.parse(body) as { results?: unknown[] };
      answer({ status, body: { results: [...results, ...results] } }, response);
      return;
    }
    case 'not-http':
      response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n');
      return;
    case 'not-gzip':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(good().body);
      return;
  }
};

const answer = (
  fault: Extract<Misbehaviour, { status: number; flood?: never }>,
  response: ServerResponse,
): void => {
  const text = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {});
  const encoding = fault.gzip === true ? { 'content-encoding': 'gzip' } : {};
  response.writeHead(fault.status, { 'content-type': 'application/json', ...encoding, ...fault.headers });
  response.end(fault.gzip === true ? gzipSync(text) : text);
};

const halfOf = ({ status, body }: GoodAnswer, response: ServerResponse, then: () => void): void => {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)) });
  response.write(body.slice(0, body.length / 2), then);
};

const drip = ({ status, body }: GoodAnswer, response: ServerResponse): void => {
  response.writeHead(status);
  const next = (at: number): void => {
    if (at >= body.length) response.end();
    else response.write(body.slice(at, at + 1), () => setImmediate(next, at + 1));
  };
  next(0);
};

const flood = (fault: { flood: number; status?: number; gzip?: boolean }, response: ServerResponse): void => {
  const encoding = fault.gzip === true ? { 'content-encoding': 'gzip' } : {};
  response.writeHead(fault.status ?? 200, { 'content-type': 'application/json', ...encoding });
  const sink = fault.gzip === true ? createGzip({ level: 1 }) : response;
  if (sink !== response) (sink as ReturnType<typeof createGzip>).pipe(response);
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const pump = (sent: number): void => {
    if (response.destroyed || response.socket?.destroyed !== false) return;
    if (sent >= fault.flood) sink.end();
    else sink.write(chunk, () => pump(sent + chunk.length));
  };
  pump(0);
};
