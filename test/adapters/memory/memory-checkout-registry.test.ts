import { MemoryCheckoutRegistry } from '../../support/memory-checkout-registry.js';
import { checkoutRegistryContract } from '../../contracts/checkout-registry.contract.js';

checkoutRegistryContract({
  name: 'MemoryCheckoutRegistry',
  durable: false,
  setup: async () => ({ subject: new MemoryCheckoutRegistry() }),
});
