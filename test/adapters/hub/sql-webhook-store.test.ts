import { webhookStoreContract } from '../../contracts/webhook-store.contract.js';
import { setUpSqliteHub } from './sqlite-hub-setup.js';

webhookStoreContract({
  name: 'SQLite',
  setup: async () => {
    const { stores, time, reopen, dispose } = await setUpSqliteHub();
    return { subject: stores.webhooks, time, reopen: async () => (await reopen()).webhooks, dispose };
  },
});
