import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { messageOf } from '../../domain/errors.js';
import { audit } from './audit.js';
import { bearerRefusal, bearerToken, type Caller } from './callers.js';
import { refuseSocket } from './http-door.js';
import { CLOSE_STOPPING, LiveSession, type LiveEntry } from './live-session.js';
import { LiveTeam, type LiveNeeds } from './live-team.js';
import { later, Refusal } from './problem.js';
import { Breather } from './turns.js';

export const LIVE_PATH = '/ws/v1/events/';

/** Opens live sessions: from the upgrade request to the snapshot, and all of them down again at the end. */
export const liveGateway = (needs: LiveNeeds) => {
  const { accounts, callers, ingest, limits, log, metrics } = needs;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    clientTracking: false,
    autoPong: false,
  });
  const sessions = new Set<LiveSession>();
  const teams = new Map<string, LiveTeam>();
  let isStopping = false;
  /** What the accounts said last of their state, as long as there are sessions. */
  let revision: string | undefined;

  /** A page cannot name its token; its cookie stands for it, of which each connection gets a live token. */
  const browserToken = async (request: IncomingMessage): Promise<string | undefined> => {
    try {
      const { token } = await callers.browser(request, '');
      const issued = await accounts.issueLiveToken(token);
      return issued.ok ? issued.value.token : undefined;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  };

  const admit = async (request: IncomingMessage): Promise<Caller> => {
    // As for all calls: slashes that are repeated count as one, and the last one need not be there.
    const path = request.url?.replace(/\?.*/s, '').replaceAll(/\/+/g, '/').replace(/\/?$/, '/');
    if (path !== LIVE_PATH) throw new Refusal('not-found');
    const token = bearerToken(request) ?? (await browserToken(request));
    if (token === undefined) throw bearerRefusal('missing');
    const bearer = await accounts.openLive(token);
    if (!bearer.ok) throw bearerRefusal(bearer.error);
    const own = [...sessions].filter(({ caller }) => caller.bearer.user === bearer.value.user).length;
    if (sessions.size >= limits.sockets || own >= limits.socketsPerUser)
      throw later('too-many-requests', 'Too many live connections.', 30);
    return { token, bearer: bearer.value };
  };

  const begin = (entry: LiveEntry): LiveSession => {
    const { team: name } = entry.caller.bearer;
    const team = teams.get(name) ?? new LiveTeam(name, needs, () => teams.delete(name));
    teams.set(name, team);
    const session = new LiveSession(entry, team, needs);
    sessions.add(session);
    entry.socket.on('close', () => sessions.delete(session));
    team.snapshot().then(
      (snapshot) => session.open(snapshot),
      (error: unknown) => {
        log.warn(`a snapshot failed: ${messageOf(error)}`);
        session.close(1011, 'the hub cannot read at the moment');
      },
    );
    return session;
  };

  /** Asks whether they may go on; all of them are asked once more when the store cannot say. */
  const judge = async (some: readonly LiveSession[]): Promise<void> => {
    const asked = some.map(({ caller }) => caller);
    try {
      const tokens = asked.map(({ token }) => token);
      const bearers = await accounts.identifyAll(tokens, 'live');
      const breather = new Breather();
      for (const [at, session] of some.entries()) {
        // One that was renewed meanwhile was looked up for that.
        if (session.caller === asked[at]) session.judge(bearers[at]);
        await breather.pause();
      }
    } catch {
      revision = undefined;
    }
  };

  /**
   * Looks, while there are sessions, whether something was taken back, by this process or another one. Then all are asked
   * whether they may go on, idle ones too.
   */
  const watch = async (): Promise<void> => {
    while (!isStopping) {
      const before = revision;
      try {
        revision = sessions.size === 0 ? undefined : await accounts.revision();
      } catch (error) {
        log.warn(messageOf(error));
      }
      if (revision !== before) {
        if (before !== undefined && revision !== undefined)
          audit(log, 'taken-back', { sessions: sessions.size });
        await judge([...sessions]);
      }
      await sleep(limits.membershipCheckMs, undefined, { ref: false });
    }
  };

  metrics.gauge('live_sessions', 'Open live sessions.', () => sessions.size);
  void watch();
  return {
    /** Answers one upgrade request; never rejects. */
    upgrade: async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
      socket.on('error', () => socket.destroy());
      const before = revision;
      try {
        const caller = await admit(request);
        if (isStopping) throw new Refusal('stopping');
        server.handleUpgrade(request, socket, head, (opened) => {
          const session = begin({ caller, socket: opened, wire: socket });
          // Something was taken back while it was being admitted.
          if (revision !== before) void judge([session]);
        });
      } catch (error) {
        const isRefused = error instanceof Refusal;
        if (!isRefused) log.warn(`an upgrade failed: ${messageOf(error)}`);
        refuseSocket(socket, isRefused ? error : new Refusal('storage-failed'));
      }
    },
    /** Ends all sessions, letting each answer its last events. */
    close: async (): Promise<void> => {
      isStopping = true;
      await ingest.settle();
      for (const session of sessions) session.close(CLOSE_STOPPING, 'the hub is stopping');
    },
  };
};
