import { MemoryBatchTransport } from '../../../src/adapters/memory/memory-transports.js';
import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { CAPABILITIES } from '../../../src/domain/wire.js';
import { batchTransportContract } from '../../contracts/batch-transport.contract.js';
import { outgoingEvents } from '../../support/outgoing-events.js';

const NOWHERE = { url: 'https://nowhere.example.org' };

const setup = () => {
  const network = new MemoryNetwork();
  const hub = network.addHub({
    ...{ url: 'https://hub.example.org', maxBatchEvents: 50 },
    capabilities: CAPABILITIES,
  });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  const accessToken = hub.signIns.machineToken('ada');
  return { network, hub, accessToken, subject: new MemoryBatchTransport(network) };
};

batchTransportContract({
  name: 'memory',
  durable: false,
  setup: async () => {
    const { hub, accessToken, subject } = setup();
    return { subject, hub, accessToken, nowhere: NOWHERE, storedIds: async () => hub.storedIds('acme') };
  },
});

describe('faults of the memory network', () => {
  it('loses a call before or after it took effect', async () => {
    const { hub, accessToken, subject } = setup();
    const events = outgoingEvents(2);
    hub.batchFaults.next('lost-before', 'lost-after');
    expect(await subject.send({ hub, accessToken, events })).toMatchObject({ outcome: 'unavailable' });
    expect(hub.storedIds('acme')).toEqual([]);
    expect(await subject.send({ hub, accessToken, events })).toMatchObject({ outcome: 'unavailable' });
    expect(hub.storedIds('acme')).toHaveLength(2);
    const third = await subject.send({ hub, accessToken, events });
    expect(third.outcome === 'answered' && [...third.answers.values()]).toEqual([
      { answer: 'duplicate' },
      { answer: 'duplicate' },
    ]);
  });

  it('answers with any outcome that a test asks for', async () => {
    const { hub, accessToken, subject } = setup();
    hub.batchFaults.always((call) =>
      call % 2 === 0 ? { outcome: 'forbidden', reason: 'read-only' } : undefined,
    );
    const send = () => subject.send({ hub, accessToken, events: outgoingEvents(1) });
    expect([(await send()).outcome, (await send()).outcome, (await send()).outcome]).toEqual([
      'answered',
      'forbidden',
      'answered',
    ]);
  });

  it('judges single events as a test asks for', async () => {
    const { hub, accessToken, subject } = setup();
    const [poison, silent, pending, good] = outgoingEvents(4);
    hub.judge = (event) => {
      if (event['event_id'] === poison!.eventId) return 'poison';
      if (event['event_id'] === silent!.eventId) return 'silent';
      return event['event_id'] === pending!.eventId ? { status: 'pending' } : undefined;
    };
    const send = (...events: ReturnType<typeof outgoingEvents>) => subject.send({ hub, accessToken, events });
    expect(await send(good!, poison!)).toMatchObject({ outcome: 'refused-opaque' });
    expect(hub.storedIds('acme')).toEqual([]);
    const outcome = await send(silent!, pending!, good!);
    expect(outcome.outcome === 'answered' && [...outcome.answers]).toEqual([
      [pending!.eventId, { answer: 'pending' }],
      [good!.eventId, { answer: 'accepted' }],
    ]);
  });

  it('finds a batch too large, and nobody when the network or the hub is down', async () => {
    const { network, hub, accessToken, subject } = setup();
    expect(await subject.send({ hub, accessToken, events: outgoingEvents(51) })).toEqual({
      outcome: 'too-large',
    });
    hub.down = true;
    expect(await subject.probe(hub)).toEqual({ unreachable: 'connection refused' });
    hub.down = false;
    network.down = true;
    expect(await subject.probe(hub)).toEqual({ unreachable: 'connection refused' });
  });
});
