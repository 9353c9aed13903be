import { GotTokenIssuer } from '../../../src/adapters/delivery/got-token-issuer.js';
import { tokenIssuerContract } from '../../contracts/token-issuer.contract.js';
import { ChaosHub } from '../../support/chaos-hub.js';

tokenIssuerContract({
  name: 'got over HTTP',
  durable: false,
  setup: async () => {
    const server = await ChaosHub.start();
    const subject = new GotTokenIssuer({ version: '1.2.3' });
    return {
      subject,
      hub: server.address,
      agree: async (userCode) => server.hub.signIns.agreeToDevice(userCode, 'ada'),
      nowhere: { url: 'http://127.0.0.1:9' },
      dispose: async () => {
        await subject.close();
        await server.close();
      },
    };
  },
});
