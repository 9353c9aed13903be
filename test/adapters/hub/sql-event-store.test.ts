import { eventStoreContract } from '../../contracts/event-store.contract.js';
import { setUpSqliteHub } from './sqlite-hub-setup.js';

eventStoreContract({
  name: 'SQLite',
  durable: true,
  setup: async () => {
    const { stores, reopen, dispose } = await setUpSqliteHub();
    return { subject: stores.store, reopen: async () => (await reopen()).store, dispose };
  },
});
