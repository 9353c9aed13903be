import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { messageOf, SyncError } from '../../domain/errors.js';
import type { DashboardFiles, WebhookStore, WebhookTransport } from '../../ports/hub.js';
import { documentCalls } from './api-documents.js';
import { callersOf } from './callers.js';
import { dashboardCalls } from './dashboard-pages.js';
import { deviceCalls } from './device-api.js';
import { healthCalls } from './health-api.js';
import { httpDoor, refuseSocket } from './http-door.js';
import { DEFAULT_HUB_LIMITS, type HubLimits } from './hub-limits.js';
import type { HubParts } from './hub-parts.js';
import { batchCalls, ingestOf } from './ingest.js';
import { liveGateway } from './live-gateway.js';
import { hubMetrics, metricsCalls } from './metrics.js';
import { nowCalls } from './now-api.js';
import { isLoopback, OwnNames, type ListenerOptions } from './own-names.js';
import { readCalls } from './read-api.js';
import { routesOf, type Calls, type Route } from './route.js';
import { setupCalls } from './setup-page.js';
import { passwordCheck, signInCalls } from './sign-in.js';
import { tellWebhooks } from './webhooks.js';

interface HubOptions extends Omit<HubParts, 'limits' | 'metrics'> {
  readonly listener: ListenerOptions;
  /** Without them nobody is told of anything. */
  readonly webhooks?: { readonly webhooks: WebhookStore; readonly transport: WebhookTransport };
  /** Without it the hub has no pages but those of its forms. */
  readonly dashboard?: DashboardFiles | undefined;
  readonly limits?: Partial<HubLimits>;
  /** What opens the metrics from anywhere; without it they are for this machine. */
  readonly metricsToken?: string | undefined;
}

export type { ListenerOptions } from './own-names.js';

export interface RunningHub {
  /** Base address without a trailing slash, with the port that was taken. */
  readonly url: string;
  /** Link to the page that makes the first user; works once. Absent when there are users. */
  readonly setupUrl?: string;
  /** Everything that it answers to but the live session. */
  readonly routes: readonly Route[];
  /**
   * Stops taking requests, answers those under way, ends live sessions with 1012; bounded by the drain time. Leaves
   * the stores open. Safe to repeat.
   */
  close(): Promise<void>;
}

/** Serves the contract on one address. Throws `wrong-usage` when the address cannot be taken. */
export const startHub = async (options: HubOptions): Promise<RunningHub> => {
  const { store, accounts, listener, clock, log, dashboard } = options;
  if (listener.tls !== undefined) requireFittingPair(listener.tls);
  const limits = { ...DEFAULT_HUB_LIMITS, ...options.limits };
  const parts: HubParts = { store, accounts, clock, log, limits, metrics: hubMetrics() };
  const callers = callersOf(parts);
  const ingest = ingestOf(parts);
  const gateway = liveGateway({ ...parts, callers, ingest });
  const names = new OwnNames(listener);
  const office = { ...parts, callers, checkPassword: passwordCheck(parts) };
  const described: Calls = {
    ...batchCalls(ingest, parts),
    ...signInCalls(office),
    ...deviceCalls(office),
    ...setupCalls(parts),
    ...(dashboard !== undefined && dashboardCalls(dashboard)),
    ...readCalls(parts),
    ...nowCalls(parts),
    ...healthCalls(parts),
    ...metricsCalls(parts.metrics, options.metricsToken),
  };
  const routes = routesOf({ ...described, ...documentCalls(described) });
  let closing: Promise<void> | undefined;
  const door = await httpDoor({ ...parts, routes, callers, names, tls: listener.tls });
  const { server } = door;
  server.on('upgrade', (request, socket, head) => {
    const refused = names.judge(request);
    if (refused === undefined) void gateway.upgrade(request, socket as Socket, head);
    else refuseSocket(socket as Socket, refused);
  });
  const connections = connectionsOf(server);
  const setupCode = await accounts.mintSetupCode();
  await listen(server, listener);
  const tellNoMore = options.webhooks && tellWebhooks({ ...parts, ...options.webhooks });
  const pruning = setInterval(() => void prune(parts), limits.pruneIntervalMs);
  pruning.unref();
  const end = async (): Promise<void> => {
    // The server's own end also ends, since Node 26, a connection whose first request has come and was not read yet.
    const closed = new Promise<unknown>((resolve) => NetServer.prototype.close.call(server, resolve));
    const cutOff = setTimeout(connections.cutOff, limits.drainMs);
    await Promise.all([tellNoMore?.(), gateway.close(), connections.firstWords()]);
    await Promise.all([door.close(), closed]);
    clearTimeout(cutOff);
  };
  const { port } = server.address() as AddressInfo;
  const url = `${listener.tls === undefined ? 'http' : 'https'}://${bracketed(listener.host)}:${port}`;
  log.info(`serving ${url}`);
  if (isExposed(listener))
    log.warn(
      `${url} can be reached from other machines without TLS: passwords and events travel in the clear.`,
    );
  const base = listener.publicUrl?.replace(/\/+$/, '') ?? url;
  return {
    url,
    routes,
    ...(setupCode !== undefined && { setupUrl: `${base}/setup?code=${setupCode}` }),
    close: () => {
      clearInterval(pruning);
      closing ??= end();
      return closing;
    },
  };
};

