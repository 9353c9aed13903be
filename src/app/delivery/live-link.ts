import { MAX_COMPRESSED_BYTES } from '../../domain/delivery/batch-plan.js';
import {
  failedAttempts,
  NOT_TRIED,
  pauseAfterMs,
  statusAfter,
  type ConnectionEnd,
  type ConnectionStatus,
} from '../../domain/delivery/connection.js';
import { isSyncError } from '../../domain/errors.js';
import { isSameAccount, type Account } from '../../domain/outbox/account.js';
import type { EventMessage, SnapshotMessage } from '../../domain/wire.js';
import type { ClientPorts } from '../../ports/client.js';
import type { LiveToken, LiveSession } from '../../ports/delivery.js';
import type { AccessTokens } from './access-token.js';
import type { AnnouncedLimits, Courier } from './courier.js';
import { LiveCourier } from './live-courier.js';
import { followClock } from './pass-ledger.js';

interface LiveHost extends Pick<
  ClientPorts,
  'liveTransport' | 'tokenIssuer' | 'lamport' | 'timer' | 'randomness'
> {
  readonly accessTokens: Pick<AccessTokens, 'get'>;
}

export interface LiveListeners {
  /** A session is open; nothing of it is shown before this resolves. A failure ends the session. */
  readonly onOpen?: (snapshot: SnapshotMessage, account: Account) => Promise<void>;
  /** An event of somebody else arrived. */
  readonly onEvent?: (event: EventMessage) => Promise<void> | void;
  readonly onStatus?: (status: ConnectionStatus) => void;
}

/**
 * Keeps one live connection to a hub for as long as it runs: connects, reconnects by the contract's table, follows the
 * Lamport clocks of what arrives, and carries events where the hub acknowledges them.
 */
export class LiveLink {
  readonly #host: LiveHost;
  readonly #listeners: LiveListeners;
  #status: ConnectionStatus = 'Offline';
  #open: OpenSession | undefined;
  /** What the hub of an account announced last, which holds after its session too: batches go on without one. */
  #announced: { readonly account: Account; readonly limits: AnnouncedLimits } | undefined;

  constructor(host: LiveHost, listeners: LiveListeners = {}) {
    this.#host = host;
    this.#listeners = listeners;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /**
   * A courier over the open session; `undefined` when there is none or its hub gives no acks, whatever it announced. A
   * session of another account carries nothing, and ends, so that the next one is this account's.
   */
  courier(account: Account): Courier | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    if (!isSameAccount(open.account, account)) {
      void open.session.close();
      return undefined;
    }
    const givesAcks = open.session.snapshot.capabilities?.includes('ack') === true;
    return givesAcks && !open.courier.isSilent ? open.courier : undefined;
  }

  /** What the hub of this account said about batches, in this session or in an earlier one. */
  announced(account: Account): AnnouncedLimits | undefined {
    const last = this.#announced;
    return last !== undefined && isSameAccount(last.account, account) ? last.limits : undefined;
  }

  /** Runs until the signal aborts, and says whenever it has connected. Never rejects. */
  async run(onConnected: () => void, signal: AbortSignal): Promise<void> {
    for (let failed = NOT_TRIED; !signal.aborted;) {
      const end = await this.#connectOnce(onConnected, signal).catch(endBy);
      if (signal.aborted) break;
      failed = failedAttempts(failed, end);
      this.#enter(statusAfter(failed));
      await this.#host.timer.sleep(pauseAfterMs(failed, this.#host.randomness.next()), signal);
    }
    this.#enter('Offline');
  }

  /** One session from opening to end; says how it ended. */
  async #connectOnce(onConnected: () => void, signal: AbortSignal): Promise<ConnectionEnd> {
    const issued = await this.#liveToken(signal);
    if (typeof issued === 'string') return issued;
    const { account, token, lifetimeSeconds } = issued;
    const session = await this.#host.liveTransport.open(account.hub, token, signal);
    const courier = new LiveCourier(session, this.#host.timer);
    const opened = { account, session, courier };
    const over = new AbortController();
    signal.addEventListener('abort', () => void session.close(), { once: true, signal: over.signal });
    this.#open = opened;
    this.#announced = { account, limits: announcedIn(session.snapshot) };
    this.#enter('Connected');
    onConnected();
    // A listener that fails ends the session, not the process.
    const reading = this.#read(opened).catch(() => session.close());
    const renewing = this.#keepValid(opened, lifetimeSeconds, over.signal).catch(() => session.close());
    if (signal.aborted) await session.close();
    const { reason } = await session.ended;
    over.abort();
    this.#open = undefined;
    await Promise.all([session.close(), reading, renewing]);
    return reason === 'unauthorized' ? 'unauthorized' : 'lost';
  }

