import type { EventResult } from '../../domain/wire.js';
import type { AppendAnswer, EventStore, IncomingEvent } from '../../ports/hub.js';
import type { HubLimits } from './hub-limits.js';
import { judgeEvent, refusal, sentId, type SentEvent } from './judge-event.js';
import type { LiveAudience } from './live-audience.js';

/**
 * The one way into the store, for batches and live sessions alike: judge each event, commit what is sound in one
 * transaction, tell the team, answer every event in the order it was sent.
 */
export class Ingest {
  readonly #store: EventStore;
  readonly #audience: LiveAudience;
  readonly #limits: HubLimits;

  constructor(store: EventStore, audience: LiveAudience, limits: HubLimits) {
    this.#store = store;
    this.#audience = audience;
    this.#limits = limits;
  }

  /**
   * Resolves after the commit. Throws `storage-failed` when nothing of it could be stored. `sender` is the live
   * session that the event at that place came from, which is not told its own news.
   */
  async take(
    team: string,
    sent: readonly SentEvent[],
    sender: (at: number) => object | undefined = () => undefined,
  ): Promise<readonly EventResult[]> {
    const judged = sent.map((event) => judgeEvent(event, team, this.#limits.foreignEventBytes));
    const sound = judged.flatMap((each) => (each.ok ? [each.value] : []));
    const answers = sound.length === 0 ? [] : await this.#store.forTeam(team).append(sound);
    let next = 0;
    return judged.map((each, at) => {
      if (!each.ok) return each.error;
      const answer = answers[next++];
      if (answer?.answer === 'stored')
        this.#audience.tell(team, each.value.document, answer.sequence, sender(at));
      return resultOf(sent[at], each.value, answer);
    });
  }
}

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
