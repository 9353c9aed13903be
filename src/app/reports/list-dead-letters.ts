import type { LedgerException } from '../../domain/outbox/ledger.js';
import type { JournalRecord, Outbox } from '../../ports/outbox.js';
import type { ReportSituation } from '../delivery/due-records.js';
import { examineOutbox, ofEveryOutbox, type ReportNeeds } from './project-status.js';

/** An event that was given up on, and what is known about why. */
export interface DeadLetter {
  readonly projectUuid: string | undefined;
  readonly record: number;
  /** Of a record that is damaged: `record-` and its number. */
  readonly eventId: string;
  readonly reason: string;
  /** How often a hub rejected it. */
  readonly attempts: number;
  /** `hub`: a hub refused it, and may think better of it. `record`: it can never be sent as it is. */
  readonly refusedBy: 'hub' | 'record';
  /** Whether the ledger lists it already; else the next pass enters it. */
  readonly isSettled: boolean;
  readonly eventType?: string;
  readonly aggregateId?: string;
  /** Occurrence time. */
  readonly timestamp?: string;
  /** The stored event; absent when the record is damaged. */
  readonly event?: Readonly<Record<string, unknown>>;
}

/** Lists what was given up on for the account's hub, or for the hub that was in use last. Reads records only. */
export class ListDeadLetters {
  readonly #needs: ReportNeeds;

  constructor(needs: ReportNeeds) {
    this.#needs = needs;
  }

  /** Of all projects, or of one; in the order of capture. */
  async run(projectUuid?: string): Promise<readonly DeadLetter[]> {
    const letters = await ofEveryOutbox(this.#needs, async (outbox, situation) =>
      projectUuid === undefined || projectUuid === outbox.project ? deadLettersOf(outbox, situation) : [],
    );
    return letters.flat();
  }
}

/** The dead letters of one outbox: what its ledger lists, and what is damaged or invalid and not listed yet. */
const deadLettersOf = async (outbox: Outbox, situation: ReportSituation): Promise<readonly DeadLetter[]> => {
  const found = new Map<number, DeadLetter>();
  const { context } = await examineOutbox(outbox, situation, ({ record, standing, exception }) => {
    if (standing.standing === 'dead')
      found.set(record.record, toDeadLetter(outbox.project, record, standing.reason, exception));
  });
  // A journal that lost its end no longer has what its ledger lists.
  const lost = (context.ledger?.exceptions ?? []).filter(
    ({ record, state }) => state === 'dead' && !found.has(record),
  );
  const gone = lost.map((exception) =>
    toDeadLetter(
      outbox.project,
      { ...exception, team: '', invalid: exception.reason },
      exception.reason,
      exception,
    ),
  );
  return [...found.values(), ...gone].sort((a, b) => a.record - b.record);
};

const toDeadLetter = (
  projectUuid: string | undefined,
  { record, eventId, json, invalid }: JournalRecord,
  reason: string,
  exception: LedgerException | undefined,
): DeadLetter => ({
  projectUuid,
  record,
  eventId: exception?.eventId ?? eventId,
  reason,
  attempts: exception?.attempts ?? 0,
  refusedBy: invalid === undefined ? 'hub' : 'record',
  isSettled: exception?.state === 'dead',
  ...described(json),
});

const described = (
  json: string | undefined,
): Pick<DeadLetter, 'eventType' | 'aggregateId' | 'timestamp' | 'event'> => {
  if (json === undefined) return {};
  const event = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const text = (key: string): string | undefined => (typeof event[key] === 'string' ? event[key] : undefined);
  const [eventType, aggregateId, timestamp] = [text('event_type'), text('aggregate_id'), text('timestamp')];
  return {
    event,
    ...(eventType === undefined ? {} : { eventType }),
    ...(aggregateId === undefined ? {} : { aggregateId }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
};
