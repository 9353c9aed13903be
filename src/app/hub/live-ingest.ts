import { isSyncError, SyncError } from '../../domain/errors.js';
import type { EventResult } from '../../domain/wire.js';
import type { Log } from '../../ports/host.js';
import type { HubLimits } from './hub-limits.js';
import type { Ingest } from './ingest.js';
import { sentId, type SentEvent } from './ingest.js';
import type { Turns } from './turns.js';

/** Where the answer about a live event goes. */
export interface LiveSender {
  /** Hears first under which number its event was stored, so that it need not be told of it as of news. */
  readonly stored: (sequence: number) => void;
  readonly acknowledge: (result: EventResult) => void;
}

interface Waiting {
  readonly sent: SentEvent;
  readonly sender: LiveSender;
}

/**
 * Gathers the events that arrive on all sockets of a team within one turn of the event loop, or while a commit is
 * under way, into one transaction: a disk that takes long to sync is then asked seldom, not once for each event.
 */
export class LiveIngest {
  readonly #ingest: Ingest;
  readonly #log: Log;
  readonly #turns: Turns;
  readonly #limits: HubLimits;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(ingest: Ingest, turns: Turns, limits: HubLimits, log: Log) {
    this.#ingest = ingest;
    this.#turns = turns;
    this.#limits = limits;
    this.#log = log;
  }

  /** Takes an event; its sender hears of it after the commit. */
  offer(team: string, sent: SentEvent, sender: LiveSender): void {
    const waiting = this.#waiting.get(team);
    if (waiting === undefined) this.#waiting.set(team, [{ sent, sender }]);
    else waiting.push({ sent, sender });
    if (!this.#running.has(team)) this.#running.set(team, this.#drain(team));
  }

  /** Resolves when everything offered so far is answered. */
  async settle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #drain(team: string): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (;;) {
      const group = this.#nextGroup(this.#waiting.get(team) ?? []);
      if (group.length === 0) break;
      await this.#commit(team, group);
    }
    this.#waiting.delete(team);
    this.#running.delete(team);
  }

  /** As many as one batch could bring. */
  #nextGroup(waiting: Waiting[]): readonly Waiting[] {
    let left = this.#limits.batchRawBytes;
    const many = waiting
      .slice(0, this.#limits.batchEvents)
      .findIndex(({ sent }, at) => (left -= sent.text.length) < 0 && at > 0);
    return waiting.splice(0, many < 0 ? this.#limits.batchEvents : many);
  }

  async #commit(team: string, group: readonly Waiting[]): Promise<void> {
    try {
      const events = group.map(({ sent }) => sent);
      const results = await this.#turns.take(team, (breather) =>
        this.#ingest.take(team, events, breather, (at, sequence) => group[at]?.sender.stored(sequence)),
      );
      if (results === 'full') throw new SyncError('storage-failed', 'Too many batches of the team wait.');
      for (const [at, result] of results.entries()) group[at]?.sender.acknowledge(result);
    } catch (error) {
      this.#log.warn(isSyncError(error) ? error.message : `a live event failed: ${String(error)}`);
      // Nothing was stored: the senders keep their events and send them again.
      for (const { sent, sender } of group)
        sender.acknowledge({ event_id: sentId(sent.value), status: 'pending' });
    }
  }
}
