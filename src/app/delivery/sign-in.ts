import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { hasAnnouncedItself, type Account, type HubAddress } from '../../domain/outbox/account.js';
import { isBearerToken } from '../../domain/delivery/credentials.js';
import { normalizeHubUrl } from '../../domain/delivery/hub-url.js';
import { SyncError } from '../../domain/errors.js';
import type { Result } from '../../domain/result.js';
import type { ClientPorts } from '../../ports/client.js';
import type {
  Credentials,
  DeviceSignIn,
  Identification,
  IssuedTokens,
  IssuerFault,
  BatchTransport,
} from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';
import { proveToken } from './granted-access.js';
import type { HubIdentities } from './hub-identities.js';
import { accountOf, canRefresh, issuedCredentials, machineCredentials } from './credentials.js';

export interface SignInInput {
  /** As a person typed it. */
  readonly serverUrl: string;
  readonly proof:
    | { readonly with: 'password'; readonly username: string; readonly password: string }
    /** A person signs this machine in from another one; `show` tells where, and with which code. */
    | { readonly with: 'device'; readonly device: string; readonly show: (waiting: DeviceSignIn) => void }
    /** A token for machines: it is not refreshed. */
    | { readonly with: 'token'; readonly token: string };
  /** Asked where a hub states an id that was first seen elsewhere; without a yes it is another hub. */
  readonly hasMoved?: (move: HubMove) => Promise<boolean>;
}

/** A hub at one address that states to be the one that is known at others. */
export interface HubMove {
  readonly id: string;
  readonly from: readonly string[];
  readonly to: string;
}

export type SignInOutcome =
  | { readonly outcome: 'signed-in'; readonly account: Account }
  /** The question was answered with no: the earlier sign-in, if any, is as it was. */
  | { readonly outcome: 'declined'; readonly account: Account };

interface SignInNeeds extends Pick<ClientPorts, 'credentials' | 'tokenIssuer' | 'wallClock' | 'timer'> {
  readonly hubIdentities?: Pick<HubIdentities, 'confirm' | 'look' | 'meet' | 'placesOf'>;
  readonly batchTransport?: Pick<BatchTransport, 'send'>;
}

/**
 * Signs in at a hub. Fails with `input-invalid`, `insecure-server`, `sign-in-failed` (wrong name, password or
 * token) or `unreachable`; then nothing has changed.
 */
export class SignIn extends UseCase<SignInNeeds> {
  /**
   * `confirm` asks what shall become of what waits, records the answer, and says whether the sign-in goes on. It is called
   * exactly once, after the hub has accepted the proof and before the credentials are stored.
   */
  async run(
    input: SignInInput,
    confirm: (account: Account) => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<SignInOutcome> {
    const hub = hubAt(input.serverUrl);
    const credentials = await this.#prove(hub, input.proof, signal);
    const { hub: recognized, isConfirmed } = await this.#whoIs(credentials.server, input);
    const account = { ...accountOf(credentials), hub: recognized };
    let goesOn = false;
    try {
      goesOn = await confirm(account);
    } finally {
      if (!goesOn) await this.#giveBack(credentials);
    }
    if (!goesOn) return { outcome: 'declined', account };
    // Bound before the sign-in is there: no later hub can take its id.
    await (isConfirmed
      ? this.ports.hubIdentities?.confirm(recognized)
      : this.ports.hubIdentities?.meet(credentials.server));
    await this.ports.credentials.update(() => Promise.resolve(credentials));
    return { outcome: 'signed-in', account };
  }

  /** The hub, and whether it is the one that it states to be: a person decides where it was first seen elsewhere. */
  async #whoIs(
    server: HubAddress,
    { hasMoved }: SignInInput,
  ): Promise<{ readonly hub: HubAddress; readonly isConfirmed: boolean }> {
    const hubs = this.ports.hubIdentities;
    if (hubs === undefined) return { hub: server, isConfirmed: false };
    const earlier = await this.ports.credentials.read();
    if (earlier.state === 'present') await hubs.meet(earlier.credentials.server);
    const hub = await hubs.look(server);
    const { url, claims } = hub;
    if (claims === undefined || hasMoved === undefined) return { hub, isConfirmed: false };
    const isConfirmed = await hasMoved({ id: claims, from: await hubs.placesOf(claims), to: url });
    return { hub: isConfirmed ? { url, id: claims } : hub, isConfirmed };
  }

