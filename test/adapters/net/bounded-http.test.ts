import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BoundedHttp } from '../../../src/adapters/net/bounded-http.js';

describe('a bounded request', () => {
  it('survives that its signal aborts when its answer has just arrived', async () => {
    const server = createServer((_request, response) => void response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const http = new BoundedHttp({
      version: '0',
      timeouts: { connectMs: 5000, firstByteMs: 5000, wholeMs: 5000 },
      maxResultBytes: 1000,
      maxErrorBytes: 1000,
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      const reply = await http.request({ method: 'POST', url, headers: {} }, controller.signal);
      controller.abort();
      // The failure would come from outside of every promise, within the next turns.
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(reply).toEqual({ kind: 'answer', status: 200, body: '{}' });
    }
    http.close();
    server.close();
    await once(server, 'close');
  });
});
