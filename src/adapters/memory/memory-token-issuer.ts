import type { HubAddress } from '../../domain/outbox/account.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { DeviceSignIn, LiveToken } from '../../ports/delivery.js';
import type { Identification, IssuedTokens, IssuerFault, TokenIssuer } from '../../ports/delivery.js';
import type { MemoryHub } from './memory-hub.js';
import type { MemoryNetwork } from './memory-network.js';

/** Tokens of hubs in memory. */
export class MemoryTokenIssuer implements TokenIssuer {
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  signIn(
    address: HubAddress,
    username: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens, IssuerFault>> {
    const signIn = (hub: MemoryHub): IssuedTokens | undefined => hub.signIns.signIn(username, password);
    return this.#call(address, signal, (hub) => known(signIn(hub), 'user name or password is wrong'));
  }

  refresh(
    address: HubAddress,
    refreshToken: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens, IssuerFault>> {
    return this.#call(address, signal, (hub) =>
      known(hub.signIns.refresh(refreshToken), 'the sign-in is no longer valid'),
    );
  }

  liveToken(
    address: HubAddress,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<Result<LiveToken, IssuerFault>> {
    return this.#call(address, signal, (hub) => {
      const token = hub.signIns.liveToken(accessToken);
      const live = token === undefined ? undefined : { token, lifetimeSeconds: 900 };
      return known(live, 'the access token is not accepted');
    });
  }

  revoke(
    address: HubAddress,
    refreshToken: string,
    signal?: AbortSignal,
  ): Promise<Result<void, IssuerFault>> {
    return this.#call(address, signal, (hub) =>
      hub.signIns.revoke(refreshToken) ? ok(undefined) : refused('the token is not known'),
    );
  }

  askForDevice(
    address: HubAddress,
    _device: string,
    signal?: AbortSignal,
  ): Promise<Result<DeviceSignIn | undefined, IssuerFault>> {
    return this.#call(address, signal, (hub) =>
      ok({
        ...hub.signIns.askForDevice(),
        verificationUrl: `${hub.url}/device`,
        ...{ lifetimeSeconds: 600, intervalSeconds: 5 },
      }),
    );
  }

  redeemDevice(
    address: HubAddress,
    deviceCode: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens | 'pending', IssuerFault>> {
    return this.#call(address, signal, (hub) =>
      known(hub.signIns.redeemDevice(deviceCode), 'nobody agreed in time'),
    );
  }

  identify(
    address: HubAddress,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<Result<Identification | undefined, IssuerFault>> {
    return this.#call(address, signal, (hub) => {
      const bearer = hub.signIns.bearerOf(accessToken);
      if (bearer === undefined) return refused('the access token is not accepted');
      const { id: hubId, capabilities } = hub;
      return ok({ username: bearer.username, teams: [bearer.team], hubId, capabilities });
    });
  }

  async #call<T>(
    address: HubAddress,
    signal: AbortSignal | undefined,
    work: (hub: MemoryHub) => Result<T, IssuerFault>,
  ): Promise<Result<T, IssuerFault>> {
    const hub = this.#network.reach(address);
    // Everything real waits for the network at least once.
    await Promise.resolve();
    if (signal?.aborted === true) return err({ fault: 'unavailable', reason: 'interrupted' });
    if (hub === undefined) return err({ fault: 'unavailable', reason: 'connection refused' });
    const fault = hub.issuerFaults.take();
    if (fault === 'lost-before') return err({ fault: 'unavailable', reason: 'connection reset' });
    const result = work(hub);
    return fault === 'lost-after' ? err({ fault: 'unavailable', reason: 'connection reset' }) : result;
  }
}

const refused = (reason: string): Result<never, IssuerFault> => err({ fault: 'refused', reason });

const known = <T>(value: T | undefined, reason: string): Result<T, IssuerFault> =>
  value === undefined ? refused(reason) : ok(value);
