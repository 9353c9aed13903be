/**
 * Drains an outbox to a hub, in a process of its own: `node drain-worker.mjs <state root> <project> <url>`. Prints what
 * came of it, and the peak of its memory in MB.
 */
import { JsonLamportStore, LamportFile } from '../../dist/adapters/events/json-lamport-store.js';
import { LowdbOutboxes } from '../../dist/adapters/outbox/lowdb-outbox.js';
import { GotBatchTransport } from '../../dist/adapters/delivery/got-batch-transport.js';
import { batchCourier } from '../../dist/app/delivery/courier.js';
import { Flush } from '../../dist/app/delivery/flush.js';
import { join } from 'node:path';

const [stateRoot, url] = process.argv.slice(2);
const wallClock = { nowMs: () => Date.now() };
const file = new LamportFile(stateRoot, {
  mintNodeId: () => '0123456789ab',
  highestCaptured: () => 0,
  ...wallClock,
});
const account = { hub: { url, id: 'chaos' }, team: 'acme' };
const transport = new GotBatchTransport({ version: 'test', clock: wallClock });
const answer = { state: 'granted', token: 'any', account };
const tokens = { get: async () => answer, renew: async () => answer };
const courier = batchCourier({ batchTransport: transport, accessTokens: tokens }, account);
const flush = new Flush({
  outboxes: new LowdbOutboxes(stateRoot, { clock: file, newJournalId: () => 'other', ...wallClock }),
  lamport: new JsonLamportStore(file, join(stateRoot, 'lock')),
  sharing: { of: async () => 'on' },
  wallClock,
  randomness: { next: () => 0.5 },
  timer: { sleep: async () => undefined },
  route: async () => ({ account, courier }),
  retainMs: async () => 7 * 24 * 60 * 60 * 1000,
  resolveLeftOvers: async () => undefined,
});
const report = await flush.run({ isInsisted: true });
await transport.close();
process.stdout.write(
  `${JSON.stringify({ ...report, peakMb: Math.round(process.resourceUsage().maxRSS / 1000) })}\n`,
);
