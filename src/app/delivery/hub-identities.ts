import type { HubAddress } from '../../domain/outbox/account.js';
import { meet, moveTo, recognize, type KnownHub } from '../../domain/delivery/known-hubs.js';
import type { KnownHubs } from '../../ports/delivery.js';
import type { Outboxes } from '../../ports/outbox.js';
import { UseCase } from '../use-case.js';

interface HubIdentitiesNeeds {
  readonly knownHubs: KnownHubs;
  /** Their ledgers name the addresses of hubs that were met before there was a list of them. */
  readonly outboxes?: Pick<Outboxes, 'list' | 'open'>;
}

/** Says who a hub is, whatever it states, by where each id was first seen. */
export class HubIdentities extends UseCase<HubIdentitiesNeeds> {
  /** From what is known, with what the ledgers know of an id that is in no list yet; changes nothing. */
  async look(hub: HubAddress): Promise<HubAddress> {
    return recognize(await this.#withEarlier(hub), hub);
  }

  /** As `look`; an id that nobody has stated before is bound to its address. */
  async meet(hub: HubAddress): Promise<HubAddress> {
    const known = await this.ports.knownHubs.list();
    return meet(known, hub) === known ? recognize(known, hub) : this.#learn(hub, (now) => meet(now, hub));
  }

  /** A person says that it is the hub that it states to be. Durable before this resolves. */
  async confirm(hub: HubAddress): Promise<HubAddress> {
    const { url, id } = hub;
    return id === undefined ? hub : this.#learn(hub, (now) => moveTo(now, id, url));
  }

  async #learn(
    hub: HubAddress,
    change: (known: readonly KnownHub[]) => readonly KnownHub[],
  ): Promise<HubAddress> {
    const earlier = await this.#withEarlier(hub);
    return recognize(await this.ports.knownHubs.update((now) => change(joined(now, earlier))), hub);
  }

  /** The addresses of the hub with this id, the first one first. */
  async placesOf(id: string): Promise<readonly string[]> {
    const known = await this.#withEarlier({ url: '', id });
    return known.find((hub) => hub.id === id)?.urls ?? [];
  }

  async #withEarlier({ id }: HubAddress): Promise<readonly KnownHub[]> {
    const known = await this.ports.knownHubs.list();
    if (id === undefined || known.some((hub) => hub.id === id)) return known;
    const urls = new Set<string>();
    for (const project of (await this.ports.outboxes?.list()) ?? []) {
      const { ledgers } = (await this.ports.outboxes?.open(project).reading()) ?? { ledgers: [] };
      for (const ledger of ledgers) if (ledger.hub === id) for (const url of ledger.urls ?? []) urls.add(url);
    }
    return urls.size === 0 ? known : [...known, { id, urls: [...urls] }];
  }
}

const joined = (known: readonly KnownHub[], more: readonly KnownHub[]): readonly KnownHub[] => {
  const added = more.filter(({ id }) => !known.some((hub) => hub.id === id));
  return added.length === 0 ? known : [...known, ...added];
};
