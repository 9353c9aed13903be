import type { HubAddress } from '../../domain/outbox/account.js';
import { isBearerToken } from '../../domain/delivery/credentials.js';
import { liveUrl } from '../../domain/delivery/hub-url.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import type { Timer } from '../../ports/host.js';
import type { LiveSession, LiveTransport, SessionEnd } from '../../ports/delivery.js';
import { connectionFailure, requireSecureHub } from './bounded-http.js';
import { printable } from './printable.js';
import { WayOut } from './way-out.js';
import { WsLiveSession } from './ws-live-session.js';

/** As the contract has them; tests shorten them. */
const LIVE_LIMITS = { upgradeMs: 10_000, silenceMs: 60_000 };

interface WsLiveTransportOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timer: Timer;
  readonly limits?: typeof LIVE_LIMITS;
}

/** Live sessions over WebSocket with ws: frames of at most 1 MiB, no per-message deflate, TLS verified. */
export class WsLiveTransport implements LiveTransport {
  readonly #options: WsLiveTransportOptions;
  readonly #open = new Set<WsLiveSession>();
  readonly #wayOut = new WayOut();

  constructor(options: WsLiveTransportOptions) {
    this.#options = options;
  }

  async open(hub: HubAddress, wsToken: string, signal?: AbortSignal): Promise<LiveSession> {
    requireSecureHub(hub);
    if (!isBearerToken(wsToken)) throw refusedToken();
    const isAborted = (): boolean => signal?.aborted === true;
    if (isAborted()) throw interrupted();
    const { limits = LIVE_LIMITS, timer, version } = this.#options;
    // Only a process that connects loads the library.
    const { WebSocket } = await import('ws');
    const way = await this.#wayOut.to(hub.url).catch((error: unknown) => {
      throw new SyncError('unreachable', `No live connection: ${messageOf(error)}.`, { cause: error });
    });
    const socket = new WebSocket(liveUrl(hub.url), {
      headers: { authorization: `Bearer ${wsToken}`, 'user-agent': `spec-kitty-sync/${version}` },
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: limits.upgradeMs,
      rejectUnauthorized: true,
      // Without a proxy each session opens a connection of its own.
      ...(way.proxy === undefined ? {} : { agent: way.agents.https }),
      ...(way.authorities === undefined ? {} : { ca: [...way.authorities] }),
    });
    // What the library itself says has no code.
    const describe = (error: Error): string =>
      'code' in error || way.proxy !== undefined
        ? connectionFailure(error, undefined, way.proxy)
        : printable(error.message);
    const session = new WsLiveSession(socket, timer, limits.silenceMs, describe);
    this.#open.add(session);
    void session.ended.then(() => this.#open.delete(session));
    const opened = new AbortController();
    const waits = signal === undefined ? opened.signal : AbortSignal.any([opened.signal, signal]);
    void timer.sleep(limits.upgradeMs, waits).then(() => session.giveUp('no snapshot in time'));
    const end = await session.opened;
    opened.abort();
    if (end === undefined) return session;
    socket.terminate();
    if (isAborted()) throw interrupted();
    throw end.reason === 'unauthorized' ? refusedToken() : noConnection(end);
  }

  /** Ends every session; safe to repeat. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.close()));
    this.#wayOut.close();
  }
}

const MAX_FRAME_BYTES = 1024 * 1024;

const refusedToken = (): SyncError => new SyncError('session-expired', 'The hub does not accept the token.');

const interrupted = (): SyncError => new SyncError('interrupted', 'Connecting was interrupted.');

const noConnection = (end: SessionEnd): SyncError =>
  new SyncError('unreachable', `No live connection: ${'detail' in end ? end.detail : 'closed'}.`);
