import type { EventReader, ReadAnswer, ReadRequest } from '../../ports/delivery.js';
import type { MemoryNetwork } from './memory-network.js';

/** Reads the events of hubs in memory. */
export class MemoryEventReader implements EventReader {
  readonly #network: MemoryNetwork;
  readonly #pageSize: number;

  constructor(network: MemoryNetwork, pageSize = 1000) {
    this.#network = network;
    this.#pageSize = pageSize;
  }

  async read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer> {
    const hub = this.#network.reach(request.hub);
    // Everything real waits for the network at least once.
    await Promise.resolve();
    if (signal?.aborted === true) return { answer: 'unavailable', reason: 'interrupted' };
    if (hub === undefined) return { answer: 'unavailable', reason: 'connection refused' };
    const bearer = hub.signIns.bearerOf(request.accessToken);
    if (bearer === undefined) return { answer: 'unauthorized' };
    const stored = hub.storedEvents(bearer.team);
    const after =
      typeof request.after === 'number'
        ? request.after
        : stored.find(({ event }) => event['event_id'] === request.after)?.sequence;
    if (after === undefined) return { answer: 'unknown-event' };
    const { projectUuid, history } = request;
    const isBeyond = after > (stored.at(-1)?.sequence ?? 0);
    if (isBeyond || (history !== undefined && history !== hub.history)) return { answer: 'other-history' };
    const wanted = stored.filter(
      ({ sequence, event }) =>
        sequence > after && (projectUuid === undefined || event['project_uuid'] === projectUuid),
    );
    const events = wanted.slice(0, this.#pageSize);
    return {
      answer: 'page',
      events,
      next: events.at(-1)?.sequence ?? after,
      more: events.length < wanted.length,
    };
  }
}
