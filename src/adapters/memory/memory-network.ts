import type { HubAddress } from '../../domain/outbox/account.js';
import { isSecureHubUrl } from '../../domain/delivery/hub-url.js';
import { SyncError } from '../../domain/errors.js';
import { MemoryHub, type MemoryHubOptions } from './memory-hub.js';

/** Which hubs there are, and whether anything gets through to them. */
export class MemoryNetwork {
  readonly #hubs = new Map<string, MemoryHub>();
  /** While set, this machine has no network. */
  down = false;

  addHub(options: MemoryHubOptions): MemoryHub {
    const hub = new MemoryHub(options);
    this.#hubs.set(hub.url, hub);
    return hub;
  }

  /** The hub at an address; `undefined` when nobody answers there. Refuses what a real transport refuses. */
  reach(address: HubAddress): MemoryHub | undefined {
    if (!isSecureHubUrl(address.url)) {
      throw new SyncError('insecure-server', `${address.url} is neither https nor on this machine.`);
    }
    const hub = this.#hubs.get(address.url);
    return hub === undefined || hub.down || this.down ? undefined : hub;
  }
}
