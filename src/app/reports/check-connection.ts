import { hasAnnouncedItself, type Account, type HubAddress } from '../../domain/outbox/account.js';
import { isSyncError } from '../../domain/errors.js';
import { ok, type Result } from '../../domain/result.js';
import type { ClientPorts } from '../../ports/client.js';
import type { IssuerFault } from '../../ports/delivery.js';
import type { AccessTokens } from '../delivery/access-token.js';
import { askWithToken, proveToken } from '../delivery/granted-access.js';
import { UseCase } from '../use-case.js';

/** What came of asking the hub. */
export type ConnectionCheck =
  /** Nobody is signed in, and no server is set. */
  | { readonly state: 'no-server' }
  | { readonly state: 'unreachable'; readonly url: string; readonly reason: string }
  | { readonly state: 'signed-out'; readonly url: string }
  | { readonly state: 'session-expired'; readonly url: string }
  /** What is stored or given cannot be understood; without a server nobody could be asked. */
  | { readonly state: 'unusable'; readonly url?: string; readonly reason: string }
  /** The hub answers and knows the sign-in. */
  | { readonly state: 'reachable'; readonly url: string; readonly account: Account };

interface ConnectionPorts extends Pick<ClientPorts, 'batchTransport' | 'tokenIssuer' | 'settings'> {
  readonly accessTokens: Pick<AccessTokens, 'get' | 'renew'>;
  readonly account: () => Promise<Account | undefined>;
}

/** Asks the hub whether it answers and whether it knows the sign-in. */
export class CheckConnection extends UseCase<ConnectionPorts> {
  /** Never throws for anything the network or the hub can do. */
  async run(signal?: AbortSignal): Promise<ConnectionCheck> {
    const { accessTokens: tokens, account: signedIn, settings } = this.ports;
    const url = (await signedIn())?.hub.url ?? (await settings.read()).serverUrl;
    if (url === undefined) {
      const answer = await tokens.get(signal);
      return answer.state === 'unusable' ? answer : { state: 'no-server' };
    }
    const probed = await this.#probe({ url }, signal);
    if (probed !== 'reachable') return { state: 'unreachable', url, reason: probed.unreachable };
    const answer = await askWithToken(
      tokens,
      undefined,
      async ({ account, token }) => ({ account, who: await this.#ask(account.hub, token, signal) }),
      ({ who }) => !who.ok && who.error.fault === 'refused',
      signal,
    );
    if ('who' in answer) {
      const { account, who } = answer;
      if (who.ok) return { state: 'reachable', url, account };
      const { fault, reason } = who.error;
      return fault === 'refused' ? { state: 'session-expired', url } : { state: 'unreachable', url, reason };
    }
    if (answer.state === 'unavailable') return { state: 'unreachable', url, reason: answer.reason };
    return answer.state === 'unusable' ? { ...answer, url } : { state: answer.state, url };
  }

  /** Whether the hub knows the token. One that cannot say whose it is shows it by how it takes a batch. */
  async #ask(
    hub: HubAddress,
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<Result<unknown, IssuerFault>> {
    const { tokenIssuer: issuer, batchTransport: transport } = this.ports;
    const who = hasAnnouncedItself(hub) ? await issuer.identify(hub, token, signal) : ok(undefined);
    if (!who.ok || who.value !== undefined) return who;
    return proveToken(transport, hub, token, signal);
  }

  async #probe(
    hub: HubAddress,
    signal: AbortSignal | undefined,
  ): Promise<'reachable' | { readonly unreachable: string }> {
    try {
      return await this.ports.batchTransport.probe(hub, signal);
    } catch (error) {
      // A server that was set by hand may be one that nothing is ever sent to.
      if (!isSyncError(error)) throw error;
      return { unreachable: error.message };
    }
  }
}