  async #liveToken(signal: AbortSignal): Promise<IssuedLive | 'unauthorized' | 'attempt-failed'> {
    const access = await this.#host.accessTokens.get(signal);
    if (access.state !== 'granted') return 'reason' in access ? 'attempt-failed' : 'unauthorized';
    const { account } = access;
    const issued = await this.#host.tokenIssuer.liveToken(account.hub, access.token, signal);
    if (issued.ok) return { account, ...issued.value };
    return issued.error.fault === 'refused' ? 'unauthorized' : 'attempt-failed';
  }

  /**
   * Renews the token of a session in place, well before it expires, until the session is over. Only where the hub
   * announced that it can; elsewhere the hub ends the session, and the next one has a token of its own. Rejects when the
   * session is over.
   */
  async #keepValid(
    { session, account }: OpenSession,
    lifetimeSeconds: number,
    over: AbortSignal,
  ): Promise<void> {
    if (session.snapshot.capabilities?.includes('auth') !== true) return;
    for (let waitMs = renewalAfterMs(lifetimeSeconds); ;) {
      await this.#host.timer.sleep(waitMs, over);
      if (over.aborted) return;
      const issued = await this.#liveToken(over);
      if (over.aborted) return;
      if (typeof issued === 'string') waitMs = RETRY_MS;
      // Somebody else signed in: the next session is theirs.
      else if (!isSameAccount(issued.account, account)) return session.close();
      else {
        await session.renew(issued.token);
        waitMs = renewalAfterMs(issued.lifetimeSeconds);
      }
    }
  }

  async #read({ session, account, courier }: OpenSession): Promise<void> {
    await this.#follow(session.snapshot.lamport_clock);
    await this.#listeners.onOpen?.(session.snapshot, account);
    for await (const message of session.messages()) {
      if (message.type === 'ack') courier.enter(message);
      if (message.type !== 'event') continue;
      await this.#follow(message.lamport_clock, message.node_id);
      await this.#listeners.onEvent?.(message);
    }
  }

  /**
   * The clock goes past everything that is heard of; an echo of the own node brings nothing that is not known. A clock
   * that is busy is left to the next message.
   */
  async #follow(remote: number | undefined, nodeId?: string): Promise<void> {
    if (remote === undefined) return;
    try {
      const present = await this.#host.lamport.read();
      if (nodeId === present.nodeId || (nodeId === undefined && remote <= present.value)) return;
      await followClock(this.#host.lamport, remote);
    } catch (error) {
      if (!isSyncError(error)) throw error;
    }
  }

  #enter(status: ConnectionStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#listeners.onStatus?.(status);
  }
}

const endBy = (error: unknown): ConnectionEnd =>
  isSyncError(error) && error.kind === 'session-expired' ? 'unauthorized' : 'attempt-failed';

interface OpenSession {
  readonly session: LiveSession;
  readonly account: Account;
  readonly courier: LiveCourier;
}

/** A token for a live connection, and whose it is. */
interface IssuedLive extends LiveToken {
  readonly account: Account;
}

export const announcedIn = ({ limits }: SnapshotMessage): AnnouncedLimits => {
  const [events, bytes] = [usable(limits?.batch_events), usable(limits?.batch_bytes)];
  return {
    maxBodyBytes: Math.min(MAX_COMPRESSED_BYTES, bytes ?? MAX_COMPRESSED_BYTES),
    ...(events === undefined ? {} : { maxEvents: events }),
  };
};

/** A frame of somebody else may hold anything. */
const usable = (limit: unknown): number | undefined =>
  typeof limit === 'number' && limit >= 1 ? Math.floor(limit) : undefined;

const RETRY_MS = 10_000;

/** When half of its life is over. */
const renewalAfterMs = (lifetimeSeconds: number): number => lifetimeSeconds * 500;
