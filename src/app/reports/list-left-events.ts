import { holdSentence } from '../../domain/outbox/routing-policy.js';
import { examineOutbox, ofEveryOutbox, type ExaminedRecord, type ReportNeeds } from './project-status.js';

/** An event that a hub does not have, and why. */
export interface LeftEvent {
  readonly eventId: string;
  readonly state: 'pending' | 'held' | 'dead letter';
  readonly reason: string;
}

/** Lists every event that was not delivered, with the reason, from the records alone. */
export class ListLeftEvents {
  readonly #needs: ReportNeeds;

  constructor(needs: ReportNeeds) {
    this.#needs = needs;
  }

  /** By project, in the order of capture. */
  run(): Promise<
    readonly { readonly projectUuid: string | undefined; readonly events: readonly LeftEvent[] }[]
  > {
    return ofEveryOutbox(this.#needs, async (outbox, situation) => {
      const events: LeftEvent[] = [];
      await examineOutbox(outbox, situation, (examined) => events.push(...leftEvent(examined)));
      return { projectUuid: outbox.project, events };
    });
  }
}

const leftEvent = ({ record: { eventId }, standing, exception }: ExaminedRecord): readonly LeftEvent[] => {
  switch (standing.standing) {
    case 'settled':
      return [];
    case 'held':
      return [{ eventId, state: 'held', reason: holdSentence(standing.reason) }];
    case 'dead':
      return [{ eventId, state: 'dead letter', reason: standing.reason }];
    case 'pending':
      return [{ eventId, state: 'pending', reason: exception?.reason ?? 'not delivered yet' }];
  }
};
