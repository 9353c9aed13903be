import { hasAnnouncedItself, type Account } from '../../domain/outbox/account.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Credentials } from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';
import { accountOf, canRefresh } from './credentials.js';

export type SignOutOutcome =
  | {
      readonly outcome: 'signed-out';
      /** Absent when what was stored could not be understood. */
      readonly account?: Account;
      /** Why the hub may still know the sign-in; absent when it was ended there too. */
      readonly notRevoked?: string;
    }
  | { readonly outcome: 'not-signed-in' };

/**
 * Forgets the sign-in of this machine, then ends it at the hub where the hub can. Whoever refreshes meanwhile does it
 * before, and then its successor is ended, or finds nothing to refresh. Safe to repeat; needs no network.
 */
export class SignOut extends UseCase<Pick<ClientPorts, 'credentials' | 'tokenIssuer'>> {
  async run(signal?: AbortSignal): Promise<SignOutOutcome> {
    const found: (Credentials | 'unreadable')[] = [];
    await this.ports.credentials.update((current) => {
      if (current.state === 'absent') return Promise.resolve('keep');
      found.push(current.state === 'present' ? current.credentials : 'unreadable');
      return Promise.resolve('forget');
    });
    const [forgotten] = found;
    if (forgotten === undefined) return { outcome: 'not-signed-in' };
    if (forgotten === 'unreadable')
      return { outcome: 'signed-out', notRevoked: 'the stored sign-in was unreadable' };
    const account = accountOf(forgotten);
    const notRevoked = await this.#revoke(forgotten, signal);
    return { outcome: 'signed-out', account, ...(notRevoked === undefined ? {} : { notRevoked }) };
  }

  async #revoke(credentials: Credentials, signal?: AbortSignal): Promise<string | undefined> {
    if (!canRefresh(credentials)) return 'a token for machines is ended at the hub';
    if (!hasAnnouncedItself(credentials.server)) return 'the hub has announced no way to end a sign-in';
    const { server, refreshToken } = credentials;
    const revoked = await this.ports.tokenIssuer.revoke(server, refreshToken, signal);
    // A hub that does not know the token has nothing left to end.
    return revoked.ok || revoked.error.fault === 'refused' ? undefined : revoked.error.reason;
  }
}
