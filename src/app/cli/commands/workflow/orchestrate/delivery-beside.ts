import type { ClientContainer } from '../../../../container/container.js';
import { TOKENS } from '../../../../container/tokens.js';
import { signedInAccount } from '../../../../sync/signed-in-account.js';
import type { Checkout } from '../../../../../ports/workspace.js';

/**
 * The background sync inside a process that lasts. It takes the place of the background process for as long, so that
 * short commands find somebody who delivers; where another has the place already, that one goes on. Whatever happens to
 * it changes nothing for its host.
 */
export class DeliveryBeside {
  readonly #client: ClientContainer;
  readonly #checkout: Checkout;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #over = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(
    client: ClientContainer,
    checkout: Checkout,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.#client = client;
    this.#checkout = checkout;
    this.#env = env;
  }

  /** Returns at once; does nothing the second time. */
  start(): void {
    this.#running ??= this.#deliver().catch(() => undefined);
  }

  /** Ends with a last flush of at most two seconds. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
  }

  async #deliver(): Promise<void> {
    if (this.#env['SPEC_KITTY_SYNC'] === 'off' || !(await this.#isWanted())) return;
    const background = await this.#client.get(TOKENS.backgroundProcess);
    await background.run({ lingerMs: Infinity }, this.#over.signal);
  }

  async #isWanted(): Promise<boolean> {
    const [accounts, identities] = await Promise.all([
      this.#client.get(TOKENS.accountStatus),
      this.#client.get(TOKENS.showIdentity),
    ]);
    const identity = await identities.run(this.#checkout.projectRoot);
    if (identity?.autoStart === false || identity?.share === false) return false;
    return (await signedInAccount(accounts)) !== undefined;
  }
}
