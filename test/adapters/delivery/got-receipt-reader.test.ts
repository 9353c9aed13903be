import { GotBatchTransport } from '../../../src/adapters/delivery/got-batch-transport.js';
import { GotReceiptReader } from '../../../src/adapters/delivery/hub-pages.js';
import { receiptReaderContract } from '../../contracts/receipt-reader.contract.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import { startTestHub } from '../../support/hub.js';
import type { Misbehaviour } from '../../support/misbehaviour.js';
import { envelopeOf, outgoing } from '../../support/outgoing-events.js';
import { SetClock } from '../../support/steady-host.js';

receiptReaderContract({
  name: 'got and a real hub',
  durable: false,
  setup: async () => {
    const server = await startTestHub();
    const subject = new GotReceiptReader({ version: '1.2.3' });
    const transport = new GotBatchTransport({ version: '1.2.3', clock: new SetClock() });
    const accessToken = await server.tokenOf('acme');
    const hub = { url: server.url };
    return {
      subject,
      hub,
      accessToken,
      nowhere: { url: 'http://127.0.0.1:9' },
      store: async (project, count) => {
        const events = Array.from({ length: count }, (_, index) =>
          outgoing(envelopeOf(index + 1, { project_uuid: project as never }, project)),
        );
        for (let from = 0; from < count; from += 1000) {
          await transport.send({ hub, accessToken, events: events.slice(from, from + 1000) });
        }
        return events.map(({ eventId }) => eventId);
      },
      dispose: async () => {
        await subject.close();
        await transport.close();
        await server.close();
      },
    };
  },
});

describe('receipts of a hub that answers otherwise', () => {
  const PATH = '/api/v1/receipts/?project=p&after=7&limit=1000';

  it.each<[string, Misbehaviour, object]>([
    ['404', { status: 404, body: '' }, { answer: 'unsupported' }],
    ['405', { status: 405, body: '' }, { answer: 'unsupported' }],
    [
      '503',
      { status: 503, body: '{"detail":"soon"}' },
      { answer: 'unavailable', reason: 'status 503: soon' },
    ],
    ['500 without a word', { status: 500, body: '' }, { answer: 'unavailable', reason: 'status 500' }],
    ['a list', { status: 200, body: [] }, { answer: 'unavailable' }],
    ['half a document', { status: 200, body: '{"receipts":[' }, { answer: 'unavailable' }],
    [
      'receipts without ids',
      { status: 200, body: { receipts: [{}], next: 8, more: false } },
      { answer: 'unavailable' },
    ],
    [
      'a cursor that stands still',
      { status: 200, body: { receipts: [], next: 7, more: true } },
      { answer: 'unavailable' },
    ],
    ['a body without end', { flood: 2 ** 24, gzip: false }, { answer: 'unavailable' }],
    ['a reset', 'reset', { answer: 'unavailable' }],
  ])('%s', async (_name, fault, answer) => {
    const server = await ChaosHub.start();
    const subject = new GotReceiptReader({ version: '1.2.3' });
    try {
      server.on(PATH).next(fault);
      const request = { hub: server.address, accessToken: 'token', projectUuid: 'p', after: 7 };
      expect(await subject.read(request)).toMatchObject(answer);
      expect(await subject.read({ ...request, accessToken: 'no token\n' })).toEqual({
        answer: 'unauthorized',
      });
    } finally {
      await subject.close();
      await server.close();
    }
  });
});
