import { isSameAccount, type Account } from '../../domain/outbox/account.js';
import type { BatchOutcome } from '../../domain/delivery/outcome.js';
import { messageOf } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import type { BatchTransport, OutgoingEvent } from '../../ports/delivery.js';
import type { Timer, WallClock } from '../../ports/host.js';
import { UseCase } from '../use-case.js';
import type { AccessAnswer, AccessTokens } from './access-token.js';
import type { PassEnd } from './pass-report.js';

/** Carries events to the hub that is signed in, by whatever transport. */
export interface Courier {
  /** Never throws: whatever happens is the outcome. */
  carry(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<BatchOutcome>;
}

/** Who is signed in, and what carries events to that hub. */
export interface Route {
  readonly account: Account;
  readonly courier: Courier;
  /** How many events the hub said that a batch may have; absent when it did not. */
  readonly maxEvents?: number;
}

/** What a live session offers, while it is there, and said of batches. */
interface LiveWay {
  courier(account: Account): Courier | undefined;
  announced(account: Account): AnnouncedLimits | undefined;
}

/** What a hub said that one batch may be. */
export interface AnnouncedLimits {
  readonly maxEvents?: number;
  /** Of the body as it travels. */
  readonly maxBodyBytes: number;
}

interface DeliveryRouteNeeds extends Pick<ClientPorts, 'batchTransport'> {
  readonly accessTokens: AccessTokens;
  readonly pacing?: Pacing;
}

/** Finds who is signed in and the best way to that hub at the moment: the live session where it acknowledges, else batches. */
export class DeliveryRoute extends UseCase<DeliveryRouteNeeds> {
  async find(signal?: AbortSignal, live?: LiveWay): Promise<Route | PassEnd> {
    const answer = await this.ports.accessTokens.get(signal);
    if (answer.state !== 'granted')
      return 'reason' in answer ? { end: 'unavailable', reason: answer.reason } : { end: 'signed-out' };
    const { account } = answer;
    const { batchTransport, accessTokens, pacing } = this.ports;
    const { maxBodyBytes, ...limits }: Partial<AnnouncedLimits> = live?.announced(account) ?? {};
    const courier =
      live?.courier(account) ?? new BatchCourier(batchTransport, accessTokens, account, pacing, maxBodyBytes);
    return { account, courier, ...limits };
  }
}

/** Delivers by request and response for one account, renewing the access token once when the hub refuses it. */
export class BatchCourier implements Courier {
  readonly #transport: BatchTransport;
  readonly #tokens: Pick<AccessTokens, 'get' | 'renew'>;
  readonly #account: Account;
  readonly #pacing: Pick<Pacing, 'turn'> | undefined;
  readonly #maxBodyBytes: number | undefined;

  constructor(
    transport: BatchTransport,
    tokens: Pick<AccessTokens, 'get' | 'renew'>,
    account: Account,
    pacing?: Pick<Pacing, 'turn'>,
    maxBodyBytes?: number,
  ) {
    this.#transport = transport;
    this.#tokens = tokens;
    this.#account = account;
    this.#pacing = pacing;
    this.#maxBodyBytes = maxBodyBytes;
  }

  async carry(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<BatchOutcome> {
    try {
      await this.#pacing?.turn(signal);
      const first = await this.#tokens.get(signal);
      const outcome = await this.#send(first, events, signal);
      if (outcome.outcome !== 'unauthorized' || first.state !== 'granted') return outcome;
      return await this.#send(await this.#tokens.renew(first.token, signal), events, signal);
    } catch (error) {
      return { outcome: 'unexpected', reason: messageOf(error) };
    }
  }

  async #send(
    answer: AccessAnswer,
    events: readonly OutgoingEvent[],
    signal?: AbortSignal,
  ): Promise<BatchOutcome> {
    if (answer.state !== 'granted')
      return 'reason' in answer
        ? { outcome: 'unavailable', reason: answer.reason }
        : { outcome: 'unauthorized' };
    // Somebody signed in elsewhere in the meantime: this pass's events are not that account's.
    if (!isSameAccount(answer.account, this.#account))
      return { outcome: 'unavailable', reason: 'another account was signed in' };
    const limit = this.#maxBodyBytes === undefined ? {} : { maxBodyBytes: this.#maxBodyBytes };
    const request = { hub: this.#account.hub, accessToken: answer.token, events, ...limit };
    return this.#transport.send(request, signal);
  }
}

/** Keeps two requests apart, for a hub that wants few of them; without an interval it does nothing. */
export class Pacing {
  readonly #intervalMs: () => Promise<number>;
  readonly #timer: Timer;
  readonly #clock: WallClock;
  #lastAtMs = -Infinity;

  constructor(intervalMs: () => Promise<number>, timer: Timer, clock: WallClock) {
    this.#intervalMs = intervalMs;
    this.#timer = timer;
    this.#clock = clock;
  }

  /** Resolves when the next request may go, or the signal aborts. */
  async turn(signal?: AbortSignal): Promise<void> {
    const intervalMs = await this.#intervalMs();
    // A wall clock that was set back makes nobody wait for longer than the interval.
    const waitMs = Math.min(intervalMs, this.#lastAtMs + intervalMs - this.#clock.nowMs());
    if (waitMs > 0) await this.#timer.sleep(waitMs, signal);
    this.#lastAtMs = this.#clock.nowMs();
  }
}