  async #prove(hub: HubAddress, proof: SignInInput['proof'], signal?: AbortSignal): Promise<Credentials> {
    const { tokenIssuer, wallClock } = this.ports;
    if (proof.with === 'token') return this.#withToken(hub, proof.token.trim(), signal);
    const issued =
      proof.with === 'device'
        ? await this.#agreedTo(hub, proof, signal)
        : granted(await tokenIssuer.signIn(hub, proof.username, proof.password, signal), hub);
    const issuedAtMs = wallClock.nowMs();
    // After a password, only a hub that has announced itself can say more than its answer does.
    const mayAsk = proof.with === 'device' || (issued.teamSlug === undefined && issued.hubId !== undefined);
    const who = mayAsk ? granted(await tokenIssuer.identify(hub, issued.access, signal), hub) : undefined;
    const username = proof.with === 'device' ? (who?.username ?? UNNAMED) : proof.username;
    return issuedCredentials(issued, holder(hub, username, who), issuedAtMs);
  }

  /** Asks until a person has agreed. A hub that cannot be reached in between has said nothing. */
  async #agreedTo(
    hub: HubAddress,
    { device, show }: Extract<SignInInput['proof'], { readonly with: 'device' }>,
    signal?: AbortSignal,
  ): Promise<IssuedTokens> {
    const { tokenIssuer, timer, wallClock } = this.ports;
    const waiting = granted(await tokenIssuer.askForDevice(hub, device, signal), hub);
    if (waiting === undefined) {
      throw new SyncError('sign-in-failed', `${hub.url} signs in no devices.`, {
        hint: 'Sign in with --username NAME, or with --token-stdin.',
      });
    }
    show(waiting);
    const endsAtMs = wallClock.nowMs() + waiting.lifetimeSeconds * 1000;
    let intervalMs = waiting.intervalSeconds * 1000;
    while (wallClock.nowMs() < endsAtMs) {
      await timer.sleep(intervalMs, signal);
      signal?.throwIfAborted();
      const answer = await tokenIssuer.redeemDevice(hub, waiting.deviceCode, signal);
      if (!answer.ok && answer.error.fault === 'refused') break;
      if (answer.ok && typeof answer.value === 'object') return answer.value;
      if (answer.ok && answer.value === 'slow-down') intervalMs += SLOWER_BY_MS;
    }
    throw new SyncError('sign-in-failed', `Nobody has signed this machine in at ${hub.url} in time.`, {
      hint: 'Begin again, and type the new code.',
    });
  }

  async #withToken(hub: HubAddress, token: string, signal?: AbortSignal): Promise<Credentials> {
    if (!isBearerToken(token)) {
      throw new SyncError('input-invalid', 'The token is empty or holds characters that no token has.');
    }
    const who = granted(await this.ports.tokenIssuer.identify(hub, token, signal), hub);
    if (who === undefined && this.ports.batchTransport !== undefined)
      granted(await proveToken(this.ports.batchTransport, hub, token, signal), hub);
    return machineCredentials(token, holder(hub, who?.username ?? UNNAMED, who));
  }

  /** Tokens that nobody will store are ended where the hub can; that it cannot changes nothing. */
  async #giveBack(credentials: Credentials): Promise<void> {
    if (canRefresh(credentials) && hasAnnouncedItself(credentials.server))
      await this.ports.tokenIssuer.revoke(credentials.server, credentials.refreshToken);
  }
}

/** RFC 8628, 3.5. */
const SLOWER_BY_MS = 5000;

const UNNAMED = 'unknown';

const hubAt = (serverUrl: string): HubAddress => {
  const url = normalizeHubUrl(serverUrl);
  if (url.ok) return { url: url.value };
  throw new SyncError('input-invalid', url.error, { hint: 'Give the https address of the hub.' });
};

const holder = (hub: HubAddress, username: string, who: Identification | undefined) => {
  const team = who?.teams[0];
  return {
    username,
    ...(team === undefined || team === LOCAL_TEAM ? {} : { teamSlug: team }),
    server: { url: hub.url, ...(who?.hubId === undefined ? {} : { id: who.hubId }) },
  };
};

const granted = <T>(result: Result<T, IssuerFault>, hub: HubAddress): T => {
  if (result.ok) return result.value;
  const { fault, reason } = result.error;
  if (fault === 'unavailable') {
    throw new SyncError('unreachable', `${hub.url} cannot be used now: ${reason}.`, {
      hint: 'Check the address and the network, then sign in again.',
    });
  }
  throw new SyncError('sign-in-failed', `${hub.url} did not accept the sign-in: ${reason}.`, {
    hint: 'Check user name and password, or ask for another token.',
  });
};
