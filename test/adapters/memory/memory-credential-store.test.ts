import { MemoryCredentialStore } from '../../../src/adapters/memory/memory-stores.js';
import { credentialStoreContract } from '../../contracts/credential-store.contract.js';

credentialStoreContract({
  name: 'MemoryCredentialStore',
  durable: false,
  setup: async () => {
    const subject = new MemoryCredentialStore();
    return { subject, damage: () => subject.break('it is not valid TOML') };
  },
});
