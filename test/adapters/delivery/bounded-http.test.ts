import { getEventListeners } from 'node:events';
import { HubClient } from '../../../src/adapters/delivery/bounded-http.js';
import { ChaosHub } from '../../support/chaos-hub.js';

describe('a bounded request', () => {
  let hub: ChaosHub;
  let http: HubClient;
  beforeEach(async () => {
    hub = await ChaosHub.start();
    const timeouts = { connectMs: 2000, firstByteMs: 800, wholeMs: 5000 };
    http = new HubClient({ version: 'test', timeouts, maxResultBytes: 1000, maxErrorBytes: 1000 });
  });
  afterEach(async () => {
    await http.close();
    await hub.close();
  });
  const ask = (signal?: AbortSignal): ReturnType<HubClient['ask']> =>
    http.ask(hub.hub, '/api/v1/sync/health/', {}, signal);

  it('leaves nothing on the signal of its caller, which may live for days', async () => {
    const { signal } = new AbortController();
    hub
      .on('health')
      .next(undefined, { status: 503 }, 'reset', 'reset-in-body', { flood: 5000 }, 'never-answer');
    const kinds: string[] = [];
    for (let count = 0; count < 7; count++) kinds.push((await ask(signal)).kind);
    expect(kinds).toEqual([
      ...['answer', 'answer', 'no-answer', 'no-answer', 'garbled', 'no-answer', 'answer'],
    ]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends when its caller does not want it any more, before it begins and while it waits', async () => {
    expect(await ask(AbortSignal.abort())).toEqual({ kind: 'no-answer', reason: 'interrupted' });
    expect(hub.requests).toEqual([]);
    const controller = new AbortController();
    hub.on('health').next('never-answer');
    const asking = ask(controller.signal);
    await hub.until(() => hub.requests.length === 1);
    controller.abort();
    expect(await asking).toMatchObject({ kind: 'no-answer' });
  });
});
