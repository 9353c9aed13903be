import { readProjectConfig } from '../../domain/events/project-config.js';
import type { Account } from '../../domain/outbox/account.js';
import { askAgain } from '../../domain/outbox/decision.js';
import { ledgerOf } from '../../domain/outbox/ledger.js';
import { sharingOf, type CheckoutSharing, type Sharing } from '../../domain/outbox/routing-policy.js';
import type { ClientPorts } from '../../ports/client.js';
import type { CheckoutMemory, SharingPreference } from '../../ports/events.js';
import type { StateFiles } from '../../ports/outbox.js';
import { UseCase } from '../use-case.js';
import { decideAboutAll } from './backlog-consent.js';

/** A checkout whose config keeps the whole project on this machine, or cannot be read. */
export interface Refusal {
  readonly path: string;
  readonly reason: 'share is false' | 'unreadable';
}

interface SharingPolicyNeeds extends Pick<ClientPorts, 'checkouts' | 'configs'> {
  readonly stateFiles?: Pick<StateFiles, 'isGone'>;
}

/**
 * Whether a project's events may leave this machine: one answer from every checkout that was ever seen here and from
 * what the user said. Each config is read again; a checkout that is out of reach counts with its last value. One that
 * is gone says nothing any more, as long as another one is there that does.
 */
export class SharingPolicy extends UseCase<SharingPolicyNeeds> {
  async of(projectUuid: string): Promise<Sharing> {
    const said = await this.#said(projectUuid);
    return sharingOf(said, await this.ports.checkouts.preference(projectUuid));
  }

  /** What refuses, by checkout, whatever the user said. */
  async refusals(projectUuid: string): Promise<readonly Refusal[]> {
    return (await this.#said(projectUuid)).flatMap(({ path, share, readable }): Refusal[] => {
      if (share === false) return [{ path, reason: 'share is false' }];
      return readable ? [] : [{ path, reason: 'unreadable' }];
    });
  }

  /** Forgets the checkouts of a project that are gone; whoever asks for this is in one that is there. */
  async forgetGone(projectUuid: string): Promise<void> {
    for (const { path } of await this.#own(projectUuid))
      if (await this.#isGone(path)) await this.ports.checkouts.forget(path);
  }

  async #said(projectUuid: string): Promise<readonly (CheckoutSharing & { readonly path: string })[]> {
    const own = await this.#own(projectUuid);
    const areGone = await Promise.all(own.map(({ path }) => this.#isGone(path)));
    const heard = areGone.includes(false) ? own.filter((_, index) => areGone[index] === false) : own;
    return Promise.all(heard.map(async (each) => ({ path: each.path, ...(await this.#saidBy(each)) })));
  }

  async #isGone(path: string): Promise<boolean> {
    return (await this.ports.stateFiles?.isGone(path)) === true;
  }

  async #own(projectUuid: string): Promise<readonly CheckoutMemory[]> {
    return (await this.ports.checkouts.list()).filter((checkout) => checkout.projectUuid === projectUuid);
  }

  async #saidBy({ path, share, configReadable }: CheckoutMemory): Promise<CheckoutSharing> {
    const reading = await this.ports.configs.read(path);
    if (reading.state === 'absent')
      return { readable: configReadable !== false, ...(share === undefined ? {} : { share }) };
    const now = readProjectConfig(reading).share;
    return now === 'unreadable' ? { readable: false } : { readable: true, share: now };
  }
}

interface SetSharingNeeds extends Pick<ClientPorts, 'checkouts' | 'outboxes'> {
  readonly account: () => Promise<Account | undefined>;
  readonly sharing: Pick<SharingPolicy, 'forgetGone' | 'refusals'>;
}

/** Shares a project on this machine, or keeps it back. Nothing that waits is lost either way. */
export class SetSharing extends UseCase<SetSharingNeeds> {
  /**
   * `on` also answers the question about what was captured before the sign-in. Durable before this resolves, to what
   * keeps the project here all the same: checkouts whose config refuses.
   */
  async run(projectUuid: string, preference: SharingPreference): Promise<readonly Refusal[]> {
    await this.ports.checkouts.setPreference(projectUuid, preference);
    if (preference === 'off') return [];
    const account = await this.ports.account();
    if (account !== undefined)
      await decideAboutAll(this.ports.outboxes.open(projectUuid), account, 'consent');
    await this.ports.sharing.forgetGone(projectUuid);
    return this.ports.sharing.refusals(projectUuid);
  }
}

/** Makes due what a hub has refused to an account, because somebody has just signed in there again. */
export class LiftRefusals extends UseCase<Pick<ClientPorts, 'outboxes'>> {
  /** Durable before this resolves; waits for no sender. Where nothing was refused, nothing is written. */
  async run(account: Account): Promise<void> {
    for (const project of await this.ports.outboxes.list()) {
      const outbox = this.ports.outboxes.open(project);
      const ledger = ledgerOf((await outbox.reading()).ledgers, account);
      if (ledger === undefined || askAgain(ledger) === ledger) continue;
      await outbox.decide([{ decision: 'ask-again', hub: ledger.hub, team: ledger.team }]);
    }
  }
}
