import { MemoryBatchTransport, MemoryEventReader } from '../../../src/adapters/memory/memory-transports.js';
import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { eventReaderContract } from '../../contracts/event-reader.contract.js';

eventReaderContract({
  name: 'memory',
  durable: false,
  setup: async () => {
    const network = new MemoryNetwork();
    const hub = network.addHub({ url: 'https://hub.example.org' });
    hub.signIns.addUser('ada', 'correct horse', 'acme');
    const accessToken = hub.signIns.machineToken('ada');
    const transport = new MemoryBatchTransport(network);
    return {
      subject: new MemoryEventReader(network),
      hub,
      accessToken,
      nowhere: { url: 'https://nowhere.example.org' },
      store: (events) => transport.send({ hub, accessToken, events }),
    };
  },
});
