import { hubKey, type Account } from '../../domain/outbox/account.js';
import { consentScope } from '../../domain/outbox/ownership.js';
import type { CheckoutRegistry, SharingPreference } from '../../ports/events.js';
import type { Outboxes } from '../../ports/outbox.js';
import type { Refusal, SharingPolicy } from './sharing-policy.js';

interface SetSharingNeeds {
  readonly checkouts: CheckoutRegistry;
  readonly outboxes: Outboxes;
  readonly account: () => Promise<Account | undefined>;
  readonly sharing: Pick<SharingPolicy, 'forgetGone' | 'refusals'>;
}

/** Shares a project on this machine, or keeps it back. Nothing that waits is lost either way. */
export class SetSharing {
  readonly #needs: SetSharingNeeds;

  constructor(needs: SetSharingNeeds) {
    this.#needs = needs;
  }

  /**
   * `on` also answers the question about what was captured before the sign-in. Durable before this resolves, to what
   * keeps the project here all the same: checkouts whose config refuses.
   */
  async run(projectUuid: string, preference: SharingPreference): Promise<readonly Refusal[]> {
    await this.#needs.checkouts.setPreference(projectUuid, preference);
    if (preference === 'off') return [];
    await this.#consent(projectUuid);
    await this.#needs.sharing.forgetGone(projectUuid);
    return this.#needs.sharing.refusals(projectUuid);
  }

  async #consent(projectUuid: string): Promise<void> {
    const account = await this.#needs.account();
    if (account === undefined) return;
    const outbox = this.#needs.outboxes.open(projectUuid);
    const { first, last } = await outbox.reading();
    if (last < first) return;
    const range = { from: first, through: last };
    const { hub, team } = account;
    await outbox.decide([{ decision: 'consent', range, hub: hubKey(hub), team, ...consentScope(hub) }]);
  }
}
