import { isSyncError } from '../../domain/errors.js';
import type { CheckoutRegistry } from '../../ports/events.js';
import type { CaptureLimits } from '../../ports/outbox.js';
import type { Repository } from '../../ports/work.js';
import type { ResolveLeftOver } from './resolve-left-over.js';

/** Brings what dead commands left over in a project's checkouts to an end, wherever nobody is at work. */
export class LeftOvers {
  readonly #registry: CheckoutRegistry;
  readonly #repository: Repository;
  readonly #resolve: Pick<ResolveLeftOver, 'run'>;

  constructor(registry: CheckoutRegistry, repository: Repository, resolve: Pick<ResolveLeftOver, 'run'>) {
    this.#registry = registry;
    this.#repository = repository;
    this.#resolve = resolve;
  }

  /** Tries each repository once. A checkout that is gone, busy or out of order is left to its next command. */
  async resolve(projectUuid: string, limits: CaptureLimits): Promise<void> {
    const checkouts = (await this.#registry.list()).filter(
      (checkout) => checkout.projectUuid === projectUuid,
    );
    for (const { path } of checkouts) {
      try {
        const checkout = await this.#repository.locate(path);
        if (checkout === undefined) continue;
        await this.#repository.tryExclusive(checkout, (held) => this.#resolve.run(held, limits));
      } catch (error) {
        if (!isSyncError(error)) throw error;
      }
    }
  }
}
