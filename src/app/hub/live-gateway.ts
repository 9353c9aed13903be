import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { messageOf } from '../../domain/errors.js';
import { audit } from './audit.js';
import { bearerRefusal, bearerToken } from './callers.js';
import { refuseSocket } from './http-door.js';
import { CLOSE_STOPPING, LiveSession, type LiveEntry } from './live-session.js';
import { LiveTeam, type LiveNeeds } from './live-team.js';
import { later, Refusal } from './problem.js';
import { Breather } from './turns.js';

export const LIVE_PATH = '/ws/v1/events/';

/** Opens live sessions: from the upgrade request to the snapshot, and all of them down again at the end. */
export class LiveGateway {
  readonly #needs: LiveNeeds;
  readonly #server: WebSocketServer;
  readonly #sessions = new Set<LiveSession>();
  readonly #teams = new Map<string, LiveTeam>();
  #stopping = false;
  /** What the accounts said last of their state, as long as there are sessions. */
  #revision: string | undefined;

  constructor(needs: LiveNeeds) {
    this.#needs = needs;
    needs.metrics.gauge('live_sessions', 'Open live sessions.', () => this.#sessions.size);
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: needs.limits.frameBytes,
      clientTracking: false,
      autoPong: false,
    });
    void this.#watch();
  }

  /** Answers one upgrade request; never rejects. */
  async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const revision = this.#revision;
    try {
      const { token, bearer } = await this.#admit(request);
      if (this.#stopping) throw new Refusal('stopping');
      this.#server.handleUpgrade(request, socket, head, (opened) => {
        const session = this.#begin({ bearer, token, socket: opened, wire: socket });
        // Something was taken back while it was being admitted.
        if (this.#revision !== revision) void this.#judge([session]);
      });
    } catch (error) {
      const isRefused = error instanceof Refusal;
      if (!isRefused) this.#needs.log.warn(`an upgrade failed: ${messageOf(error)}`);
      refuseSocket(socket, isRefused ? error : new Refusal('storage-failed'));
    }
  }

  /** Ends all sessions, letting each answer its last events. */
  async close(): Promise<void> {
    this.#stopping = true;
    await this.#needs.ingest.settle();
    for (const session of this.#sessions) session.close(CLOSE_STOPPING, 'the hub is stopping');
  }

  async #admit(request: IncomingMessage): Promise<Pick<LiveEntry, 'token' | 'bearer'>> {
    // As for all calls: slashes that are repeated count as one, and the last one need not be there.
    const path = request.url?.replace(/\?.*/s, '').replaceAll(/\/+/g, '/').replace(/\/?$/, '/');
    if (path !== LIVE_PATH) throw new Refusal('not-found');
    const token = bearerToken(request) ?? (await this.#browserToken(request));
    if (token === undefined) throw bearerRefusal('missing');
    const bearer = await this.#needs.accounts.openLive(token);
    if (!bearer.ok) throw bearerRefusal(bearer.error);
    const { sockets, socketsPerUser } = this.#needs.limits;
    const own = [...this.#sessions].filter(({ user }) => user === bearer.value.user).length;
    if (this.#sessions.size >= sockets || own >= socketsPerUser)
      throw later('too-many-requests', 'Too many live connections.', 30);
    return { token, bearer: bearer.value };
  }

  /** A page cannot name its token; its cookie stands for it, of which each connection gets a live token. */
  async #browserToken(request: IncomingMessage): Promise<string | undefined> {
    try {
      const { token } = await this.#needs.callers.browser(request, '');
      const issued = await this.#needs.accounts.issueLiveToken(token);
      return issued.ok ? issued.value.token : undefined;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  #begin(entry: LiveEntry): LiveSession {
    const { team: name } = entry.bearer;
    const team = this.#teams.get(name) ?? new LiveTeam(name, this.#needs, () => this.#teams.delete(name));
    this.#teams.set(name, team);
    const session = new LiveSession(entry, team, this.#needs);
    this.#sessions.add(session);
    entry.socket.on('close', () => this.#sessions.delete(session));
    team.snapshot().then(
      (snapshot) => session.open(snapshot),
      (error: unknown) => {
        this.#needs.log.warn(`a snapshot failed: ${messageOf(error)}`);
        session.close(1011, 'the hub cannot read at the moment');
      },
    );
    return session;
  }

  /**
   * Looks, while there are sessions, whether something was taken back, by this process or another one. Then all are asked
   * whether they may go on, idle ones too.
   */
  async #watch(): Promise<void> {
    const { accounts, limits, log } = this.#needs;
    while (!this.#stopping) {
      const before = this.#revision;
      try {
        this.#revision = this.#sessions.size === 0 ? undefined : await accounts.revision();
      } catch (error) {
        log.warn(messageOf(error));
      }
      if (this.#revision !== before) {
        if (before !== undefined && this.#revision !== undefined)
          audit(log, 'taken-back', { sessions: this.#sessions.size });
        await this.#judge([...this.#sessions]);
      }
      await sleep(limits.membershipCheckMs, undefined, { ref: false });
    }
  }

  /** Asks whether they may go on; all of them are asked once more when the store cannot say. */
  async #judge(sessions: readonly LiveSession[]): Promise<void> {
    const tokens = sessions.map(({ token }) => token);
    try {
      const bearers = await this.#needs.accounts.identifyAll(tokens, 'live');
      const breather = new Breather();
      for (const [at, session] of sessions.entries()) {
        // One that was renewed meanwhile was looked up for that.
        if (session.token === tokens[at]) session.judge(bearers[at]);
        await breather.pause();
      }
    } catch {
      this.#revision = undefined;
    }
  }
}
