import { connect } from 'node:net';

/**
 * Many WebSockets in a process of their own that read bytes and count no frames, so that the readers cost little: a
 * socket has heard a batch when the bytes of its last event are there. Messages in: `open`, `await`, `close`.
 */
const HANDSHAKE = [
  'GET /ws/v1/events/ HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
].join('\r\n');

let sockets = [];
let marker;
let left = 0;
let done = () => undefined;

const hear = (socket, chunk) => {
  if (marker === undefined) return;
  const text = Buffer.concat([socket.tail, chunk]);
  if (!socket.hasHeard && text.includes(marker)) {
    socket.hasHeard = true;
    if (--left === 0) done();
  }
  // The marker may lie across two chunks.
  socket.tail = text.subarray(Math.max(0, text.length - marker.length));
};

const open = ({ port, tokens }) =>
  Promise.all(
    tokens.map(
      (token) =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1');
          socket.tail = Buffer.alloc(0);
          socket.hasHeard = true;
          socket.write(`${HANDSHAKE}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
          let head = '';
          const begin = (chunk) => {
            head += chunk.toString('latin1');
            if (!head.includes('\r\n\r\n')) return;
            if (!head.startsWith('HTTP/1.1 101')) reject(new Error(head.slice(0, 80)));
            // The session has begun with its first frame.
            if (head.indexOf('\r\n\r\n') + 4 === head.length) return;
            socket.off('data', begin);
            socket.on('data', (more) => hear(socket, more));
            resolve(socket);
          };
          socket.on('data', begin).on('error', () => undefined);
        }),
    ),
  );

process.on('message', async (message) => {
  const start = performance.now();
  if (message.open !== undefined) sockets = await open(message.open);
  if (message.await !== undefined) {
    marker = Buffer.from(message.await);
    left = sockets.length;
    for (const socket of sockets) socket.hasHeard = false;
    process.send('awaiting');
    await new Promise((resolve) => (done = resolve));
  }
  if (message.close !== undefined) for (const socket of sockets) socket.destroy();
  process.send(performance.now() - start);
});
