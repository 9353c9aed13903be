import { GotBatchTransport } from '../../../src/adapters/delivery/got-batch-transport.js';
import { GotEventReader } from '../../../src/adapters/delivery/hub-pages.js';
import { eventReaderContract } from '../../contracts/event-reader.contract.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import { startTestHub } from '../../support/hub.js';
import type { Misbehaviour } from '../../support/misbehaviour.js';
import { SetClock } from '../../support/steady-host.js';

eventReaderContract({
  name: 'got and a real hub',
  durable: false,
  setup: async () => {
    const server = await startTestHub();
    const subject = new GotEventReader({ version: '1.2.3' });
    const transport = new GotBatchTransport({ version: '1.2.3', clock: new SetClock() });
    const accessToken = await server.tokenOf('acme');
    const hub = { url: server.url };
    return {
      subject,
      hub,
      accessToken,
      nowhere: { url: 'http://127.0.0.1:9' },
      store: (events) => transport.send({ hub, accessToken, events }),
      dispose: async () => {
        await subject.close();
        await transport.close();
        await server.close();
      },
    };
  },
});

describe('events of a hub that answers otherwise', () => {
  const PATH = '/api/v1/events/?after=7&limit=1000&project=p';
  const page = (events: readonly object[], next: number, more: boolean) => ({ events, next, more });

  it.each<[string, Misbehaviour, object]>([
    ['404', { status: 404, body: '' }, { answer: 'unsupported' }],
    ['405', { status: 405, body: '' }, { answer: 'unsupported' }],
    ['400 about a number', { status: 400, body: '' }, { answer: 'unavailable', reason: 'status 400' }],
    [
      '503',
      { status: 503, body: '{"detail":"soon"}' },
      { answer: 'unavailable', reason: 'status 503: soon' },
    ],
    ['a list', { status: 200, body: [] }, { answer: 'unavailable' }],
    ['half a document', { status: 200, body: '{"events":[' }, { answer: 'unavailable' }],
    [
      'events without numbers',
      { status: 200, body: page([{ event: {} }], 8, false) },
      { answer: 'unavailable' },
    ],
    [
      'numbers without events',
      { status: 200, body: page([{ sequence: 8 }], 8, false) },
      { answer: 'unavailable' },
    ],
    ['a cursor that stands still', { status: 200, body: page([], 7, true) }, { answer: 'unavailable' }],
    ['a body without end', { flood: 2 ** 24, gzip: false }, { answer: 'unavailable' }],
    ['a reset', 'reset', { answer: 'unavailable' }],
  ])('%s', async (_name, fault, answer) => {
    const server = await ChaosHub.start();
    const subject = new GotEventReader({ version: '1.2.3' });
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
