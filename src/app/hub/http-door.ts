import { METHODS } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { issuesOf } from '../../domain/document.js';
import { isSyncError, messageOf } from '../../domain/errors.js';
import type { Log } from '../../ports/host.js';
import { audit } from './audit.js';
import { bearerToken, type Callers } from './callers.js';
import type { HubParts } from './hub-parts.js';
import { isLoopback, type OwnNames } from './own-names.js';
import { later, PROBLEMS, Refusal, refusing, type ProblemKind } from './problem.js';
import { readBody } from './request-body.js';
import type { Answer, HubRequest, Route } from './route.js';

interface DoorOptions extends HubParts {
  readonly routes: readonly Route[];
  readonly callers: Callers;
  readonly names: OwnNames;
  /** PEM texts; with them it speaks https. */
  readonly tls: Readonly<Record<'cert' | 'key', string>> | undefined;
}

/**
 * Mounts the table of routes on fastify: it finds the route of a request, and turns what the route answers, refuses or
 * throws into a response. Bodies are read by the routes themselves, because their limits hold before and after gzip.
 */
export const httpDoor = async (options: DoorOptions): Promise<FastifyInstance> => {
  const { routes, log, limits } = options;
  let isStopping = false;
  const write = (request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply => {
    // A body that nobody will read cannot be skipped within bounds, so its connection ends with the answer.
    if (isStopping || isSending(request.raw)) reply.header('connection', 'close');
    const { status, headers = {}, contentType, body } = answer;
    reply
      .code(status)
      .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers });
    if (contentType !== undefined) reply.type(contentType);
    // Bytes, because fastify would name the encoding of a text in its content type.
    reply.send(body === undefined ? undefined : Buffer.from(body));
    log.debug(`${request.method} ${pathOf(request)} ${reply.statusCode}`);
    return reply;
  };
  const times = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(
      Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs) / CHECKS_PER_DEADLINE,
    ),
  };
  const app: FastifyInstance = fastify({
    ...(options.tls === undefined ? { http: times } : { https: { ...times, ...options.tls } }),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: 60_000,
    // An answer that nobody reads is not kept for ever.
    connectionTimeout: limits.unreadAnswerMs,
    // Whoever was heard before the end is answered.
    return503OnClosing: false,
    clientErrorHandler: ({ code }, socket) =>
      refuseSocket(socket, new Refusal(NO_REQUEST[code] ?? 'malformed-request')),
    frameworkErrors: (_error, request, reply) =>
      void write(request, reply, refusing(new Refusal('malformed-request', 'The address cannot be read.'))),
    // A proxy in front of the hub is on this machine, or says of nobody where they are.
    trustProxy: 'loopback',
    // Repeated slashes count as one, because older clients put a base address that ends in a slash before the path.
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: LONGEST_PARAMETER,
    },
  });
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  app.addHook('onRequest', inTurn(limits.requestsPerConnection));
  app.addHook('onRequest', (request, _reply, done) => {
    const refused = options.names.judge(request.raw);
    if (refused !== undefined) audit(log, 'access-refused', { reason: refused.kind, address: request.ip });
    done(refused);
  });
  app.addHook('onResponse', ({ method, routeOptions: { url: route = 'none' } }, reply, done) => {
    options.metrics.requests.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
  app.setErrorHandler((error, request, reply) => write(request, reply, failure(error, request, log)));
  app.setNotFoundHandler(() => {
    throw new Refusal('not-found');
  });
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path);
    const allow = own.map((route) => route.method).join(', ');
    app.route({
      // A HEAD is passed on by fastify, which leaves the body out.
      method: app.supportedMethods.filter((method) => method !== 'HEAD'),
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler: async (request, reply) => {
        const method = request.method === 'HEAD' ? 'GET' : request.method;
        const route = own.find((each) => each.method === method);
        if (route === undefined)
          throw new Refusal('method-not-allowed', `Use ${allow}.`, { headers: { allow } });
        return write(request, reply, await answerOf(route, request, reply, options));
      },
    });
  }
  await app.ready();
  return app;
};

const LONGEST_PARAMETER = 200;

/** The interval at which Node looks for requests that take too long; the deadlines are exact to this. */
const CHECKS_PER_DEADLINE = 4;

/**
 * Begins with a request of a connection when the answer to the one before has left: who asks a hundred times without
 * reading would otherwise have a hundred answers kept here.
 */
const inTurn = (most: number) => {
  const rows = new WeakMap<Socket, Promise<unknown>[]>();
  return async ({ raw: { socket } }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const row = rows.get(socket) ?? [];
    rows.set(socket, row);
    if (row.length > most) socket.destroy();
    const before = row.at(-1);
    row.push(new Promise<void>((resolve) => reply.raw.once('close', resolve)).then(() => void row.shift()));
    await before;
    // Nobody waits for it any more.
    if (socket.destroyed) reply.hijack();
  };
};

const answerOf = async (
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  { callers, limits, names }: DoorOptions,
): Promise<Answer> => {
  const { raw } = request;
  const call: HubRequest = {
    params: request.params as Readonly<Record<string, string>>,
    query: Object.fromEntries(new URLSearchParams(request.originalUrl.split('?')[1])),
    headers: raw.headers,
    address: request.ip,
    isLocal: isLoopback(request.ip) && isLoopback(request.hostname),
    base: names.base(raw),
    token: bearerToken(raw),
    readBody: (wanted = { compressedBytes: limits.smallBodyBytes, rawBytes: limits.smallBodyBytes }) =>
      readBody(raw, wanted),
  };
  if ('open' in route) return route.open(checked(call, route));
  const { token, bearer, cookie } = await callers.identify(raw, call.base, call.address);
  if (cookie !== undefined) reply.header('set-cookie', cookie);
  return route.bearer(checked({ ...call, token }, route), bearer);
};

const checked = (call: HubRequest, { query }: Route): HubRequest => {
  const [wrong] = query === undefined ? [] : issuesOf(query, call.query);
  if (wrong !== undefined) throw new Refusal('malformed-query', `${wrong.path} ${wrong.reason}.`);
  return call;
};

const failure = (error: unknown, request: FastifyRequest, log: Log): Answer => {
  if (error instanceof Refusal) return refusing(error);
  if (isSyncError(error) && error.kind === 'storage-failed') {
    log.warn(error.message, { cause: messageOf(error.cause) });
    return refusing(later('storage-failed', error.message, 5));
  }
  log.warn(
    `${pathOf(request)} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return refusing(new Refusal('internal-error'));
};

const pathOf = ({ raw }: FastifyRequest): string => (raw.url ?? '').split('?', 1)[0] ?? '';

const isSending = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

/** What is wrong with a request that Node gave up on; it is malformed unless it stands here. */
const NO_REQUEST: Readonly<Record<string, ProblemKind>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** Refuses on a bare socket, where there is no response object. The socket is ended. */
export const refuseSocket = (socket: Socket, refusal: Refusal): void => {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, contentType = '', body = '' } = refusing(refusal);
  const head = [
    `HTTP/1.1 ${status} ${PROBLEMS[refusal.kind].title.replace(/\.$/, '')}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  // Whoever is still sending could lose the answer to a reset, so the socket stays open for a moment.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
};

const LINGER_MS = 1000;
