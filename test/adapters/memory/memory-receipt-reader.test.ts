import { MemoryBatchTransport, MemoryReceiptReader } from '../../../src/adapters/memory/memory-transports.js';
import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { receiptReaderContract } from '../../contracts/receipt-reader.contract.js';
import { envelopeOf, outgoing } from '../../support/outgoing-events.js';

const setup = async () => {
  const network = new MemoryNetwork();
  const hub = network.addHub({ url: 'https://hub.example.org', maxBatchEvents: 2000 });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  const accessToken = hub.signIns.machineToken('ada');
  const transport = new MemoryBatchTransport(network);
  return {
    subject: new MemoryReceiptReader(network),
    hub,
    accessToken,
    nowhere: { url: 'https://nowhere.example.org' },
    store: async (project: string, count: number) => {
      const events = Array.from({ length: count }, (_, index) =>
        outgoing(envelopeOf(index + 1, { project_uuid: project as never }, project)),
      );
      await transport.send({ hub, accessToken, events });
      return events.map(({ eventId }) => eventId);
    },
  };
};

receiptReaderContract({ name: 'memory', durable: false, setup });

it('a hub in memory can be one that has no receipts', async () => {
  const { subject, hub, accessToken } = await setup();
  hub.hasReceipts = false;
  expect(await subject.read({ hub, accessToken, projectUuid: 'p', after: 0 })).toEqual({
    answer: 'unsupported',
  });
});