/** Fails with `wrong-usage` for what no server can be made of. */
const requireFittingPair = (pair: { readonly cert: string; readonly key: string }): void => {
  try {
    createSecureContext(pair);
  } catch (error) {
    const isMixed = (error as NodeJS.ErrnoException).code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
    const [message, hint] = isMixed ? MIXED_PAIR : UNUSABLE_PAIR;
    throw new SyncError('wrong-usage', message, { cause: error, hint });
  }
};

const MIXED_PAIR = [
  'The certificate and the key do not belong together.',
  'Name the key that the certificate was made for with --tls-key.',
] as const;
const UNUSABLE_PAIR = [
  'The certificate and the key cannot be used; they may be swapped.',
  'Name a PEM file with a certificate chain for --tls-cert and one with its private key, without a password, for --tls-key.',
] as const;

const listen = async (server: Server, { host, port }: ListenerOptions): Promise<void> => {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SyncError('wrong-usage', `The hub cannot listen on ${host}:${port} (${code ?? message}).`, {
      ...{ cause: error, hint: 'Choose another --port or --host.' },
    });
  }
};

/** Expired tokens are kept for a while, so that their owners hear what is wrong with them. */
const REMEMBERED_AFTER_EXPIRY_MS = 7 * 86_400_000;

const prune = async ({ accounts, clock, log }: HubParts): Promise<void> => {
  try {
    await accounts.prune(clock.nowMs() - REMEMBERED_AFTER_EXPIRY_MS);
  } catch (error) {
    log.warn(messageOf(error));
  }
};

/** Whether what is sent can be read on the way. */
const isExposed = ({ host, tls, publicUrl }: ListenerOptions): boolean =>
  tls === undefined && publicUrl?.startsWith('https:') !== true && !isLoopback(host);

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** The connections of a server, live sessions among them. */
const connectionsOf = (server: Server) => {
  const open = new Set<Socket>();
  const unasked = new Set<Socket>();
  const keep = (event: string, sockets: Set<Socket>) =>
    server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  keep('connection', open);
  keep(server instanceof TlsServer ? 'secureConnection' : 'connection', unasked);
  for (const event of ['request', 'upgrade'])
    server.on(event, ({ socket }: IncomingMessage) => unasked.delete(socket));
  const silent = () => [...unasked, ...[...open].filter(({ bytesRead }) => bytesRead === 0)];
  return {
    /** Waits until each has asked for something, and ends those that do not. */
    firstWords: async (): Promise<void> => {
      const deadline = performance.now() + FIRST_WORD_MS;
      while (silent().length > 0 && performance.now() < deadline) await sleep(POLL_MS);
      silent().forEach((socket) => socket.destroy());
    },
    cutOff: (): void => open.forEach((socket) => socket.destroy()),
  };
};

/** How long a connection that was made before the end may take until its first request is here. */
const FIRST_WORD_MS = 1000;
const POLL_MS = 5;
