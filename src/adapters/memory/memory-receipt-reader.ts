import type { ReceiptAnswer, ReceiptReader, ReceiptRequest } from '../../ports/delivery.js';
import type { MemoryNetwork } from './memory-network.js';

/** Receipts of hubs in memory. */
export class MemoryReceiptReader implements ReceiptReader {
  readonly #network: MemoryNetwork;
  readonly #pageSize: number;

  constructor(network: MemoryNetwork, pageSize = 1000) {
    this.#network = network;
    this.#pageSize = pageSize;
  }

  async read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer> {
    const hub = this.#network.reach(request.hub);
    // Everything real waits for the network at least once.
    await Promise.resolve();
    if (signal?.aborted === true) return { answer: 'unavailable', reason: 'interrupted' };
    if (hub === undefined) return { answer: 'unavailable', reason: 'connection refused' };
    if (!hub.hasReceipts) return { answer: 'unsupported' };
    const bearer = hub.signIns.bearerOf(request.accessToken);
    if (bearer === undefined) return { answer: 'unauthorized' };
    const ids = hub.storedIds(bearer.team, request.projectUuid);
    const next = Math.min(request.after + this.#pageSize, Math.max(ids.length, request.after));
    return {
      answer: 'page',
      eventIds: ids.slice(request.after, next),
      next,
      more: next < ids.length,
    };
  }
}
