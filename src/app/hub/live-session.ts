import type { Socket } from 'node:net';
import type { WebSocket, RawData } from 'ws';
import { isFields } from '../../domain/document.js';
import type { Result } from '../../domain/result.js';
import { parseClientMessage, type EventResult } from '../../domain/wire.js';
import type { Bearer, BearerFault } from '../../ports/hub.js';
import { parseFrame } from './batch-body.js';
import type { Caller } from './callers.js';
import type { Listener, LiveNeeds, LiveTeam, News } from './live-team.js';

/** Codes with which the hub ends a session. */
/** Not 1001: at that code the Python client takes what it has just sent for delivered. */
export const CLOSE_STOPPING = 1012;
const CLOSE_NOISE = 1008;
const CLOSE_UNAUTHORIZED = 4401;

/** How a session was opened. */
export interface LiveEntry {
  readonly caller: Caller;
  /** Its two ways out: frames of its own, and bytes that were framed once for everybody. */
  readonly socket: WebSocket;
  readonly wire: Socket;
}

/** One live connection, from its snapshot to its end. */
export class LiveSession implements Listener {
  readonly #socket: WebSocket;
  readonly #wire: Socket;
  readonly #team: LiveTeam;
  readonly #needs: LiveNeeds;
  /** With the live token with which it was opened, or renewed last. */
  #caller: Caller;
  /** Numbers of events that came from here: no news to it. */
  readonly #own = new Set<number>();
  #unanswered = 0;
  #unansweredBytes = 0;
  #heardAt = performance.now();
  /** What is left for frames that are no events, and when something was taken of it. */
  #allowance: number;
  #spentAt = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #ended = false;

  constructor({ caller, socket, wire }: LiveEntry, team: LiveTeam, needs: LiveNeeds) {
    this.#socket = socket;
    this.#wire = wire;
    this.#caller = caller;
    this.#team = team;
    this.#needs = needs;
    this.#allowance = needs.limits.controlBurst;
    team.join(this);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', (data) => {
      this.#heardAt = performance.now();
      if (this.#mayControl(1)) socket.pong(data);
    });
    socket.on('pong', () => (this.#heardAt = performance.now()));
    socket.on('close', () => {
      this.#ended = true;
      clearInterval(this.#heartbeat);
      team.leave(this);
    });
    // The close event follows and says everything that matters.
    socket.on('error', () => undefined);
    wire.on('drain', () => {
      this.#flow();
      team.flow(this);
    });
  }

  get caller(): Caller {
    return this.#caller;
  }

  /** Begins the session with the frame of the snapshot; news come after it. */
  open(snapshot: Buffer): void {
    if (this.#ended) return;
    this.#wire.write(snapshot);
    this.#heartbeat = setInterval(() => this.#beat(), this.#needs.limits.pingIntervalMs);
    this.#heartbeat.unref();
    this.#team.flow(this);
  }

  get hasRoom(): boolean {
    return this.#heartbeat !== undefined && !this.#ended && !this.#wire.writableNeedDrain;
  }

  hear(news: News): void {
    this.#wire.write(this.#own.size === 0 ? news.bytes : news.without(this.#own));
    this.#flow();
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

  /** Ends the session if it has expired, or if what is known of its token says so. */
  judge(bearer?: Result<Bearer, BearerFault>): void {
    if (
      !this.#ended &&
      (bearer?.ok === false || this.#needs.clock.nowMs() >= this.#caller.bearer.expiresAtMs)
    )
      this.close(CLOSE_UNAUTHORIZED, 'sign in again');
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    this.#heardAt = performance.now();
    // What is larger than any event is none, and not worth reading; a batch tells its sender why.
    const { foreignEventBytes, eventValues } = this.#needs.limits;
    const text = isBinary || (data as Buffer).length > foreignEventBytes ? '' : String(data).trim();
    const value = parseFrame(text, eventValues);
    const message = parseClientMessage(value);
    // One bad frame is an accident and is ignored; a stream of them is not a client.
    if (!isFields(value) || message?.type === 'pong') this.#mayControl(1);
    else if (message?.type === 'auth') {
      if (this.#mayControl(RENEWAL_COST)) void this.#renew(message.token);
    } else this.#offer(text, value);
  }

  #offer(text: string, value: unknown): void {
    this.#unanswered++;
    this.#unansweredBytes += text.length;
    this.#flow();
    const answer = (result: EventResult, sequence?: number): void => {
      if (sequence !== undefined) this.#own.add(sequence);
      this.#unanswered--;
      this.#unansweredBytes -= text.length;
      this.#send(JSON.stringify({ type: 'ack', ...result }));
      this.#flow();
    };
    this.#needs.ingest.offer(this.#caller.bearer.team, { text, value, values: 0, answer });
  }

  async #renew(token: string): Promise<void> {
    // What the store cannot say ends no session.
    const bearer = await this.#needs.accounts.identify(token, 'live').catch(() => undefined);
    const { team, user } = this.#caller.bearer;
    const isSamePerson = bearer?.ok === true && bearer.value.team === team && bearer.value.user === user;
    if (isSamePerson) this.#caller = { bearer: bearer.value, token };
    this.#send(JSON.stringify({ type: 'auth', status: isSamePerson ? 'ok' : 'refused' }));
  }

  #beat(): void {
    const { clock, limits } = this.#needs;
    if (performance.now() - this.#heardAt > limits.silenceMs) {
      this.giveUp();
      return;
    }
    this.#send(JSON.stringify({ type: 'ping', timestamp: Math.floor(clock.nowMs() / 1000) }));
    this.judge();
  }

  /** Nothing is read while too much waits to be answered, or answers wait to be read. */
  #flow(): void {
    const { unansweredEvents, unansweredBytes } = this.#needs.limits;
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
    const { controlBurst, controlPerSecond } = this.#needs.limits;
    const seconds = (performance.now() - this.#spentAt) / 1000;
    this.#allowance = Math.min(controlBurst, this.#allowance + seconds * controlPerSecond) - cost;
    this.#spentAt = performance.now();
    if (this.#allowance >= 0) return true;
    this.close(CLOSE_NOISE, 'too many frames that are no events');
    return false;
  }

  #send(frame: string): void {
    if (!this.#ended && this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
  }
}

/** How long a session that was ended may take to hang up. */
const LINGER_MS = 1000;

/** A renewal is looked up in the store. */
const RENEWAL_COST = 10;
