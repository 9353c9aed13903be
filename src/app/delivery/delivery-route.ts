import { unreachable } from '../../domain/errors.js';
import type { BatchTransport } from '../../ports/delivery.js';
import type { AccessTokens } from './access-token.js';
import { BatchCourier } from './courier.js';
import type { Route } from './flush.js';
import type { LiveLink } from './live-session.js';
import type { Pacing } from './pacing.js';
import type { PassEnd } from './pass-report.js';

interface DeliveryRouteNeeds {
  readonly batchTransport: BatchTransport;
  readonly accessTokens: AccessTokens;
  readonly pacing?: Pacing;
}

/** Finds who is signed in and the best way to that hub at the moment: the live session where it acknowledges, else batches. */
export class DeliveryRoute {
  readonly #needs: DeliveryRouteNeeds;

  constructor(needs: DeliveryRouteNeeds) {
    this.#needs = needs;
  }

  async find(signal?: AbortSignal, live?: Pick<LiveLink, 'courier' | 'announced'>): Promise<Route | PassEnd> {
    const answer = await this.#needs.accessTokens.get(signal);
    switch (answer.state) {
      case 'granted': {
        const { account } = answer;
        const limits = live?.announced(account);
        const batches = new BatchCourier(
          this.#needs.batchTransport,
          this.#needs.accessTokens,
          account,
          this.#needs.pacing,
          limits?.maxBodyBytes,
        );
        const courier = live?.courier(account) ?? batches;
        return { account, courier, ...(limits === undefined ? {} : { limits }) };
      }
      case 'signed-out':
      case 'session-expired':
        return { end: 'signed-out' };
      case 'unavailable':
      case 'unusable':
        return { end: 'unavailable', reason: answer.reason };
      default:
        return unreachable(answer);
    }
  }
}
