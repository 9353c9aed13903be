import { WsLiveTransport } from '../../../src/adapters/delivery/ws-live-transport.js';
import { liveTransportContract } from '../../contracts/live-transport.contract.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import { realTimer } from '../../support/steady-host.js';

liveTransportContract({
  name: 'ws',
  durable: false,
  setup: async () => {
    const server = await ChaosHub.start();
    const subject = new WsLiveTransport({ version: '1.2.3', timer: realTimer });
    const access = server.hub.signIns.machineToken('ada');
    return {
      subject,
      hub: server.address,
      liveToken: async () => server.hub.signIns.liveToken(access)!,
      nowhere: { url: 'http://127.0.0.1:9' },
      storedIds: async () => server.hub.storedIds('acme'),
      cut: async () => server.cut(),
      dispose: async () => {
        await subject.close();
        await server.close();
      },
    };
  },
});
