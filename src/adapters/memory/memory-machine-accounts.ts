import type { Account, HubAddress } from '../../domain/outbox/account.js';
import type { MachineAccounts } from '../../ports/delivery.js';

/** What hubs have said about machine tokens, for as long as this object lives. */
export class MemoryMachineAccounts implements MachineAccounts {
  readonly #accounts = new Map<string, Account>();

  async recall(hub: HubAddress, token: string): Promise<Account | undefined> {
    return this.#accounts.get(`${hub.url} ${token}`);
  }

  async remember(hub: HubAddress, token: string, account: Account): Promise<void> {
    this.#accounts.set(`${hub.url} ${token}`, account);
  }
}
