import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { messageOf } from '../../domain/errors.js';
import { CAPABILITIES, type SnapshotMessage } from '../../domain/wire.js';
import type { AccountStore, Bearer, EventStore } from '../../ports/hub.js';
import type { Log } from '../../ports/host.js';
import { BrowserCookie } from './browser-cookie.js';
import { audit } from './audit.js';
import { bearerToken, refuseSocket } from './http-door.js';
import { textFrame, type LiveAudience } from './live-audience.js';
import { CLOSE_STOPPING, LiveSession, type LiveConnection, type LiveSessionHost } from './live-session.js';
import { problem, type Problem } from './problem.js';
import { segmentsOf } from './route.js';
import { bearerProblem } from './token-api.js';
import { Breather } from './turns.js';

export const LIVE_PATH = '/ws/v1/events/';

/** Opens live sessions: from the upgrade request to the snapshot, and all of them down again at the end. */
export class LiveGateway {
  readonly #store: EventStore;
  readonly #accounts: AccountStore;
  readonly #audience: LiveAudience;
  readonly #host: LiveSessionHost;
  readonly #log: Log;
  readonly #server: WebSocketServer;
  readonly #sessions = new Set<LiveSession>();
  readonly #snapshots = new Map<string, SharedWork<Buffer>>();
  /** Every socket that asked for an upgrade; the HTTP server does not end these. */
  readonly #sockets = new Set<Socket>();
  #stopping = false;
  #watching: Promise<void> | undefined;

  constructor(
    store: EventStore,
    accounts: AccountStore,
    audience: LiveAudience,
    host: Omit<LiveSessionHost, 'identify'>,
    log: Log,
  ) {
    this.#store = store;
    this.#accounts = accounts;
    this.#audience = audience;
    this.#host = { ...host, identify: (token) => accounts.identify(token, 'live') };
    this.#log = log;
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: host.limits.frameBytes,
      clientTracking: false,
      autoPong: false,
    });
  }

  /** How many sessions are open. */
  get open(): number {
    return this.#sessions.size;
  }

  /** Answers one upgrade request; never rejects. */
  async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    try {
      const token = bearerToken(request) ?? (await this.#browserToken(request)) ?? '';
      const admitted = await this.#admit(request, token);
      if ('kind' in admitted || this.#stopping) {
        refuseSocket(socket, 'kind' in admitted ? admitted : problem('stopping'));
        return;
      }
      this.#server.handleUpgrade(
        request,
        socket,
        head,
        (opened) => void this.#begin({ socket: opened, wire: socket }, admitted, token),
      );
    } catch (error) {
      this.#log.warn(`an upgrade failed: ${messageOf(error)}`);
      refuseSocket(socket, problem('storage-failed'));
    }
  }

  /** Ends all sessions, letting each answer its last events; the stubborn ones are cut off when time is up. */
  async close(): Promise<void> {
    this.#stopping = true;
    await this.#host.ingest.settle();
    for (const session of this.#sessions) session.close(CLOSE_STOPPING, 'the hub is stopping');
    const deadline = performance.now() + this.#host.limits.drainMs;
    while (this.#sessions.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #admit(request: IncomingMessage, token: string): Promise<Bearer | Problem> {
    const path = segmentsOf(request.url?.split('?')[0] ?? '').join('/');
    if (path !== segmentsOf(LIVE_PATH).join('/')) return problem('not-found');
    if (token === '') return bearerProblem('missing');
    const bearer = await this.#accounts.openLive(token);
    if (!bearer.ok) return bearerProblem(bearer.error);
    const { sockets, socketsPerUser } = this.#host.limits;
    const own = [...this.#sessions].filter(({ user }) => user === bearer.value.user).length;
    if (this.#sessions.size >= sockets || own >= socketsPerUser) {
      return problem('too-many-requests', 'Too many live connections.', { headers: { 'retry-after': '30' } });
    }
    return bearer.value;
  }

  /** A page cannot name its token; its cookie stands for it, of which each connection gets a live token. */
  async #browserToken(request: IncomingMessage): Promise<string | undefined> {
    const entry = await new BrowserCookie(this.#store.hubId).enter(request, this.#accounts, '');
    if (entry?.ok !== true) return undefined;
    const issued = await this.#accounts.issueLiveToken(entry.value.access);
    return issued.ok ? issued.value.token : undefined;
  }

  async #begin(connection: LiveConnection, bearer: Bearer, token: string): Promise<void> {
    const { team } = bearer;
    const session = new LiveSession(connection, bearer, token, this.#host, () => membership.resume());
    const membership = this.#audience.join(team, session);
    this.#sessions.add(session);
    this.#watching ??= this.#watch().finally(() => (this.#watching = undefined));
    connection.socket.on('close', () => {
      membership.leave();
      this.#sessions.delete(session);
    });
    try {
      // Begun before the snapshot is read, so that no event falls between the two.
      await membership.ready;
      const snapshots = this.#snapshots.get(team) ?? new SharedWork(() => this.#snapshot(team));
      this.#snapshots.set(team, snapshots);
      session.open(await snapshots.result());
    } catch (error) {
      this.#log.warn(`a snapshot failed: ${messageOf(error)}`);
      session.close(1011, 'the hub cannot read at the moment');
    }
  }

  /**
   * Looks, as long as there are sessions, whether something was taken back, by this process or another one. Then all are
   * asked whether they may go on, idle ones too.
   */
  async #watch(): Promise<void> {
    let seen: string | undefined;
    while (this.#sessions.size > 0) {
      const revision = await this.#accounts.revision().catch((error: unknown) => {
        this.#log.warn(messageOf(error));
        return seen;
      });
      if (revision !== seen) {
        if (seen !== undefined) audit(this.#log, 'taken-back', { sessions: this.#sessions.size });
        const breather = new Breather();
        for (const session of this.#sessions) {
          await session.check();
          await breather.pause();
        }
      }
      seen = revision;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, this.#host.limits.membershipCheckMs).unref();
      });
    }
  }

  async #snapshot(team: string): Promise<Buffer> {
    const events = this.#store.forTeam(team);
    const { limits } = this.#host;
    // The position first: what is stored in between is told as news although the work packages know of it.
    const position = await events.position();
    const workPackages = await events.recentWorkPackages(SNAPSHOT_WORK_PACKAGES);
    const snapshot: SnapshotMessage = {
      type: 'snapshot',
      work_packages: workPackages.map(({ projectUuid, featureSlug, state }) => ({
        project_uuid: projectUuid,
        feature_slug: featureSlug,
        wp_id: state.wp_id,
        title: state.title,
        status: state.lane,
        agent: state.agent?.agent_id ?? null,
        lamport_clock: state.last_event.lamport_clock,
      })),
      capabilities: CAPABILITIES,
      lamport_clock: position.lamport,
      limits: {
        batch_events: limits.batchEvents,
        batch_bytes: limits.batchCompressedBytes,
        event_bytes: limits.eventBytes,
      },
      hub_id: this.#store.hubId,
      history: this.#store.history,
      sequence: position.sequence,
    };
    return textFrame(JSON.stringify(snapshot));
  }
}

/** Keeps the first frame well below the size that a client takes; the board is read by its own call. */
const SNAPSHOT_WORK_PACKAGES = 1000;

const POLL_MS = 5;

/** Work whose result is good for everybody who asked before it began: a thousand at once cost two runs of it. */
class SharedWork<T> {
  readonly #work: () => Promise<T>;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  result(): Promise<T> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      const running = this.#work();
      this.#last = running.catch(() => undefined);
      return running;
    });
    return this.#next;
  }
}
