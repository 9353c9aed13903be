import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What becomes of a request on its way; the weights are those of a bad day. */
export const BAD_DAY = {
  pass: 10,
  'lost before the hub': 3,
  'answer lost': 3,
  'answer cut off': 2,
  'sent twice': 3,
  delayed: 3,
  unavailable: 2,
  throttled: 1,
};

const GOOD_DAY = { pass: 1 };

/** The wire between the clients and the hub: it loses, repeats, delays and cuts what travels on it. */
export const openProxy = async (hubPort, randomness, counts) => {
  const sockets = new Set();
  const state = { weights: GOOD_DAY };
  const server = createServer((request, response) => {
    carry(request, response).catch(() => response.destroy());
  });
  const carry = async (request, response) => {
    const body = await bodyOf(request);
    // Whoever signs in does so on a good day: the soak is about events.
    const fate = request.url.includes('/events/') ? randomness.weighed(state.weights) : 'pass';
    counts.add(`wire: ${fate}`);
    if (fate === 'lost before the hub') return response.destroy();
    if (fate === 'unavailable') return response.writeHead(503).end('busy');
    if (fate === 'throttled') return response.writeHead(429, { 'retry-after': '1' }).end();
    if (fate === 'delayed') await delay(randomness.between(10, 1500));
    if (fate === 'sent twice') await forward(hubPort, request, body);
    const answer = await forward(hubPort, request, body);
    if (fate === 'answer lost') return response.destroy();
    response.writeHead(answer.status, answer.headers);
    if (fate !== 'answer cut off') return response.end(answer.body);
    response.write(answer.body.subarray(0, answer.body.length / 2));
    await delay(5);
    response.destroy();
  };
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const hub = connect(hubPort, '127.0.0.1');
    const lines = request.rawHeaders.reduce(
      (text, each, index) => text + each + (index % 2 === 0 ? ': ' : '\r\n'),
      `${request.method} ${request.url} HTTP/1.1\r\n`,
    );
    hub.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => hub.destroy()).on('close', () => hub.destroy());
    hub.write(`${lines}\r\n`);
    hub.write(head);
    socket.pipe(hub).pipe(socket);
    sockets.add(hub);
    hub.once('close', () => sockets.delete(hub));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    worsen: () => (state.weights = BAD_DAY),
    mend: () => (state.weights = GOOD_DAY),
    /** Resets every connection at once. */
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};

const bodyOf = async (request) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
};

const forward = (port, { method, url, headers }, body) =>
  new Promise((resolve, reject) => {
    const passed = { ...headers, connection: 'close', 'content-length': body.length };
    delete passed['transfer-encoding'];
    const call = ask({ port, host: '127.0.0.1', method, path: url, headers: passed }, (answer) => {
      bodyOf(answer).then((content) => {
        const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name));
        resolve({
          status: answer.statusCode,
          headers: { ...Object.fromEntries(kept), 'content-length': content.length },
          body: content,
        });
      }, reject);
    });
    call.on('error', reject);
    call.end(body);
  });

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
