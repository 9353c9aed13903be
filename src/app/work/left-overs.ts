import { isSyncError } from '../../domain/errors.js';
import type { CheckoutRegistry } from '../../ports/events.js';
import type { CaptureLimits } from '../../ports/outbox.js';
import type { Repository } from '../../ports/work.js';
import type { ResolveLeftOver } from './resolve-left-over.js';

interface LeftOversPorts {
  readonly checkouts: CheckoutRegistry;
  readonly repository: Repository;
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
}

/** Brings what dead commands left over in a project's checkouts to an end, wherever nobody is at work. */
export class LeftOvers {
  readonly #ports: LeftOversPorts;

  constructor(ports: LeftOversPorts) {
    this.#ports = ports;
  }

  /** Tries each repository once. A checkout that is gone, busy or out of order is left to its next command. */
  async resolve(projectUuid: string, limits: CaptureLimits): Promise<void> {
    const checkouts = (await this.#ports.checkouts.list()).filter(
      (checkout) => checkout.projectUuid === projectUuid,
    );
    for (const { path } of checkouts) {
      try {
        const checkout = await this.#ports.repository.locate(path);
        if (checkout === undefined) continue;
        await this.#ports.repository.tryExclusive(checkout, (held) =>
          this.#ports.resolveLeftOver.run(held, limits),
        );
      } catch (error) {
        if (!isSyncError(error)) throw error;
      }
    }
  }
}
