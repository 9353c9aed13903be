import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { projectStatus } from '../../src/app/reports/examine-outbox.js';
import { fact, PROJECT } from '../support/facts.js';
import { outboxesOf } from '../support/outboxes.js';
import { scratchDirectory } from '../support/scratch-directory.js';

const EVENTS = 100_000;

describe('an outbox with 100,000 events that wait', () => {
  const scratch = scratchDirectory();
  let server: Server;
  let received = 0;
  const ids = new Set<string>();
  beforeEach(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { events } = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as {
        events: { event_id: string }[];
      };
      received += events.length;
      for (const { event_id: id } of events) ids.add(id);
      response.end(
        JSON.stringify({ results: events.map(({ event_id }) => ({ event_id, status: 'success' })) }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('drains in one pass, each event once, in memory that does not grow with it', async () => {
    const outbox = outboxesOf(scratch.path).open(PROJECT);
    for (let first = 1; first <= EVENTS; first += 2000) {
      const facts = Array.from({ length: 2000 }, (_, index) =>
        fact(first + index, { hub: 'chaos', team: 'acme' }),
      );
      await outbox.capture(facts, { maxWaiting: EVENTS });
    }
    const { port } = server.address() as AddressInfo;
    const { stdout } = await promisify(execFile)(process.execPath, [
      // All events together would take more than this.
      '--max-old-space-size=48',
      join(import.meta.dirname, '..', 'support', 'drain-worker.mjs'),
      scratch.path,
      `http://127.0.0.1:${port}`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: EVENTS, duplicate: 0, ended: { end: 'complete' } });
    expect({ received, distinct: ids.size }).toEqual({ received: EVENTS, distinct: EVENTS });
    const account = { hub: { url: `http://127.0.0.1:${port}`, id: 'chaos' }, team: 'acme' };
    const { accounting } = await projectStatus(outbox, { account, sharing: 'on', nowMs: 0 });
    expect(accounting).toMatchObject({ captured: EVENTS, delivered: EVENTS, pending: 0 });
    process.stderr.write(process.env['CHAOS_SCHEDULES'] === undefined ? '' : `drain of ${EVENTS}: ${stdout}`);
  }, 120_000);
});
