import { MemoryLiveTransport } from '../../../src/adapters/memory/memory-transports.js';
import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { liveTransportContract } from '../../contracts/live-transport.contract.js';
import { outgoingEvents } from '../../support/outgoing-events.js';

const setup = (capabilities?: readonly string[]) => {
  const network = new MemoryNetwork();
  const hub = network.addHub({ url: 'https://hub.example.org', ...(capabilities && { capabilities }) });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  const access = hub.signIns.machineToken('ada');
  const token = (): string => hub.signIns.liveToken(access)!;
  return { hub, token, subject: new MemoryLiveTransport(network) };
};

liveTransportContract({
  name: 'memory',
  durable: false,
  setup: async () => {
    const { hub, token, subject } = setup();
    return {
      subject,
      hub,
      liveToken: async () => token(),
      nowhere: { url: 'https://nowhere.example.org' },
      storedIds: async () => hub.storedIds('acme'),
      cut: async () => hub.endSessions('lost'),
    };
  },
});

describe('faults of a live session in memory', () => {
  it.each([
    ['lost-before', 0],
    ['lost-after', 1],
  ] as const)('scenario 15: is %s of an event, and the hub has %d', async (fault, stored) => {
    const { hub, token, subject } = setup();
    const session = await subject.open(hub, token());
    hub.liveFaults.next(fault);
    await session.send(outgoingEvents(1)[0]!);
    expect(await session.ended).toMatchObject({ reason: 'lost' });
    expect(hub.storedIds('acme')).toHaveLength(stored);
  });

  it('ends as unauthorized when the hub says so, or when a renewal brings a token that nobody knows', async () => {
    const { hub, token, subject } = setup();
    const [first, second] = [await subject.open(hub, token()), await subject.open(hub, token())];
    await first.renew('no-such-token');
    expect(await first.ended).toEqual({ reason: 'unauthorized' });
    hub.endSessions('unauthorized');
    expect(await second.ended).toEqual({ reason: 'unauthorized' });
  });

  it('has neither acks nor renewal at a hub of the base contract', async () => {
    const { hub, token, subject } = setup([]);
    const session = await subject.open(hub, token());
    await session.send(outgoingEvents(1)[0]!);
    await expect(session.renew(token())).rejects.toMatchObject({ kind: 'protocol-mismatch' });
    hub.broadcast({ type: 'ping', timestamp: 5 });
    await session.close();
    const heard = [];
    for await (const message of session.messages()) heard.push(message);
    expect(heard).toEqual([{ type: 'ping', timestamp: 5 }]);
  });
});
