import type { Account } from '../../domain/outbox/account.js';
import { ledgerOf } from '../../domain/outbox/ledger.js';
import { askAgain } from '../../domain/outbox/decision.js';
import type { Outboxes } from '../../ports/outbox.js';

interface LiftRefusalsNeeds {
  readonly outboxes: Outboxes;
}

/** Makes due what a hub has refused to an account, because somebody has just signed in there again. */
export class LiftRefusals {
  readonly #needs: LiftRefusalsNeeds;

  constructor(needs: LiftRefusalsNeeds) {
    this.#needs = needs;
  }

  /** Durable before this resolves; waits for no sender. Where nothing was refused, nothing is written. */
  async run(account: Account): Promise<void> {
    for (const project of await this.#needs.outboxes.list()) {
      const outbox = this.#needs.outboxes.open(project);
      const ledger = ledgerOf((await outbox.reading()).ledgers, account);
      if (ledger === undefined || askAgain(ledger) === ledger) continue;
      await outbox.decide([{ decision: 'ask-again', hub: ledger.hub, team: ledger.team }]);
    }
  }
}
