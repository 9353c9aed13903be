import { hubKey, type Account } from '../../domain/outbox/account.js';
import { consentScope } from '../../domain/outbox/ownership.js';
import type { CheckoutRegistry, SharingPreference } from '../../ports/events.js';
import type { Outboxes } from '../../ports/outbox.js';

interface SetSharingNeeds {
  readonly checkouts: CheckoutRegistry;
  readonly outboxes: Outboxes;
  readonly account: () => Promise<Account | undefined>;
}

/** Shares a project on this machine, or keeps it back. Nothing that waits is lost either way. */
export class SetSharing {
  readonly #needs: SetSharingNeeds;

  constructor(needs: SetSharingNeeds) {
    this.#needs = needs;
  }

  /** `on` also answers the question about what was captured before the sign-in. Durable before this resolves. */
  async run(projectUuid: string, preference: SharingPreference): Promise<void> {
    await this.#needs.checkouts.setPreference(projectUuid, preference);
    const account = await this.#needs.account();
    if (preference === 'off' || account === undefined) return;
    const outbox = this.#needs.outboxes.open(projectUuid);
    const { first, last } = await outbox.reading();
    if (last < first) return;
    const range = { from: first, through: last };
    const { hub, team } = account;
    await outbox.decide([{ decision: 'consent', range, hub: hubKey(hub), team, ...consentScope(hub) }]);
  }
}
