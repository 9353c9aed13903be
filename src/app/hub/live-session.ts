import type { Socket } from 'node:net';
import type { WebSocket, RawData } from 'ws';
import { isFields } from '../../domain/document.js';
import { parseClientMessage, type EventResult } from '../../domain/wire.js';
import type { Bearer, BearerFault } from '../../ports/hub.js';
import type { Result } from '../../domain/result.js';
import type { WallClock } from '../../ports/host.js';
import { parseFrame } from './batch-body.js';
import type { HubLimits } from './hub-limits.js';
import type { Listener, News } from './live-audience.js';
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

/** A session's two ways to its socket: frames of its own, and bytes that were framed once for everybody. */
export interface LiveConnection {
  readonly socket: WebSocket;
  readonly wire: Socket;
}

/** One live connection, from its snapshot to its end. */
export class LiveSession implements Listener {
  readonly #socket: WebSocket;
  readonly #wire: Socket;
  readonly #host: LiveSessionHost;
  readonly #onRoom: () => void;
  #bearer: Bearer;
  #token: string;
  #checkedAt = performance.now();
  #checking: Promise<void> | undefined;
  /** Numbers of events that came from here: no news to it. */
  readonly #own = new Set<number>();
  #unanswered = 0;
  #unansweredBytes = 0;
  #noise = 0;
  #control: Allowance;
  #heardAt = performance.now();
  #heartbeat: NodeJS.Timeout | undefined;
  #ended = false;

