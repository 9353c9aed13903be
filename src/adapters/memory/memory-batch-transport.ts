import type { HubAddress } from '../../domain/outbox/account.js';
import { answerOf, type BatchOutcome } from '../../domain/delivery/outcome.js';
import { utf8Length } from '../../domain/events/utf8-length.js';
import type { BatchRequest, BatchTransport, ReportRequest } from '../../ports/delivery.js';
import type { MemoryHub } from './memory-hub.js';
import type { MemoryNetwork } from './memory-network.js';

/** Batches to hubs in memory. */
export class MemoryBatchTransport implements BatchTransport {
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  async send(request: BatchRequest, signal?: AbortSignal): Promise<BatchOutcome> {
    const hub = this.#network.reach(request.hub);
    // Everything real waits for the network at least once.
    await Promise.resolve();
    if (signal?.aborted === true) return { outcome: 'unavailable', reason: 'interrupted' };
    if (hub === undefined) return { outcome: 'unavailable', reason: 'connection refused' };
    const bytes = request.events.reduce((sum, { json }) => sum + utf8Length(json) + 1, 0);
    if (bytes > (request.maxBodyBytes ?? Infinity)) return { outcome: 'too-large' };
    const fault = hub.batchFaults.take();
    if (fault === 'lost-before') return { outcome: 'unavailable', reason: 'connection reset' };
    if (typeof fault === 'object') return fault;
    const outcome = deliver(hub, request);
    return fault === 'lost-after' ? { outcome: 'unavailable', reason: 'connection reset' } : outcome;
  }

  probe(address: HubAddress): Promise<'reachable' | { readonly unreachable: string }> {
    const hub = this.#network.reach(address);
    return Promise.resolve(hub === undefined ? { unreachable: 'connection refused' } : 'reachable');
  }

  report({ hub: address, accessToken, report }: ReportRequest): Promise<boolean> {
    const hub = this.#network.reach(address);
    const bearer = hub?.signIns.bearerOf(accessToken);
    if (bearer !== undefined) hub?.reports.push(report);
    return Promise.resolve(bearer !== undefined && hub?.capabilities.includes('report') === true);
  }
}

const deliver = (hub: MemoryHub, request: BatchRequest): BatchOutcome => {
  const bearer = hub.signIns.bearerOf(request.accessToken);
  if (bearer === undefined) return { outcome: 'unauthorized' };
  if (request.events.length > hub.maxBatchEvents) return { outcome: 'too-large' };
  const results = hub.receive(
    bearer,
    request.events.map((event) => JSON.parse(event.json) as unknown),
  );
  if (results === 'poison') return { outcome: 'refused-opaque', reason: 'an event is not understood' };
  return {
    outcome: 'answered',
    answers: new Map(results.map((result) => [result.event_id, answerOf(result)])),
  };
};
