import { readProjectConfig } from '../../domain/identity/project-config.js';
import { sharingOf, type CheckoutSharing, type Sharing } from '../../domain/delivery/routing-policy.js';
import type { CheckoutMemory, CheckoutRegistry, ConfigStore } from '../../ports/config.js';

/**
 * Whether a project's events may leave this machine: one answer from every checkout that was ever seen here and from
 * what the user said. Each config is read again; a checkout that is out of reach counts with its last value.
 */
export class SharingPolicy {
  readonly #registry: CheckoutRegistry;
  readonly #configs: ConfigStore;

  constructor(registry: CheckoutRegistry, configs: ConfigStore) {
    this.#registry = registry;
    this.#configs = configs;
  }

  async of(projectUuid: string): Promise<Sharing> {
    const [checkouts, preference] = await Promise.all([
      this.#registry.list(),
      this.#registry.preference(projectUuid),
    ]);
    const own = checkouts.filter((checkout) => checkout.projectUuid === projectUuid);
    return sharingOf(await Promise.all(own.map((checkout) => this.#sharing(checkout))), preference);
  }

  async #sharing(checkout: CheckoutMemory): Promise<CheckoutSharing> {
    const reading = await this.#configs.read(checkout.path);
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
