import { isSameAccount, type Account } from '../../domain/outbox/account.js';
import type { BatchOutcome } from '../../domain/delivery/outcome.js';
import { messageOf, unreachable } from '../../domain/errors.js';
import type { BatchTransport, OutgoingEvent } from '../../ports/delivery.js';
import type { AccessAnswer, AccessTokens } from './access-token.js';
import type { Pacing } from './pacing.js';

/** Carries events to the hub that is signed in, by whatever transport. */
export interface Courier {
  /** Never throws: whatever happens is the outcome. */
  carry(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<BatchOutcome>;
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
    switch (answer.state) {
      case 'granted': {
        // Somebody signed in elsewhere in the meantime: this pass's events are not that account's.
        if (!isSameAccount(answer.account, this.#account)) {
          return { outcome: 'unavailable', reason: 'another account was signed in' };
        }
        const { hub } = this.#account;
        const request = { hub, accessToken: answer.token, events };
        const limit = this.#maxBodyBytes;
        return this.#transport.send(
          limit === undefined ? request : { ...request, maxBodyBytes: limit },
          signal,
        );
      }
      case 'signed-out':
      case 'session-expired':
        return { outcome: 'unauthorized' };
      case 'unavailable':
      case 'unusable':
        return { outcome: 'unavailable', reason: answer.reason };
      default:
        return unreachable(answer);
    }
  }
}
