import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isSyncError } from '../../domain/errors.js';
import type { AccountStore } from '../../ports/hub.js';
import type { Log } from '../../ports/host.js';
import { problem, PROBLEM_CONTENT_TYPE, problemDocument, PROBLEMS, type Problem } from './problem.js';
import { readBody } from './read-body.js';
import { matchRoute, refuse, type Answer, type HubRequest, type Route } from './route.js';
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
