import {
  advance,
  OFFLINE,
  type Connection,
  type ConnectionEvent,
  type ConnectionStatus,
} from '../../domain/delivery/connection.js';
import type { Account } from '../../domain/delivery/account.js';
import type { Answer, BatchOutcome } from '../../domain/delivery/outcome.js';
import { isSyncError, unreachable } from '../../domain/errors.js';
import { receive } from '../../domain/time/lamport.js';
import type { EventMessage, ServerMessage } from '../../domain/wire.js';
import type { TokenIssuer } from '../../ports/auth.js';
import type { LamportStore } from '../../ports/clock.js';
import type { Randomness, Timer } from '../../ports/host.js';
import type { LiveSession, LiveTransport, OutgoingEvent } from '../../ports/transport.js';
import type { AccessTokens } from '../usecases/access-token.js';
import { AckBook } from './ack-book.js';
import type { Courier } from './courier.js';
import { whenAborted } from './when-aborted.js';

export interface LiveHost {
  readonly transport: LiveTransport;
  readonly issuer: TokenIssuer;
  readonly tokens: Pick<AccessTokens, 'get'>;
  readonly clock: LamportStore;
  readonly timer: Timer;
  readonly randomness: Randomness;
}

export interface LiveListeners {
  /** An event of somebody else arrived. */
  readonly onEvent?: (event: EventMessage) => void;
  readonly onStatus?: (status: ConnectionStatus) => void;
}

/**
 * Keeps one live connection to a hub for as long as it runs: connects, reconnects by the contract's table, follows the
 * Lamport clocks of what arrives, and carries events where the hub acknowledges them.
 */
export class LiveLink {
  readonly #host: LiveHost;
  readonly #listeners: LiveListeners;
  readonly #acks = new AckBook();
  #connection: Connection = OFFLINE;
  #session: LiveSession | undefined;

  constructor(host: LiveHost, listeners: LiveListeners = {}) {
    this.#host = host;
    this.#listeners = listeners;
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** A courier over the open session; `undefined` when there is none or its hub gives no acks. */
  courier(account: Account): Courier | undefined {
    const session = this.#session;
    if (session === undefined || session.snapshot.capabilities?.includes('ack') !== true) return undefined;
    void account;
    return { carry: (events, signal) => this.#carry(session, events, signal) };
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const event = await this.#connectOnce(signal);
      if (signal.aborted) break;
      await this.#host.timer.sleep(this.#enter(event) ?? 0, signal);
    }
    this.#enter('closed');
  }

  /** One session from opening to end; says how it ended. */
  async #connectOnce(signal: AbortSignal): Promise<ConnectionEvent> {
    const opened = await this.#open(signal);
    if (typeof opened === 'string') return opened;
    this.#session = opened;
    this.#enter('snapshot');
    const reading = this.#read(opened);
    const { aborted, forget } = whenAborted(signal);
    const ended = await Promise.race([opened.ended, aborted]);
    forget();
    await opened.close();
    await reading;
    this.#session = undefined;
    this.#acks.close();
    return ended?.reason === 'unauthorized' ? 'unauthorized' : 'lost';
  }

  async #open(signal: AbortSignal): Promise<LiveSession | ConnectionEvent> {
    const access = await this.#host.tokens.get(signal);
    if (access.state === 'signed-out' || access.state === 'session-expired') return 'unauthorized';
    if (access.state !== 'granted') return 'attempt-failed';
    const { hub } = access.account;
    const issued = await this.#host.issuer.liveToken(hub, access.token, signal);
    if (!issued.ok) return issued.error.fault === 'refused' ? 'unauthorized' : 'attempt-failed';
    try {
      return await this.#host.transport.open(hub, issued.value, signal);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      return error.kind === 'session-expired' ? 'unauthorized' : 'attempt-failed';
    }
  }

  async #read(session: LiveSession): Promise<void> {
    await this.#follow(session.snapshot.lamport_clock);
    for await (const message of session.messages()) await this.#take(message);
  }

  async #take(message: ServerMessage): Promise<void> {
    switch (message.type) {
      case 'ack':
        return this.#acks.enter(message);
      case 'event':
        await this.#follow(message.lamport_clock, message.node_id);
        return this.#listeners.onEvent?.(message);
      case 'snapshot':
      case 'ping':
      case 'auth':
        return;
      default:
        return unreachable(message);
    }
  }

  /** The clock goes past everything that is heard of; an echo of the own node brings nothing that is not known. */
  async #follow(remote: number | undefined, nodeId?: string): Promise<void> {
    if (remote === undefined) return;
    const present = await this.#host.clock.read();
    if (nodeId === present.nodeId || (nodeId === undefined && remote <= present.value)) return;
    await this.#host.clock.update((value) => {
      const received = receive(value, remote);
      return received.ok ? received.value : value;
    });
  }

  async #carry(
    session: LiveSession,
    events: readonly OutgoingEvent[],
    signal?: AbortSignal,
  ): Promise<BatchOutcome> {
    const answers = new Map<string, Answer>();
    const expected = events.map(async ({ eventId }) => {
      const answer = await this.#acks.expect(eventId);
      if (answer !== undefined) answers.set(eventId, answer);
    });
    try {
      for (const event of events) await session.send(event);
    } catch {
      // What was acknowledged before the session broke still counts; the rest stays as it is.
    }
    await Promise.race([Promise.all(expected), session.ended, this.#host.timer.sleep(ACK_WAIT_MS, signal)]);
    return answers.size === 0 && events.length > 0
      ? { outcome: 'unavailable', reason: 'the live session gave no answer' }
      : { outcome: 'answered', answers };
  }

  #enter(event: ConnectionEvent): number | undefined {
    const before = this.#connection.status;
    const { connection, attemptInMs } = advance(this.#connection, event, this.#host.randomness.next());
    this.#connection = connection;
    if (connection.status !== before) this.#listeners.onStatus?.(connection.status);
    return attemptInMs;
  }
}

const ACK_WAIT_MS = 30_000;
