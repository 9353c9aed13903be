import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HubAddress } from '../../src/domain/outbox/account.js';
import { FaultScript, type HubSession, MemoryHub } from '../../src/adapters/memory/memory-hub.js';
import { goodAnswer, type GoodAnswer } from './good-answers.js';
import { misbehave, type Misbehaviour } from './misbehaviour.js';

/** One request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Byte for byte as it travelled. */
  readonly body: Buffer;
  /** The body as text, decompressed where it was compressed. */
  readonly text: string;
}

export type UpgradeMisbehaviour =
  | { readonly status: number }
  | 'never'
  | 'reset'
  /** The socket opens and says nothing. */
  | 'no-snapshot'
  /** The socket opens and is closed with this code. */
  | { readonly closeWith: number }
  /** Raw frames before the snapshot, or in its place. */
  | { readonly first: readonly string[]; readonly thenSnapshot: boolean };

/**
 * A real server on a loopback port that keeps to the contract by means of a hub in memory, until a script makes it
 * misbehave. Close it at the end of every test.
 */
export class ChaosHub {
  readonly hub: MemoryHub;
  /** Everything that arrived over HTTP, in order. */
  readonly requests: ReceivedRequest[] = [];
  /** Text of every frame that arrived over WebSocket, in order. */
  readonly frames: string[] = [];
  /** What happens to the coming requests, by path (`batch` stands for the batch endpoint). */
  readonly script = new Map<string, FaultScript<Misbehaviour>>();
  readonly upgrades = new FaultScript<UpgradeMisbehaviour>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #live = new Set<WebSocket>();
  readonly #webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #waiters: (() => void)[] = [];

  static async start(options: { readonly capabilities?: readonly string[] } = {}): Promise<ChaosHub> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ChaosHub(server, options.capabilities);
  }

  private constructor(server: Server, capabilities?: readonly string[]) {
    const { port } = server.address() as AddressInfo;
    this.hub = new MemoryHub({
      url: `http://127.0.0.1:${port}`,
      id: 'chaos',
      ...(capabilities && { capabilities }),
    });
    this.hub.signIns.addUser('ada', 'correct horse', 'acme');
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request, response) => void this.#answer(request, response));
    server.on('upgrade', (request, socket: Socket, head) => this.#upgrade(request, socket, head));
  }

  get address(): HubAddress {
    return { url: this.hub.url };
  }

  /** The script of one path; `batch` and `health` are short for theirs. */
  on(path: string): FaultScript<Misbehaviour> {
    const full = SHORT_PATHS[path] ?? path;
    const script = this.script.get(full) ?? new FaultScript<Misbehaviour>();
    this.script.set(full, script);
    return script;
  }

  /** Text of the batches that arrived, as the hub reads them. */
  batches(): { readonly events: readonly Record<string, unknown>[] }[] {
    return this.requests
      .filter((each) => each.path === SHORT_PATHS['batch'])
      .map((each) => JSON.parse(each.text));
  }

  connections(): number {
    return this.#sockets.size;
  }

  /** Sends raw text to every live session. */
  say(text: string | Buffer, binary = false): void {
    for (const socket of this.#live) socket.send(text, { binary });
  }

  /** Cuts every live session without a word, in the middle of a frame when asked. */
  cut(midFrame = false): void {
    for (const socket of this.#live) {
      // First bytes of a text frame that announces 126 bytes and never brings them.
      if (midFrame)
        (socket as unknown as { _socket: Socket })._socket.write(Buffer.from([0x81, 126, 0, 126, 0x7b]));
      socket.terminate();
    }
  }

  /** Leaves every live session open, and neither reads nor answers any more. */
  freeze(): void {
    for (const socket of this.#live) socket.pause();
  }

  /** Closes every live session with a code. */
  closeSessions(code: number): void {
    for (const socket of this.#live) socket.close(code);
  }

  /** Resolves as soon as the condition holds; it is looked at whenever anything arrives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#live) socket.terminate();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const fault = this.script.get(path)?.take();
    if (fault === 'never-read') return;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
    this.requests.push({ method: request.method ?? '', path, headers: request.headers, body, text });
    this.#arrived();
    const good = (): GoodAnswer => goodAnswer(this.hub, request, text);
    if (fault === undefined) {
      const { status, body: answer } = good();
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    } else misbehave(fault, response, good);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const fault = this.upgrades.take();
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const bearer = this.hub.signIns.liveBearerOf(token);
    this.requests.push({
      method: 'UPGRADE',
      path: request.url ?? '',
      headers: request.headers,
      body: head,
      text: '',
    });
    this.#arrived();
    if (fault === 'never') return;
    if (fault === 'reset') return void socket.resetAndDestroy();
    const status =
      typeof fault === 'object' && 'status' in fault ? fault.status : bearer === undefined ? 401 : 101;
    if (status !== 101)
      return void socket.end(`HTTP/1.1 ${status} No\r\nlocation: /\r\ncontent-length: 0\r\n\r\n`);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#converse(webSocket, fault, bearer),
    );
  }

  #converse(
    webSocket: WebSocket,
    fault: UpgradeMisbehaviour | undefined,
    bearer: HubSession['bearer'] | undefined,
  ): void {
    this.#live.add(webSocket);
    webSocket.on('error', () => undefined);
    if (bearer === undefined || fault === 'no-snapshot') return;
    if (typeof fault === 'object' && 'closeWith' in fault) return webSocket.close(fault.closeWith);
    if (typeof fault === 'object' && 'first' in fault) {
      for (const frame of fault.first) webSocket.send(frame);
      if (!fault.thenSnapshot) return;
    }
    const session: HubSession = {
      bearer,
      deliver: (message) => webSocket.send(JSON.stringify(message)),
      end: (why) => (why === 'lost' ? webSocket.terminate() : webSocket.close(4401)),
    };
    const leave = this.hub.join(session);
    webSocket.on('close', () => {
      leave();
      this.#live.delete(webSocket);
    });
    webSocket.on('message', (data) => this.#hear(String(data), session));
    webSocket.send(JSON.stringify(this.hub.snapshot(bearer.team)));
  }

  #hear(text: string, session: HubSession): void {
    this.frames.push(text);
    this.#arrived();
    const document = JSON.parse(text) as Record<string, unknown>;
    if (document['type'] === 'pong') return;
    if (document['type'] === 'auth') return session.deliver({ type: 'auth', status: 'ok' });
    const fault = this.hub.liveFaults.take();
    if (fault === 'lost-before') return session.end('lost');
    const results = this.hub.receive(session.bearer, [document], session);
    if (fault === 'lost-after') return session.end('lost');
    if (results === 'poison' || !this.hub.capabilities.includes('ack')) return;
    for (const result of results) session.deliver({ type: 'ack', ...result });
  }

  #arrived(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

const SHORT_PATHS: Readonly<Record<string, string>> = {
  batch: '/api/v1/events/batch/',
  health: '/api/v1/sync/health/',
};
