import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { FaultScript } from '../../src/adapters/memory/memory-hub.js';
import type { GoodAnswer } from './good-answers.js';
import { misbehave, type Misbehaviour } from './misbehaviour.js';

/** The wire to a real hub: passes requests on as they are, until a script makes it misbehave. */
export interface ChaosProxy {
  readonly url: string;
  /** What happens to the coming batches; everything else passes, unless there is a script for it. */
  readonly batches: FaultScript<Misbehaviour>;
  /** What happens to the coming refreshes of a sign-in. */
  readonly refreshes: FaultScript<Misbehaviour>;
  /** What the hub answered to each refresh, whether the answer was passed on or not. */
  readonly refreshStatuses: readonly number[];
  /** How many batches have reached the hub. */
  passedOn(): number;
  /** Resolves as soon as that many batches have reached the hub. */
  untilPassedOn(count: number): Promise<void>;
  close(): Promise<void>;
}

export const startChaosProxy = async (hubUrl: string): Promise<ChaosProxy> => {
  const batches = new FaultScript<Misbehaviour>();
  const refreshes = new FaultScript<Misbehaviour>();
  const refreshStatuses: number[] = [];
  const sockets = new Set<Socket>();
  let passedOn = 0;
  const waiters: (() => void)[] = [];
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isBatch = request.url === BATCH;
    const isRefresh = request.url === REFRESH;
    const fault = isBatch ? batches.take() : isRefresh ? refreshes.take() : undefined;
    const body = await bodyOf(request);
    if (fault !== undefined && NEVER_ARRIVES.has(fault)) return misbehave(fault, response, unasked);
    const good = await forward(hubUrl, request, body);
    if (isRefresh) refreshStatuses.push(good.status);
    if (isBatch) {
      passedOn += 1;
      for (const wake of waiters.splice(0)) wake();
    }
    if (fault !== undefined) return misbehave(fault, response, () => good);
    response.writeHead(good.status, { 'content-type': 'application/json' }).end(good.body);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    batches,
    refreshes,
    refreshStatuses,
    passedOn: () => passedOn,
    untilPassedOn: async (count) => {
      while (passedOn < count) await new Promise<void>((resolve) => waiters.push(resolve));
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const BATCH = '/api/v1/events/batch/';
const REFRESH = '/api/v1/token/refresh/';
const NEVER_ARRIVES = new Set<Misbehaviour>(['reset', 'never-read']);

const unasked = (): never => {
  throw new Error('This fault takes no answer.');
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const forward = async (hubUrl: string, request: IncomingMessage, body: Buffer): Promise<GoodAnswer> => {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' && !HOP_BY_HOP.has(name) ? [[name, value] as [string, string]] : [],
  );
  const response = await fetch(`${hubUrl}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: [...headers, ['connection', 'close']],
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  return { status: response.status, body: await response.text() };
};

const HOP_BY_HOP = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding', 'content-length']);
