import type { EventResult } from '../../domain/wire.js';
import type { AppendAnswer, EventStore, IncomingEvent } from '../../ports/hub.js';
import type { HubLimits } from './hub-limits.js';
import type { HubMetrics } from './metrics.js';
import { judgeEvent, refusal, sentId, type SentEvent } from './judge-event.js';
import type { Breather } from './turns.js';

/**
 * The one way into the store, for batches and live sessions alike: judge each event, commit what is sound in one
 * transaction, answer every event in the order it was sent. The store tells everybody else.
 */
export class Ingest {
  readonly #store: EventStore;
  readonly #limits: HubLimits;
  readonly #metrics: HubMetrics;

  constructor(store: EventStore, limits: HubLimits, metrics: HubMetrics) {
    this.#store = store;
    this.#limits = limits;
    this.#metrics = metrics;
  }

  /**
   * Resolves after the commit. Throws `storage-failed` when nothing of it could be stored. `onStored` hears, before
   * anybody else does, under which number the event at a place was stored.
   */
  async take(
    team: string,
    sent: readonly SentEvent[],
    breather: Breather,
    onStored: (at: number, sequence: number) => void = () => undefined,
  ): Promise<readonly EventResult[]> {
    const judged: ReturnType<typeof judgeEvent>[] = [];
    for (const event of sent) {
      judged.push(judgeEvent(event, team, this.#limits));
      await breather.pause();
    }
    const sound = judged.flatMap((each) => (each.ok ? [each.value] : []));
    const answers =
      sound.length === 0 ? [] : await this.#metrics.append(() => this.#store.forTeam(team).append(sound));
    let next = 0;
    let explained = 0;
    const results = judged.map((each, at) => {
      if (!each.ok) {
        // A few bytes that are no event would otherwise be answered with a list of all that an event has.
        if (explained > EXPLAINED_CHARACTERS)
          return refusal(sent[at]?.value, each.error.code ?? '', NOT_NAMED);
        explained += JSON.stringify(each.error).length;
        return each.error;
      }
      const answer = answers[next++];
      if (answer?.answer === 'stored') onStored(at, answer.sequence);
      return resultOf(sent[at], each.value, answer);
    });
    for (const { status, code = '' } of results) this.#metrics.judged(status, code);
    return results;
  }
}

const EXPLAINED_CHARACTERS = 64 * 1024;

const NOT_NAMED = 'The event is not sound; send it alone to hear why.';

const resultOf = (
  sent: SentEvent | undefined,
  incoming: IncomingEvent,
  answer: AppendAnswer | undefined,
): EventResult => {
  // The sender looks for its own spelling of the id, which need not be the canonical one.
  const event_id = sent === undefined ? incoming.eventId : sentId(sent.value);
  switch (answer?.answer) {
    case 'stored':
      return { event_id, status: 'success' };
    case 'duplicate':
      return { event_id, status: 'duplicate' };
    case 'id-conflict':
      return refusal(sent?.value, 'id-conflict', 'Another event has this id; the first one stays.');
    case undefined:
      // A store that leaves an event out has said nothing about it: the sender keeps it and asks again.
      return { event_id, status: 'pending' };
  }
};
