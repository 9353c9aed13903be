import { accountStoreContract } from '../../contracts/account-store.contract.js';
import { setUpSqliteHub } from './sqlite-hub-setup.js';

accountStoreContract({
  name: 'SQLite',
  durable: true,
  setup: async () => {
    const { stores, time, reopen, dispose } = await setUpSqliteHub();
    return { subject: stores.accounts, time, reopen: async () => (await reopen()).accounts, dispose };
  },
});
