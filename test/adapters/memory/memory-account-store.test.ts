import { ControlledTime } from '../../../src/adapters/memory/controlled-time.js';
import { MemoryAccountStore } from '../../../src/adapters/memory/memory-account-store.js';
import { accountStoreContract } from '../../contracts/account-store.contract.js';
import { quickSecrets } from '../../support/hub.js';

accountStoreContract({
  name: 'memory',
  durable: false,
  setup: () => {
    const time = new ControlledTime();
    return Promise.resolve({ subject: new MemoryAccountStore({ secrets: quickSecrets, clock: time }), time });
  },
});