  /** `onRoom` is called when more news can be taken. */
  constructor(
    { socket, wire }: LiveConnection,
    bearer: Bearer,
    token: string,
    host: LiveSessionHost,
    onRoom: () => void,
  ) {
    this.#socket = socket;
    this.#wire = wire;
    this.#bearer = bearer;
    this.#token = token;
    this.#host = host;
    this.#onRoom = onRoom;
    this.#control = new Allowance(host.limits.controlBurst, host.limits.controlPerSecond);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', (data) => {
      this.#touch();
      if (this.#mayControl(1)) socket.pong(data);
    });
    socket.on('pong', () => this.#touch());
    socket.on('close', () => {
      this.#ended = true;
      clearInterval(this.#heartbeat);
    });
    // The close event follows and says everything that matters.
    socket.on('error', () => undefined);
    wire.on('drain', () => {
      this.#flow();
      this.#onRoom();
    });
  }

  get user(): string {
    return this.#bearer.user;
  }

  /** Begins the session with the frame of the snapshot; news come after it. */
  open(snapshot: Buffer): void {
    if (this.#ended) return;
    this.#wire.write(snapshot);
    this.#heartbeat = setInterval(() => this.#beat(), this.#host.limits.pingIntervalMs);
    this.#heartbeat.unref();
    if (!this.#wire.writableNeedDrain) this.#onRoom();
  }

  hear(news: News): boolean {
    if (this.#ended) return false;
    this.#wire.write(this.#own.size === 0 ? news.bytes : news.without(this.#own));
    this.#flow();
    return !this.#wire.writableNeedDrain;
  }

  /** Ended at once: what waits in its socket is one piece, and the client catches up by cursor. */
  giveUp(): void {
    this.#ended = true;
    this.#socket.terminate();
  }

  /** Nothing that still comes is heard. */
  close(code: number, reason: string): void {
    this.#ended = true;
    this.#socket.close(code, reason);
    // Noise is not even read; its sender is hung up on as soon as it can have heard why.
    if (code === CLOSE_NOISE) this.#wire.pause();
    else this.#socket.resume();
    setTimeout(() => this.#socket.terminate(), LINGER_MS).unref();
  }

  /** Ends the session if it may not go on; what the store cannot say ends none. */
  async check(): Promise<void> {
    this.#checkedAt = performance.now();
    const bearer = await this.#identify(this.#token);
    if (!this.#ended && (bearer?.ok === false || this.#host.clock.nowMs() >= this.#bearer.expiresAtMs))
      this.close(CLOSE_UNAUTHORIZED, 'sign in again');
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    this.#touch();
    // What is larger than any event is none, and not worth reading; a batch tells its sender why.
    const { foreignEventBytes, eventValues } = this.#host.limits;
    const text = isBinary || (data as Buffer).length > foreignEventBytes ? '' : String(data).trim();
    const parsed = parseFrame(text, eventValues);
    if (!parsed.ok || !isFields(parsed.value)) {
      // One bad frame is an accident and is ignored; a stream of them is not a client.
      if (++this.#noise > MAX_NOISE) this.close(CLOSE_NOISE, 'too many malformed frames');
      return;
    }
    const message = parseClientMessage(parsed.value);
    if (message?.type === 'pong') this.#mayControl(1);
    else if (message?.type === 'auth') {
      if (this.#mayControl(RENEWAL_COST)) void this.#renew(message.token);
    } else this.#offer(text, parsed.value);
  }

  #offer(text: string, value: unknown): void {
    this.#unanswered++;
    this.#unansweredBytes += text.length;
    this.#flow();
    const sender: LiveSender = {
      stored: (sequence) => this.#own.add(sequence),
      acknowledge: (result) => this.#acknowledge(result, text.length),
    };
    const offer = (): void => {
      if (!this.#ended) this.#host.ingest.offer(this.#bearer.team, { text, value, values: 0 }, sender);
    };
    // Who was taken out of the team may not write on; events that come meanwhile keep their order behind the question.
    if (performance.now() - this.#checkedAt > this.#host.limits.membershipCheckMs)
      this.#checking ??= this.check().finally(() => (this.#checking = undefined));
    if (this.#checking === undefined) offer();
    else void this.#checking.then(offer);
  }

  #acknowledge(result: EventResult, bytes: number): void {
    this.#unanswered--;
    this.#unansweredBytes -= bytes;
    this.#send(JSON.stringify({ type: 'ack', ...result }));
    this.#flow();
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

  #beat(): void {
    const { clock, limits } = this.#host;
    if (performance.now() - this.#heardAt > limits.silenceMs) {
      this.giveUp();
      return;
    }
    this.#send(JSON.stringify({ type: 'ping', timestamp: Math.floor(clock.nowMs() / 1000) }));
    void this.check();
  }

  /** `undefined` when the store cannot say, which ends no session. */
  async #identify(token: string): Promise<Result<Bearer, BearerFault> | undefined> {
    try {
      return await this.#host.identify(token);
    } catch {
      return undefined;
    }
  }

  /** Nothing is read while too much waits to be answered, or answers wait to be read. */
  #flow(): void {
    const { unansweredEvents, unansweredBytes } = this.#host.limits;
    const isFull =
      this.#unanswered >= unansweredEvents ||
      this.#unansweredBytes >= unansweredBytes ||
      this.#wire.writableNeedDrain;
    if (isFull && !this.#socket.isPaused) this.#socket.pause();
    else if (!isFull && this.#socket.isPaused) this.#socket.resume();
  }

  /** Frames that are no events cost the hub more than they cost whoever sends them, so they are counted. */
  #mayControl(cost: number): boolean {
    if (this.#ended) return false;
    if (this.#control.spend(cost)) return true;
    this.close(CLOSE_NOISE, 'too many frames that are no events');
    return false;
  }

  #touch(): void {
    this.#heardAt = performance.now();
  }

  #send(frame: string): void {
    if (!this.#ended && this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
  }
}

const MAX_NOISE = 100;

/** How long a session that was ended may take to hang up. */
const LINGER_MS = 1000;

/** A renewal is looked up in the store. */
const RENEWAL_COST = 10;

/** So much at once, and then so much a second. */
class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at = performance.now();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
  }

  spend(cost: number): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    this.#left -= cost;
    return this.#left >= 0;
  }
}
