import { hubKey, type Account } from '../../domain/outbox/account.js';
import { ledgerOf, isAnswered } from '../../domain/outbox/ledger.js';
import { consentScope, indexDecisions, ownerOf } from '../../domain/outbox/ownership.js';
import { belongsTo } from '../../domain/outbox/routing-policy.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Outbox } from '../../ports/outbox.js';
import type { DataOf } from '../documents/all.js';
import { UseCase } from '../use-case.js';

/** What a sign-in would set free in one project. */
export type Backlog = Told['backlogs'][number];

/** `consent`: send them. `decline`: keep the project on this machine. `withhold`: nobody could be asked. */
export type BacklogAnswer = Told['answer'];

type Told = NonNullable<DataOf<'auth login'>['backlog']>;

/** The question that a sign-in asks about what waits, and the record of its answer. */
export class BacklogConsent extends UseCase<Pick<ClientPorts, 'outboxes' | 'checkouts'>> {
  /**
   * Asks, where events wait that would go to this account, and records the answer. Resolves to whether the sign-in goes
   * on: not, when somebody was asked and did not answer.
   */
  async settle(
    account: Account,
    ask: (backlogs: readonly Backlog[]) => Promise<BacklogAnswer | undefined>,
  ): Promise<boolean> {
    const backlogs = await this.question(account);
    if (backlogs.length === 0) return true;
    const answer = await ask(backlogs);
    if (answer === undefined) return false;
    await this.record(account, backlogs, answer);
    return true;
  }

  /** The projects whose waiting events would go to this account, with counts. */
  async question(account: Account): Promise<readonly Backlog[]> {
    const { checkouts, outboxes } = this.ports;
    const slugs = new Map((await checkouts.list()).map((each) => [each.projectUuid, each.projectSlug]));
    const backlogs: Backlog[] = [];
    for (const projectUuid of await outboxes.list()) {
      // What a person keeps back on this machine stays here whoever signs in.
      if (projectUuid === undefined || (await checkouts.preference(projectUuid)) === 'off') continue;
      const counts = await this.#count(projectUuid, account);
      if (counts.local + counts.elsewhere > 0)
        backlogs.push({ projectUuid, ...counts, projectSlug: slugs.get(projectUuid) });
    }
    return backlogs;
  }

  /** Durable before this resolves. A declined project stays on this machine until `sync on`. */
  async record(account: Account, backlogs: readonly Backlog[], answer: BacklogAnswer): Promise<void> {
    for (const { projectUuid } of backlogs) {
      if (answer === 'decline') await this.ports.checkouts.setPreference(projectUuid, 'off');
      else await decideAboutAll(this.ports.outboxes.open(projectUuid), account, answer);
    }
  }

  async #count(projectUuid: string, account: Account): Promise<Pick<Backlog, 'local' | 'elsewhere'>> {
    const outbox = this.ports.outboxes.open(projectUuid);
    const reading = await outbox.reading();
    const ledger = ledgerOf(reading.ledgers, account);
    const decisions = indexDecisions(reading.decisions);
    const mayTakeOver = consentScope(account.hub).of === undefined;
    let local = 0;
    let elsewhere = 0;
    for await (const record of outbox.records(reading.first)) {
      if (record.invalid !== undefined || (ledger !== undefined && isAnswered(ledger, record.record)))
        continue;
      const owner = ownerOf(record, decisions);
      if (owner === undefined) local += 1;
      else if (mayTakeOver && owner.team === account.team && !belongsTo(owner, account)) elsewhere += 1;
    }
    return { local, elsewhere };
  }
}

/** Notes what was said, or not said, about sending to this account what an outbox has now. Durable before this resolves. */
export const decideAboutAll = async (
  outbox: Outbox,
  { hub, team }: Account,
  said: 'consent' | 'withhold',
): Promise<void> => {
  const { first, last } = await outbox.reading();
  if (last < first) return;
  const about = { range: { from: first, through: last }, hub: hubKey(hub), team };
  await outbox.decide([
    said === 'consent' ? { decision: said, ...about, ...consentScope(hub) } : { decision: said, ...about },
  ]);
};
