import { GotBatchTransport } from '../../../src/adapters/delivery/got-batch-transport.js';
import { batchTransportContract } from '../../contracts/batch-transport.contract.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import { SetClock } from '../../support/steady-host.js';

batchTransportContract({
  name: 'got over HTTP',
  durable: false,
  setup: async () => {
    const server = await ChaosHub.start();
    const subject = new GotBatchTransport({ version: '1.2.3', clock: new SetClock() });
    return {
      subject,
      hub: server.address,
      accessToken: server.hub.signIns.machineToken('ada'),
      nowhere: { url: 'http://127.0.0.1:9' },
      storedIds: async () => server.hub.storedIds('acme'),
      dispose: async () => {
        await subject.close();
        await server.close();
      },
    };
  },
});
