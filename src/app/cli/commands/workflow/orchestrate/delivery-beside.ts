import type { ClientContainer } from '../../../../compose/container.js';
import type { BackgroundProcess } from '../../../../delivery/background-process.js';
import { signedInAccount } from '../../../../delivery/signed-in-account.js';
import type { Checkout } from '../../../../../ports/events.js';

/**
 * The background sync inside a process that lasts. It takes the place of the background process for as long, so that
 * short commands find somebody who delivers; where another has the place already, that one goes on. Whatever happens to
 * it changes nothing for its host.
 */
export class DeliveryBeside {
  readonly #background: BackgroundProcess | undefined;
  readonly #over = new AbortController();
  #running: Promise<unknown> | undefined;

  /** `undefined`: there is nobody to deliver for. */
  constructor(background: BackgroundProcess | undefined) {
    this.#background = background;
  }

  /** Looks whether delivery is wanted and loads what it takes, so that it has its place before anything is captured. */
  static async prepare(
    client: ClientContainer,
    checkout: Checkout,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<DeliveryBeside> {
    try {
      const isWanted = env['SPEC_KITTY_SYNC'] !== 'off' && (await mayDeliver(client, checkout));
      return new DeliveryBeside(isWanted ? await client.get('backgroundProcess') : undefined);
    } catch {
      return new DeliveryBeside(undefined);
    }
  }

  /** Returns at once; does nothing the second time. */
  start(): void {
    this.#running ??= this.#background?.run({ lingerMs: Infinity }, this.#over.signal).catch(() => undefined);
  }

  /** Ends with a last flush of at most two seconds. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
  }
}

const mayDeliver = async (client: ClientContainer, checkout: Checkout): Promise<boolean> => {
  const [accounts, identities] = await Promise.all([
    client.get('getAccountStatus'),
    client.get('showIdentity'),
  ]);
  const identity = await identities.run(checkout.projectRoot);
  if (identity?.autoStart === false || identity?.share === false) return false;
  return (await signedInAccount(accounts)) !== undefined;
};
