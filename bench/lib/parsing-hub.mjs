import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** A hub in a process of its own that does the least a hub can: it parses what it gets and answers every event. */
const server = createServer(async (request, response) => {
  if (request.method === 'GET') return response.end('{}');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { events } = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString());
  const results = events.map(({ event_id }) => ({ event_id, status: 'success' }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.stdin.resume().once('end', () => process.exit());
