import { MemoryMachineAccounts } from '../../../src/adapters/memory/memory-machine-accounts.js';
import { machineAccountsContract } from '../../contracts/machine-accounts.contract.js';

machineAccountsContract({
  name: 'memory',
  durable: false,
  setup: async () => ({ subject: new MemoryMachineAccounts() }),
});
