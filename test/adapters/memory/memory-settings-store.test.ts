import { MemorySettingsStore } from '../../../src/adapters/memory/memory-stores.js';
import { settingsStoreContract } from '../../contracts/settings-store.contract.js';

settingsStoreContract({
  name: 'MemorySettingsStore',
  durable: false,
  setup: async () => ({ subject: new MemorySettingsStore() }),
});
