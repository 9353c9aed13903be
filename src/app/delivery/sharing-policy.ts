import { readProjectConfig } from '../../domain/events/project-config.js';
import { sharingOf, type CheckoutSharing, type Sharing } from '../../domain/outbox/routing-policy.js';
import type { CheckoutMemory, CheckoutRegistry, ConfigStore } from '../../ports/events.js';
import type { StateFiles } from '../../ports/outbox.js';

/** A checkout whose config keeps the whole project on this machine, or cannot be read. */
export interface Refusal {
  readonly path: string;
  readonly reason: 'share is false' | 'unreadable';
}

interface SharingPolicyNeeds {
  readonly checkouts: CheckoutRegistry;
  readonly configs: ConfigStore;
  readonly stateFiles?: Pick<StateFiles, 'isGone'>;
}

/**
 * Whether a project's events may leave this machine: one answer from every checkout that was ever seen here and from
 * what the user said. Each config is read again; a checkout that is out of reach counts with its last value. One that
 * is gone says nothing any more, as long as another one is there that does.
 */
export class SharingPolicy {
  readonly #needs: SharingPolicyNeeds;

  constructor(needs: SharingPolicyNeeds) {
    this.#needs = needs;
  }

  async of(projectUuid: string): Promise<Sharing> {
    const [checkouts, preference] = await Promise.all([
      this.#heard(projectUuid),
      this.#needs.checkouts.preference(projectUuid),
    ]);
    return sharingOf(await Promise.all(checkouts.map((checkout) => this.#sharing(checkout))), preference);
  }

  /** What refuses, by checkout, whatever the user said. */
  async refusals(projectUuid: string): Promise<readonly Refusal[]> {
    const refusals = await Promise.all(
      (await this.#heard(projectUuid)).map(async (checkout): Promise<readonly Refusal[]> => {
        const { share, readable } = await this.#sharing(checkout);
        if (share === false) return [{ path: checkout.path, reason: 'share is false' }];
        return readable ? [] : [{ path: checkout.path, reason: 'unreadable' }];
      }),
    );
    return refusals.flat();
  }

  /** Forgets the checkouts of a project that are gone; whoever asks for this is in one that is there. */
  async forgetGone(projectUuid: string): Promise<void> {
    for (const { path } of await this.#own(projectUuid))
      if ((await this.#needs.stateFiles?.isGone(path)) === true) await this.#needs.checkouts.forget(path);
  }

  async #heard(projectUuid: string): Promise<readonly CheckoutMemory[]> {
    const own = await this.#own(projectUuid);
    const files = this.#needs.stateFiles;
    if (files === undefined) return own;
    const areGone = await Promise.all(own.map(({ path }) => files.isGone(path)));
    const there = own.filter((_, index) => areGone[index] !== true);
    return there.length === 0 ? own : there;
  }

  async #own(projectUuid: string): Promise<readonly CheckoutMemory[]> {
    return (await this.#needs.checkouts.list()).filter((checkout) => checkout.projectUuid === projectUuid);
  }

  async #sharing(checkout: CheckoutMemory): Promise<CheckoutSharing> {
    const reading = await this.#needs.configs.read(checkout.path);
    switch (reading.state) {
      case 'present': {
        const { share } = readProjectConfig(reading.document);
        return share === 'unreadable' ? { readable: false } : { readable: true, share };
      }
      case 'unreadable':
        return { readable: false };
      case 'absent':
        return {
          readable: checkout.configReadable !== false,
          ...(checkout.share === undefined ? {} : { share: checkout.share }),
        };
    }
  }
}
