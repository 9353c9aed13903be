import type { Account } from '../../domain/outbox/account.js';
import type { CredentialStore, MachineAccounts, SignInEnvironment } from '../../ports/delivery.js';
import type { WallClock } from '../../ports/host.js';
import { canRefresh, NEVER_EXPIRES_MS } from './issued-credentials.js';
import type { HubIdentities } from './hub-identities.js';
import { accountOf } from './stored-account.js';

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

/** Says who is signed in, from what is stored and given alone. */
export class GetAccountStatus {
  readonly #store: CredentialStore;
  readonly #clock: WallClock;
  readonly #environment: SignInEnvironment;
  readonly #machines: MachineAccounts | undefined;
  readonly #hubs: Pick<HubIdentities, 'recognize'> | undefined;

  constructor(
    store: CredentialStore,
    clock: WallClock,
    environment: SignInEnvironment = {},
    machines?: MachineAccounts,
    hubs?: Pick<HubIdentities, 'recognize'>,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#environment = environment;
    this.#machines = machines;
    this.#hubs = hubs;
  }

  async run(): Promise<AccountStatus> {
    if ((this.#environment.token ?? '').trim() !== '') return this.#given();
    const reading = await this.#store.read();
    if (reading.state === 'absent') return { state: 'signed-out' };
    if (reading.state === 'unreadable') return { state: 'unusable', source: 'file', reason: reading.reason };
    const { credentials } = reading;
    const { accessExpiresAtMs, refreshExpiresAtMs } = credentials;
    const nowMs = this.#clock.nowMs();
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

  /** The sign-in of a variable, which is rare enough to be loaded when there is one. */
  async #given(): Promise<AccountStatus> {
    const { environmentAccount, environmentSignIn } = await import('./environment-sign-in.js');
    const given = environmentSignIn(this.#environment);
    if (!given.ok) return { state: 'unusable', source: 'environment', reason: given.error };
    if (given.value === undefined) return { state: 'signed-out' };
    const account = await this.#recognized(await environmentAccount(given.value, this.#machines));
    return { state: 'signed-in', source: 'environment', account, session: 'valid' };
  }

  async #recognized(account: Account): Promise<Account> {
    return this.#hubs === undefined ? account : { ...account, hub: await this.#hubs.recognize(account.hub) };
  }
}
