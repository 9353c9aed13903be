import type { Account } from '../../domain/outbox/account.js';
import type { BatchOutcome } from '../../domain/delivery/outcome.js';
import { messageOf } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import type { OutgoingEvent } from '../../ports/delivery.js';
import type { Timer, WallClock } from '../../ports/host.js';
import { UseCase } from '../use-case.js';
import type { AccessTokens, Granted } from './access-token.js';
import { askWithToken } from './granted-access.js';
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
  readonly accessTokens: Pick<AccessTokens, 'get' | 'renew'>;
  readonly pacing?: Pacing;
}

/** Finds who is signed in and the best way to that hub at the moment: the live session where it acknowledges, else batches. */
export class DeliveryRoute extends UseCase<DeliveryRouteNeeds> {
  async find(signal?: AbortSignal, live?: LiveWay): Promise<Route | PassEnd> {
    const answer = await this.ports.accessTokens.get(signal);
    if (answer.state !== 'granted')
      return 'reason' in answer ? { end: 'unavailable', reason: answer.reason } : { end: 'signed-out' };
    const { account } = answer;
    const { maxBodyBytes, ...limits }: Partial<AnnouncedLimits> = live?.announced(account) ?? {};
    const courier = live?.courier(account) ?? batchCourier(this.ports, account, maxBodyBytes);
    return { account, courier, ...limits };
  }
}

/** Delivers by request and response for one account, renewing the access token once when the hub refuses it. */
export const batchCourier = (
  { batchTransport, accessTokens, pacing }: DeliveryRouteNeeds,
  account: Account,
  maxBodyBytes?: number,
): Courier => ({
  carry: async (events, signal) => {
    const limit = maxBodyBytes === undefined ? {} : { maxBodyBytes };
    const send = ({ account: { hub }, token }: Granted): Promise<BatchOutcome> =>
      batchTransport.send({ hub, accessToken: token, events, ...limit }, signal);
    try {
      await pacing?.(signal);
      const isRefused = ({ outcome }: BatchOutcome): boolean => outcome === 'unauthorized';
      const answer = await askWithToken(accessTokens, account, send, isRefused, signal);
      if ('outcome' in answer) return answer;
      return 'reason' in answer
        ? { outcome: 'unavailable', reason: answer.reason }
        : { outcome: 'unauthorized' };
    } catch (error) {
      return { outcome: 'unexpected', reason: messageOf(error) };
    }
  },
});

/** Resolves when the next request may go, or the signal aborts. */
export type Pacing = (signal?: AbortSignal) => Promise<void>;

/** Keeps two requests apart, for a hub that wants few of them; without an interval it does nothing. */
export const pacingBy = (intervalMs: () => Promise<number>, timer: Timer, clock: WallClock): Pacing => {
  let lastAtMs = -Infinity;
  return async (signal) => {
    const apartMs = await intervalMs();
    // A wall clock that was set back makes nobody wait for longer than the interval.
    const waitMs = Math.min(apartMs, lastAtMs + apartMs - clock.nowMs());
    if (waitMs > 0) await timer.sleep(waitMs, signal);
    lastAtMs = clock.nowMs();
  };
};
