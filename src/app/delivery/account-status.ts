import { recognize } from '../../domain/delivery/known-hubs.js';
import type { Account } from '../../domain/outbox/account.js';
import type { ClientPorts } from '../../ports/client.js';
import type { SignInEnvironment } from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';
import {
  accountOf,
  canRefresh,
  environmentAccount,
  environmentSignIn,
  NEVER_EXPIRES_MS,
} from './credentials.js';

export type AccountStatus =
  | { readonly state: 'signed-out' }
  | { readonly state: 'unusable'; readonly source: SignInSource; readonly reason: string }
  | {
      readonly state: 'signed-in';
      readonly source: SignInSource;
      /** From the environment, user and team are what the hub last said; before it was asked the team reads `local`. */
      readonly account: Account;
      /** `ended`: neither token is good any more, as far as the clock of this machine can tell. */
      readonly session: 'valid' | 'refreshable' | 'ended';
      /** Milliseconds since 1970; absent when the tokens do not expire or nobody said when. */
      readonly accessExpiresAtMs?: number;
      readonly refreshExpiresAtMs?: number;
    };

/** Where the sign-in comes from: the credentials file, or `SPEC_KITTY_TOKEN` with `SPEC_KITTY_SERVER_URL`. */
export type SignInSource = 'file' | 'environment';

interface GetAccountStatusNeeds
  extends
    Pick<ClientPorts, 'credentials' | 'wallClock'>,
    Partial<Pick<ClientPorts, 'machineAccounts' | 'knownHubs'>> {
  readonly signInEnvironment: SignInEnvironment;
}

/** Says who is signed in, from what is stored and given alone. */
export class GetAccountStatus extends UseCase<GetAccountStatusNeeds> {
  async run(): Promise<AccountStatus> {
    const { credentials: store, machineAccounts, signInEnvironment, wallClock } = this.ports;
    const given = environmentSignIn(signInEnvironment);
    if (!given.ok) return { state: 'unusable', source: 'environment', reason: given.error };
    if (given.value !== undefined) {
      const account = await this.#recognized(await environmentAccount(given.value, machineAccounts));
      return { state: 'signed-in', source: 'environment', account, session: 'valid' };
    }
    const reading = await store.read();
    if (reading.state === 'absent') return { state: 'signed-out' };
    if (reading.state === 'unreadable') return { state: 'unusable', source: 'file', reason: reading.reason };
    const { credentials } = reading;
    const { accessExpiresAtMs, refreshExpiresAtMs } = credentials;
    const nowMs = wallClock.nowMs();
    const refreshable = canRefresh(credentials) && refreshExpiresAtMs > nowMs;
    return {
      state: 'signed-in',
      source: 'file',
      account: await this.#recognized(accountOf(credentials)),
      session: accessExpiresAtMs > nowMs ? 'valid' : refreshable ? 'refreshable' : 'ended',
      ...(accessExpiresAtMs >= NEVER_EXPIRES_MS ? {} : { accessExpiresAtMs }),
      ...(canRefresh(credentials) ? { refreshExpiresAtMs } : {}),
    };
  }

  /** The account that is signed in, if there is one. */
  async account(): Promise<Account | undefined> {
    const status = await this.run();
    return status.state === 'signed-in' ? status.account : undefined;
  }

  async #recognized(account: Account): Promise<Account> {
    return { ...account, hub: recognize((await this.ports.knownHubs?.list()) ?? [], account.hub) };
  }
}
