import { MemoryCheckoutRegistry } from '../../../src/adapters/memory/memory-stores.js';
import { checkoutRegistryContract } from '../../contracts/checkout-registry.contract.js';

checkoutRegistryContract({
  name: 'MemoryCheckoutRegistry',
  durable: false,
  setup: async () => ({ subject: new MemoryCheckoutRegistry() }),
});
