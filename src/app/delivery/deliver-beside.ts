import type { Account } from '../../domain/outbox/account.js';
import type { Checkout } from '../../ports/events.js';
import type { ShowIdentity } from '../events/show-identity.js';
import type { BackgroundProcess } from './background-process.js';

interface DeliverBesidePorts {
  readonly environment: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly showIdentity: Pick<ShowIdentity, 'run'>;
  readonly account: () => Promise<Account | undefined>;
  readonly backgroundProcess: Pick<BackgroundProcess, 'runBeside'>;
}

/** Delivery beside the work of a process that lasts. */
export interface DeliveryBeside {
  /** Returns at once; does nothing the second time. */
  start(): void;
  /** Ends with a last flush of at most two seconds. */
  stop(): Promise<void>;
}

/**
 * The background sync inside a process that lasts. It takes the place of the background process for as long, so that
 * short commands find somebody who delivers; where another has the place already, that one goes on until it ends. Whatever
 * happens to it changes nothing for its host.
 */
export class DeliverBeside {
  readonly #ports: DeliverBesidePorts;

  constructor(ports: DeliverBesidePorts) {
    this.#ports = ports;
  }

  /** Looks whether delivery is wanted for a project: signed in, and refused neither by its config nor by a variable. */
  async prepare(checkout: Checkout): Promise<DeliveryBeside> {
    const isWanted = await this.#isWanted(checkout).catch(() => false);
    const over = new AbortController();
    let running: Promise<unknown> | undefined;
    return {
      start: () => {
        if (!isWanted) return;
        running ??= this.#ports.backgroundProcess.runBeside(over.signal);
      },
      stop: async () => {
        over.abort();
        await running;
      },
    };
  }

  async #isWanted({ projectRoot }: Checkout): Promise<boolean> {
    if (this.#ports.environment.env['SPEC_KITTY_SYNC'] === 'off') return false;
    const identity = await this.#ports.showIdentity.run(projectRoot);
    if (identity?.autoStart === false || identity?.share === false) return false;
    return (await this.#ports.account()) !== undefined;
  }
}
