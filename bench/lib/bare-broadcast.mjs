import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * The least that a broadcast can be, in a process of its own: it parses a batch, frames each event once, and writes the
 * same bytes to every socket. Each socket begins with a frame of as many bytes as the program was told.
 */
const sockets = new Set();
const server = createServer(async (request, response) => {
  if (request.method === 'GET') return response.end('{}');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { events } = JSON.parse(Buffer.concat(chunks).toString());
  const bytes = Buffer.concat(events.map((event) => frame(JSON.stringify(event))));
  for (const socket of sockets) socket.write(bytes);
  response.end('{}');
});

const frame = (text) => {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(10);
  head.set([0x81, 127]);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
};

const FIRST = frame('x'.repeat(Number(process.argv[2])));

server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(FIRST);
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  sockets.add(socket);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.stdin.resume().once('end', () => process.exit());
