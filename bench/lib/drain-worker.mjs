import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { loadOurs, openOutbox, openOutboxes, PROJECT } from './ours.mjs';

/**
 * Drains an outbox to a hub in a process of its own, so that memory is that of a drain and nothing else:
 * `node drain-worker.mjs <ours, floor or disk> <state root> <url> <gzip level>`. Prints what it took as JSON.
 */
const [how, stateRoot, url, level] = process.argv.slice(2);
const ours = await loadOurs();
const hub = { url, id: 'bench' };
const never = new AbortController().signal;

/** What the program does: journal, ledger, receipts by id. */
const drainOurs = async () => {
  const clock = { nowMs: () => Date.now() };
  const account = { hub, team: 'acme' };
  const transport = new ours.GotBatchTransport({ version: 'bench', clock });
  await transport.probe(hub);
  const answer = { state: 'granted', token: 'bench', account };
  const tokens = { get: async () => answer, renew: async () => answer };
  const courier = ours.batchCourier({ batchTransport: transport, accessTokens: tokens }, account);
  const flush = new ours.Flush({
    outboxes: openOutboxes(ours, stateRoot),
    sharing: { of: async () => 'on' },
    wallClock: clock,
    randomness: { next: () => 0.5 },
    timer: { sleep: async () => undefined },
    lamport: { update: async () => undefined },
    route: async () => ({ account, courier }),
    retainMs: async () => 7 * 24 * 60 * 60 * 1000,
    resolveLeftOvers: async () => undefined,
  });
  const start = performance.now();
  const { delivered, ended } = await flush.run({ isInsisted: true }, never);
  const ms = performance.now() - start;
  await transport.close();
  if (ended.end !== 'complete') throw new Error(JSON.stringify(ended));
  return { ms, delivered };
};

/** The same batches, which are in memory already, in a loop of requests; nothing is written down. */
const drainBare = async () => {
  const { got } = await import('got');
  const { Agent } = await import('node:http');
  const agent = { http: new Agent({ keepAlive: true }) };
  const documents = [];
  for await (const { json } of openOutbox(ours, stateRoot).records()) documents.push(json);
  const start = performance.now();
  let delivered = 0;
  for (let from = 0; from < documents.length; from += 1000) {
    const body = await compress(`{"events":[${documents.slice(from, from + 1000).join(',')}]}`, {
      level: Number(level),
    });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { results } = await got.post(`${url}/api/v1/events/batch/`, { agent, body, headers }).json();
    delivered += results.length;
  }
  const ms = performance.now() - start;
  agent.http.destroy();
  return { ms, delivered };
};

const compress = promisify(gzip);

const result = how === 'ours' ? await drainOurs() : await drainBare();
process.stdout.write(
  JSON.stringify({ ...result, peakMb: process.resourceUsage().maxRSS / 1000, project: PROJECT }),
);
