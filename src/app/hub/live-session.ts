import type { WebSocket, RawData } from 'ws';
import { parseClientMessage, type EventResult, type SnapshotMessage } from '../../domain/wire.js';
import type { Bearer, BearerFault } from '../../ports/hub.js';
import type { Result } from '../../domain/result.js';
import type { WallClock } from '../../ports/host.js';
import { parseJson } from './batch-api.js';
import type { HubLimits } from './hub-limits.js';
import type { Listener } from './live-audience.js';
import type { LiveIngest, LiveSender } from './live-ingest.js';

/** What a session asks of the hub. */
export interface LiveSessionHost {
  readonly ingest: LiveIngest;
  readonly clock: WallClock;
  readonly limits: HubLimits;
  readonly identify: (liveToken: string) => Promise<Result<Bearer, BearerFault>>;
}

/** Codes with which the hub ends a session. */
/** Not 1001: at that code the Python client takes what it has just sent for delivered. */
export const CLOSE_STOPPING = 1012;
const CLOSE_NOISE = 1008;
const CLOSE_UNAUTHORIZED = 4401;

/** One live connection, from its snapshot to its end. */
export class LiveSession implements Listener, LiveSender {
  readonly #socket: WebSocket;
  readonly #host: LiveSessionHost;
  #bearer: Bearer;
  #token: string;
  /** Frames that wait for the snapshot, which has to be the first one; `undefined` once it is out. */
  #held: (string | Buffer)[] | undefined = [];
  #unanswered = 0;
  #noise = 0;
  #heardAt = performance.now();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, bearer: Bearer, token: string, host: LiveSessionHost) {
    this.#socket = socket;
    this.#bearer = bearer;
    this.#token = token;
    this.#host = host;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => this.#touch());
    socket.on('close', () => clearInterval(this.#heartbeat));
    // The close event follows and says everything that matters.
    socket.on('error', () => undefined);
  }

  /** Begins the session: the snapshot first, then whatever was heard meanwhile. */
  open(snapshot: SnapshotMessage): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#send(JSON.stringify(snapshot));
    for (const frame of held) this.#send(frame);
    this.#heartbeat = setInterval(() => void this.#beat(), this.#host.limits.pingIntervalMs);
    this.#heartbeat.unref();
  }

  hear(frame: Buffer): void {
    this.#send(frame);
  }

  acknowledge(result: EventResult): void {
    this.#unanswered--;
    if (this.#unanswered < MAX_UNANSWERED / 2 && this.#socket.isPaused) this.#socket.resume();
    this.#send(JSON.stringify({ type: 'ack', ...result }));
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#touch();
    const text = isBinary ? '' : String(data).trim();
    const parsed = parseJson(text);
    if (
      !parsed.ok ||
      typeof parsed.value !== 'object' ||
      parsed.value === null ||
      Array.isArray(parsed.value)
    ) {
      // One bad frame is an accident and is ignored; a stream of them is not a client.
      if (++this.#noise > MAX_NOISE) this.close(CLOSE_NOISE, 'too many malformed frames');
      return;
    }
    const message = parseClientMessage(parsed.value);
    if (message?.type === 'pong') return;
    if (message?.type === 'auth') {
      void this.#renew(message.token);
      return;
    }
    if (++this.#unanswered >= MAX_UNANSWERED) this.#socket.pause();
    this.#host.ingest.offer(this.#bearer.team, { text, value: parsed.value }, this);
  }

  async #renew(token: string): Promise<void> {
    const bearer = await this.#identify(token);
    const isSamePerson =
      bearer?.ok === true &&
      bearer.value.team === this.#bearer.team &&
      bearer.value.user === this.#bearer.user;
    if (isSamePerson) {
      this.#bearer = bearer.value;
      this.#token = token;
    }
    this.#send(JSON.stringify({ type: 'auth', status: isSamePerson ? 'ok' : 'refused' }));
  }

  async #beat(): Promise<void> {
    const { clock, limits } = this.#host;
    if (performance.now() - this.#heardAt > limits.silenceMs) {
      this.terminate();
      return;
    }
    const bearer = await this.#identify(this.#token);
    if (bearer?.ok === false || clock.nowMs() >= this.#bearer.expiresAtMs) {
      this.close(CLOSE_UNAUTHORIZED, 'sign in again');
      return;
    }
    this.#send(JSON.stringify({ type: 'ping', timestamp: Math.floor(clock.nowMs() / 1000) }));
  }

  /** `undefined` when the store cannot say, which ends no session. */
  async #identify(token: string): Promise<Result<Bearer, BearerFault> | undefined> {
    try {
      return await this.#host.identify(token);
    } catch {
      return undefined;
    }
  }

  #touch(): void {
    this.#heardAt = performance.now();
  }

  #send(frame: string | Buffer): void {
    if (this.#held !== undefined) {
      this.#held.push(frame);
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#host.limits.unreadBytes) {
      // A reader that has fallen so far behind catches up by cursor, not by the hub's memory.
      this.terminate();
      return;
    }
    this.#socket.send(frame, { binary: false });
  }
}

const MAX_UNANSWERED = 500;
const MAX_NOISE = 100;
