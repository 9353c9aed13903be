import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gunzip } from 'node:zlib';
import { isSyncError } from '../../domain/errors.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { Log } from '../../ports/host.js';
import type { AccountStore } from '../../ports/hub.js';
import { problem, PROBLEM_CONTENT_TYPE, problemDocument, PROBLEMS } from './problem.js';
import type { Problem } from './problem.js';
import { matchRoute, refuse } from './route.js';
import type { Answer, HubRequest, Route, BodyLimits } from './route.js';
import { bearerProblem } from './token-api.js';

/** Turns HTTP requests into calls of the routes, and their answers into responses. */
export class HttpDoor {
  readonly #routes: readonly Route[];
  readonly #accounts: AccountStore;
  readonly #log: Log;
  #stopping = false;

  constructor(routes: readonly Route[], accounts: AccountStore, log: Log) {
    this.#routes = routes;
    this.#accounts = accounts;
    this.#log = log;
  }

  /** From now on every response ends its connection. */
  stop(): void {
    this.#stopping = true;
  }

  /** Answers one request; never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.#answerOf(request);
      // A body that nobody will read cannot be skipped within bounds, so its connection ends with the answer.
      if (this.#stopping || !request.complete) response.setHeader('connection', 'close');
      writeAnswer(response, answer);
      this.#log.debug(`${request.method ?? ''} ${pathOf(request)} ${response.statusCode}`);
    } catch (error) {
      this.#log.warn(`${pathOf(request)} could not be answered: ${textOf(error)}`);
      response.destroy();
    }
  }

  async #answerOf(request: IncomingMessage): Promise<Answer> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (isSyncError(error) && error.kind === 'storage-failed') {
        this.#log.warn(error.message);
        return refuse(problem('storage-failed', error.message, { headers: { 'retry-after': '5' } }));
      }
      this.#log.warn(`${pathOf(request)} failed: ${textOf(error)}`);
      return refuse(problem('internal-error'));
    }
  }

  async #route(request: IncomingMessage): Promise<Answer> {
    const url = urlOf(request);
    if (url === undefined) return refuse(problem('malformed-request', 'The address cannot be read.'));
    const match = matchRoute(
      this.#routes,
      request.method === 'HEAD' ? 'GET' : (request.method ?? ''),
      url.pathname,
    );
    if (match === undefined) return refuse(problem('not-found'));
    if ('allowed' in match) {
      const allow = match.allowed.join(', ');
      return refuse(problem('method-not-allowed', `Use ${allow}.`, { headers: { allow } }));
    }
    const call: HubRequest = {
      params: match.params,
      query: url.searchParams,
      accept: request.headers.accept ?? '',
      token: bearerToken(request),
      readBody: (limits) => readBody(request, limits),
    };
    const { access } = match.route;
    if (access.kind === 'open') return access.handle(call);
    if (call.token === undefined) return refuse(bearerProblem('missing'));
    const bearer = await this.#accounts.identify(call.token, 'access');
    return bearer.ok ? access.handle(call, bearer.value) : refuse(bearerProblem(bearer.error));
  }
}

/** The token of an `Authorization: Bearer` header. */
export const bearerToken = (request: IncomingMessage): string | undefined =>
  /^bearer +([^\s]+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];

/** Path and query of a request; the host it names does not matter. */
export const urlOf = (request: IncomingMessage): URL | undefined => {
  try {
    return new URL(`http://hub${(request.url ?? '/').replace(/^\/*/, '/')}`);
  } catch {
    return undefined;
  }
};

/** Refuses on a bare socket, where there is no response object. The socket is ended. */
export const refuseSocket = (socket: Socket, refused: Problem): void => {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = problemDocument(refused);
  const head = [
    `HTTP/1.1 ${PROBLEMS[refused.kind].status} ${PROBLEMS[refused.kind].title.replace(/\.$/, '')}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...Object.entries(refused.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  // Whoever is still sending could lose the answer to a reset, so the socket stays open for a moment.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
};

const LINGER_MS = 1000;

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';

const writeAnswer = (response: ServerResponse, answer: Answer): void => {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if ('problem' in answer) {
    for (const [name, value] of Object.entries(answer.problem.headers ?? {})) response.setHeader(name, value);
    send(
      response,
      PROBLEMS[answer.problem.kind].status,
      PROBLEM_CONTENT_TYPE,
      problemDocument(answer.problem),
    );
  } else if (answer.status === 204) {
    response.writeHead(204).end();
  } else {
    send(response, answer.status, answer.contentType, answer.body);
  }
};

const send = (response: ServerResponse, status: number, contentType: string, body: string): void => {
  const bytes = Buffer.from(body, 'utf8');
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes);
};

/**
 * Reads a body as text, with or without gzip. Reading stops at the limit, and so does decompression: a small body
 * that would grow to gigabytes costs no more than one that is as large as allowed.
 */
export const readBody = async (
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<Result<string, Problem>> => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'identity') {
    return err(problem('unsupported-encoding', 'Send the body as it is, or compressed with gzip.'));
  }
  const isPlain = encoding === 'identity';
  const received = await receive(request, isPlain ? limits.rawBytes : limits.compressedBytes);
  if (!received.ok) return received;
  const raw = isPlain ? received : await decompress(received.value, limits.rawBytes);
  if (!raw.ok) return raw;
  if (!isUtf8(raw.value)) return err(problem('malformed-body', 'The body is not UTF-8.'));
  const text = raw.value.toString('utf8');
  return ok(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
};

const BYTE_ORDER_MARK = 0xfeff;

const tooLarge = (bytes: number): Problem =>
  problem('body-too-large', `The limit is ${bytes} bytes; send less at once.`);

/**
 * What is beyond the limit is thrown away up to a multiple of it, since a sender that is cut off in the middle may
 * never read the answer that tells it what the limit is.
 */
const DISCARDED_MULTIPLE = 16;

const receive = (request: IncomingMessage, limitBytes: number): Promise<Result<Buffer, Problem>> => {
  const beyondPatience = limitBytes * DISCARDED_MULTIPLE;
  if (Number(request.headers['content-length'] ?? 0) > beyondPatience) {
    return Promise.resolve(err(tooLarge(limitBytes)));
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else if (bytes > beyondPatience) {
        request.pause();
        resolve(err(tooLarge(limitBytes)));
      }
    });
    request.on('end', () =>
      resolve(bytes <= limitBytes ? ok(Buffer.concat(chunks)) : err(tooLarge(limitBytes))),
    );
    // Nobody is left to read this answer; it only ends the wait.
    request.on('close', () => resolve(err(problem('malformed-body', 'The body ended too early.'))));
    request.on('error', () => resolve(err(problem('malformed-body', 'The body ended too early.'))));
  });
};

const decompress = (compressed: Buffer, limitBytes: number): Promise<Result<Buffer, Problem>> =>
  new Promise((resolve) => {
    gunzip(compressed, { maxOutputLength: limitBytes }, (error, raw) => {
      if (error === null) resolve(ok(raw));
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        resolve(err(tooLarge(limitBytes)));
      else resolve(err(problem('malformed-body', 'The body is not gzip.')));
    });
  });
