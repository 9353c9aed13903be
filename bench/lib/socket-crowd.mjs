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

/** Where the frame ends that begins there; beyond everything while its head is not whole. */
const endOfFrame = (bytes, at) => {
  if (bytes.length < at + 10) return Infinity;
  const short = bytes[at + 1] & 127;
  if (short < 126) return at + 2 + short;
  return short === 126
    ? at + 4 + bytes.readUInt16BE(at + 2)
    : at + 10 + Number(bytes.readBigUInt64BE(at + 2));
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
          let begun = Buffer.alloc(0);
          const begin = (chunk) => {
            begun = Buffer.concat([begun, chunk]);
            const head = begun.indexOf('\r\n\r\n');
            if (head < 0) return;
            if (!begun.toString('latin1').startsWith('HTTP/1.1 101'))
              reject(new Error(begun.toString('latin1', 0, 80)));
            // The session has begun with the whole of its first frame.
            if (begun.length < endOfFrame(begun, head + 4)) return;
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
