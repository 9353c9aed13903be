import { Readable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { parseJson } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import {
  type ClientMessage,
  type ServerMessage,
  type SnapshotMessage,
  parseServerMessage,
} from '../../domain/wire.js';
import type { LiveSession, OutgoingEvent, SessionEnd } from '../../ports/delivery.js';
import type { Timer } from '../../ports/host.js';
import { printable } from './printable.js';

/** One WebSocket from its upgrade to its end. It becomes a session for others with the snapshot. */
export class WsLiveSession implements LiveSession {
  readonly ended: Promise<SessionEnd>;
  /** How it ended before its snapshot; `undefined` as soon as that is there. */
  readonly opened: Promise<SessionEnd | undefined>;
  readonly #socket: WebSocket;
  readonly #timer: Timer;
  /** Memory stays bounded when the reader is slow: the socket is not read either then. */
  readonly #messages: Readable;
  readonly #over = new AbortController();
  #snapshot: SnapshotMessage | undefined;
  #open: () => void = () => undefined;
  #end: SessionEnd | undefined;
  #ignored = 0;
  #frames = 0;

  /** A session without any frame for `silenceMs` is lost. `describe` says in words why a connection failed. */
  constructor(socket: WebSocket, timer: Timer, silenceMs: number, describe: (error: Error) => string) {
    this.#socket = socket;
    this.#timer = timer;
    const read = (): void => void (socket.isPaused && socket.resume());
    this.#messages = new Readable({ objectMode: true, highWaterMark: MOST_WAITING, read });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', () => (this.#frames += 1));
    socket.on('pong', () => (this.#frames += 1));
    // Every error is followed by the close that ends the session; the first of both tells why.
    socket.on('error', (error) => this.#finish({ reason: 'lost', detail: describe(error) }));
    this.ended = new Promise((resolve) => {
      this.#over.signal.addEventListener('abort', () => resolve(this.#end ?? { reason: 'closed-by-us' }));
    });
    const snapshot = new Promise<undefined>((resolve) => (this.#open = () => resolve(undefined)));
    this.opened = Promise.race([snapshot, this.ended]);
    socket.on('close', (code, reason) => this.#finish(endOf(code, String(reason))));
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy();
      const isRefused = statusCode === 401 || statusCode === 403;
      this.#finish(
        isRefused ? { reason: 'unauthorized' } : { reason: 'lost', detail: `status ${statusCode}` },
      );
    });
    socket.once('open', () => void this.#endInSilence(silenceMs));
  }

  get snapshot(): SnapshotMessage {
    if (this.#snapshot === undefined) throw new Error('a session begins with its snapshot');
    return this.#snapshot;
  }

  /** Nobody waits for its snapshot any more; after that it changes nothing. */
  giveUp(detail: string): void {
    if (this.#snapshot === undefined) this.#finish({ reason: 'lost', detail });
  }

  send(event: OutgoingEvent): Promise<void> {
    return this.#write(event.json);
  }

  renew(token: string): Promise<void> {
    if (this.#snapshot?.capabilities?.includes('auth') !== true) {
      return Promise.reject(new SyncError('protocol-mismatch', 'This hub cannot renew a token in place.'));
    }
    return this.#write(JSON.stringify({ type: 'auth', token } satisfies ClientMessage));
  }

  messages(): AsyncIterable<ServerMessage> {
    return this.#messages;
  }

  ignoredFrames(): number {
    return this.#ignored;
  }

  async close(): Promise<void> {
    this.#finish({ reason: 'closed-by-us' });
    // A socket that never opened has nothing to resume, and says so by throwing.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close(NORMAL_CLOSURE);
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    const closed = new AbortController();
    this.#socket.once('close', () => closed.abort());
    await this.#timer.sleep(CLOSE_GRACE_MS, closed.signal);
    this.#socket.terminate();
  }

  #write(text: string): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(sessionOver());
    return new Promise((resolve, reject) => {
      this.#socket.send(text, { binary: false }, (error) =>
        error == null ? resolve() : reject(sessionOver(error)),
      );
    });
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#frames += 1;
    if (this.#end !== undefined) return;
    const message = isBinary ? undefined : parseServerMessage(parseJson(String(data)));
    if (message === undefined) {
      this.#ignored += 1;
      return;
    }
    if (message.type === 'ping') this.#answerPing(message.timestamp);
    if (this.#snapshot !== undefined) {
      if (!this.#messages.push(message)) this.#socket.pause();
    } else if (message.type === 'snapshot') {
      this.#snapshot = message;
      this.#open();
    } else if (message.type !== 'ping') this.#ignored += 1;
  }

  #answerPing(timestamp: number): void {
    // A pong that cannot be written belongs to a session that is about to end by itself.
    this.#write(JSON.stringify({ type: 'pong', timestamp } satisfies ClientMessage)).catch(() => undefined);
  }

  /**
   * Ends the session when no frame came for `silenceMs`. It looks a dozen times in that span instead of restarting a
   * timer at every frame, so that silence is noticed at most a twelfth too late; half-way it asks, since a hub with
   * nothing to say is not gone.
   */
  async #endInSilence(silenceMs: number): Promise<void> {
    let seen = this.#frames;
    let silentLooks = 0;
    while (silentLooks < LOOKS) {
      await this.#timer.sleep(silenceMs / LOOKS, this.#over.signal);
      if (this.#end !== undefined) return;
      // What we ourselves hold back is no silence of the hub.
      silentLooks = this.#frames === seen && !this.#socket.isPaused ? silentLooks + 1 : 0;
      seen = this.#frames;
      if (silentLooks === LOOKS / 2) this.#socket.ping();
    }
    this.#finish({ reason: 'lost', detail: `nothing heard for ${Math.round(silenceMs / 1000)} s` });
    this.#socket.terminate();
  }

  #finish(end: SessionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#messages.push(null);
    this.#over.abort();
  }
}

const MOST_WAITING = 1024;
const NORMAL_CLOSURE = 1000;
const CLOSE_GRACE_MS = 1_000;
const LOOKS = 12;

/** Policy violation, unauthorized (as IANA registers it), and the code that Django servers made common for it. */
const UNAUTHORIZED_CODES: ReadonlySet<number> = new Set([1008, 3000, 4401]);

const endOf = (code: number, reason: string): SessionEnd =>
  UNAUTHORIZED_CODES.has(code)
    ? { reason: 'unauthorized' }
    : { reason: 'lost', detail: [`closed with code ${code}`, printable(reason)].filter(Boolean).join(': ') };

const sessionOver = (cause?: unknown): SyncError =>
  new SyncError('unreachable', 'The live connection is over.', cause === undefined ? {} : { cause });
