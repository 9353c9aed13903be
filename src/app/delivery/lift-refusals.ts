import type { Account } from '../../domain/outbox/account.js';
import { ledgerOf } from '../../domain/outbox/ledger.js';
import { askAgain } from '../../domain/outbox/decision.js';
import type { Outboxes } from '../../ports/outbox.js';

/** Makes due what a hub has refused to an account, because somebody has just signed in there again. */
export class LiftRefusals {
  readonly #outboxes: Outboxes;

  constructor(outboxes: Outboxes) {
    this.#outboxes = outboxes;
  }

  /** Durable before this resolves; waits for no sender. Where nothing was refused, nothing is written. */
  async run(account: Account): Promise<void> {
    for (const project of await this.#outboxes.list()) {
      const outbox = this.#outboxes.open(project);
      const ledger = ledgerOf((await outbox.reading()).ledgers, account);
      if (ledger === undefined || askAgain(ledger) === ledger) continue;
      await outbox.decide([{ decision: 'ask-again', hub: ledger.hub, team: ledger.team }]);
    }
  }
}
