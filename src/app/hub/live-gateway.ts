import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { messageOf } from '../../domain/errors.js';
import type { SnapshotMessage } from '../../domain/wire.js';
import type { AccountStore, Bearer, EventStore } from '../../ports/hub.js';
import type { Log } from '../../ports/host.js';
import { bearerToken, refuseSocket, urlOf } from './http-door.js';
import type { LiveAudience } from './live-audience.js';
import { CLOSE_STOPPING, LiveSession, type LiveSessionHost } from './live-session.js';
import { problem, type Problem } from './problem.js';
import { segmentsOf } from './route.js';
import { bearerProblem } from './token-api.js';

const LIVE_PATH = '/ws/v1/events/';

/** Opens live sessions: from the upgrade request to the snapshot, and all of them down again at the end. */
export class LiveGateway {
  readonly #store: EventStore;
  readonly #accounts: AccountStore;
  readonly #audience: LiveAudience;
  readonly #host: LiveSessionHost;
  readonly #log: Log;
  readonly #server: WebSocketServer;
  readonly #sessions = new Map<LiveSession, string>();
  /** Every socket that asked for an upgrade; the HTTP server does not end these. */
  readonly #sockets = new Set<Socket>();
  #stopping = false;

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
    });
  }

  /** Answers one upgrade request; never rejects. */
  async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    try {
      const token = bearerToken(request) ?? '';
      const admitted = await this.#admit(request, token);
      if ('kind' in admitted || this.#stopping) {
        refuseSocket(socket, 'kind' in admitted ? admitted : problem('stopping'));
        return;
      }
      this.#server.handleUpgrade(
        request,
        socket,
        head,
        (opened) => void this.#begin(opened, admitted, token),
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
    for (const session of this.#sessions.keys()) session.close(CLOSE_STOPPING, 'the hub is stopping');
    const deadline = performance.now() + this.#host.limits.drainMs;
    while (this.#sessions.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #admit(request: IncomingMessage, token: string): Promise<Bearer | Problem> {
    const path = segmentsOf(urlOf(request)?.pathname ?? '').join('/');
    if (path !== segmentsOf(LIVE_PATH).join('/')) return problem('not-found');
    if (token === '') return bearerProblem('missing');
    const bearer = await this.#accounts.identify(token, 'live');
    if (!bearer.ok) return bearerProblem(bearer.error);
    const { sockets, socketsPerUser } = this.#host.limits;
    const own = [...this.#sessions.values()].filter((user) => user === bearer.value.user).length;
    if (this.#sessions.size >= sockets || own >= socketsPerUser) {
      return problem('too-many-requests', 'Too many live connections.', { headers: { 'retry-after': '30' } });
    }
    return bearer.value;
  }

  async #begin(socket: WebSocket, bearer: Bearer, token: string): Promise<void> {
    const session = new LiveSession(socket, bearer, token, this.#host);
    this.#sessions.set(session, bearer.user);
    // Joined before the snapshot is read, so that no event falls between the two.
    const leave = this.#audience.join(bearer.team, session);
    socket.on('close', () => {
      leave();
      this.#sessions.delete(session);
    });
    try {
      session.open(await this.#snapshot(bearer.team));
    } catch (error) {
      this.#log.warn(`a snapshot failed: ${messageOf(error)}`);
      session.close(1011, 'the hub cannot read at the moment');
    }
  }

  async #snapshot(team: string): Promise<SnapshotMessage> {
    const events = this.#store.forTeam(team);
    const { limits } = this.#host;
    const [workPackages, position] = await Promise.all([
      events.recentWorkPackages(SNAPSHOT_WORK_PACKAGES),
      events.position(),
    ]);
    return {
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
      capabilities: ['ack', 'auth', 'sequence'],
      lamport_clock: position.lamport,
      limits: {
        batch_events: limits.batchEvents,
        batch_bytes: limits.batchCompressedBytes,
        event_bytes: limits.eventBytes,
      },
      hub_id: this.#store.hubId,
      sequence: position.sequence,
    };
  }
}

/** Keeps the first frame well below the size that a client takes; the board is read by its own call. */
const SNAPSHOT_WORK_PACKAGES = 1000;

const POLL_MS = 5;
