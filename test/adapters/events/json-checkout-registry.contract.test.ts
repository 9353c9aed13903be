import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonCheckoutRegistry } from '../../../src/adapters/events/json-checkout-registry.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { checkoutRegistryContract } from '../../contracts/checkout-registry.contract.js';

checkoutRegistryContract({
  name: 'JsonCheckoutRegistry',
  durable: true,
  setup: async () => {
    const path = mkdtempSync(join(tmpdir(), 'checkouts-'));
    const root = new StateRoot(join(path, 'state'));
    return {
      subject: new JsonCheckoutRegistry(root),
      reopen: () => new JsonCheckoutRegistry(root),
      dispose: () => rmSync(path, { recursive: true, force: true }),
    };
  },
});
