import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { MemoryTokenIssuer } from '../../../src/adapters/memory/memory-transports.js';
import { tokenIssuerContract } from '../../contracts/token-issuer.contract.js';

const setup = () => {
  const network = new MemoryNetwork();
  const hub = network.addHub({ url: 'https://hub.example.org' });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  return {
    hub,
    subject: new MemoryTokenIssuer(network),
    nowhere: { url: 'https://nowhere.example.org' },
    agree: async (userCode: string) => hub.signIns.agreeToDevice(userCode, 'ada'),
  };
};

tokenIssuerContract({ name: 'memory', durable: false, setup: async () => setup() });

describe('sign-ins in memory', () => {
  it('ends the whole sign-in when a token is spent again after its successor was spent', async () => {
    const { hub, subject } = setup();
    const first = hub.signIns.signIn('ada', 'correct horse')!;
    const second = hub.signIns.refresh(first.refresh)!;
    const third = hub.signIns.refresh(second.refresh)!;
    expect(await subject.refresh(hub, first.refresh)).toMatchObject({ error: { fault: 'refused' } });
    expect(await subject.refresh(hub, third.refresh)).toMatchObject({ error: { fault: 'refused' } });
  });

  it('says that it does not know a token that it shall revoke', async () => {
    const { hub, subject } = setup();
    expect(await subject.revoke(hub, 'x')).toMatchObject({ error: { fault: 'refused' } });
  });
});
