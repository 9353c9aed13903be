import type { Fields } from '../../domain/document.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { utf8Length } from '../../domain/events/utf8-length.js';
import { exceptionOf, isAnswered, ledgerInUse, presumedAccount } from '../../domain/outbox/ledger.js';
import { indexDecisions, ownerOf } from '../../domain/outbox/ownership.js';
import { standingOf, type RecordStanding, type RoutingContext } from '../../domain/outbox/routing-policy.js';
import type { OutgoingEvent } from '../../ports/delivery.js';
import type { JournalRecord, Outbox, OutboxReading, Sender } from '../../ports/outbox.js';

/** An event that may go now. */
export interface DueEvent extends OutgoingEvent {
  readonly record: number;
  readonly attempts: number;
  readonly bytes: number;
  /** Whether it belongs to nobody yet and has to be claimed before it is sent. */
  readonly isUnclaimed: boolean;
}

/** An event that can never be sent. */
export interface DeadRecord {
  readonly record: number;
  readonly eventId: string;
  readonly dead: string;
}

type RoutingSituation = Omit<RoutingContext, 'ledger' | 'decisions' | 'decisionsUnreadable'>;

/**
 * What of an outbox may go now, in the order of capture, in bounded memory: first the earlier events that are due again, then
 * everything that was never answered. Each record comes once. `isFull`: the ledger can take no further
 * exceptions, so that only those it has already are due.
 */
export async function* dueRecords(
  sender: Pick<Sender, 'reading' | 'records'>,
  situation: RoutingSituation,
  isFull = false,
): AsyncGenerator<DueEvent | DeadRecord> {
  const context = routingContext(await sender.reading(), situation);
  const { ledger } = context;
  const again = (ledger?.exceptions ?? []).filter(
    ({ record, state, dueAtMs = 0 }) =>
      record <= (ledger?.through ?? 0) &&
      state !== 'dead' &&
      (context.isInsisted || dueAtMs <= context.nowMs),
  );
  const [first, last] = [again[0], again.at(-1)];
  if (first !== undefined && last !== undefined) {
    for await (const record of sender.records(first.record)) {
      if (record.record > last.record) break;
      yield* toItem(record, context);
    }
  }
  for await (const record of sender.records((ledger?.through ?? 0) + 1)) {
    const isMeant = !isFull || ledger === undefined || isAnswered(ledger, record.record);
    if (isMeant) yield* toItem(record, context);
  }
}

/** The record as far as it may go, or has to be given up on; nothing where it is settled, waits or is held. */
const toItem = (record: JournalRecord, context: RoutingContext): readonly (DueEvent | DeadRecord)[] => {
  const standing = standingOf(record, context);
  if (standing.standing === 'dead') {
    // One that failed before and was damaged since, or was requeued in vain, is listed as something else until now.
    const isListed =
      context.ledger !== undefined && exceptionOf(context.ledger, record.record)?.state === 'dead';
    return isListed ? [] : [{ record: record.record, eventId: record.eventId, dead: standing.reason }];
  }
  if (standing.standing !== 'pending' || !standing.due) return [];
  const json = outgoingDocument(record, context);
  if (json === undefined) return [];
  return [
    {
      record: record.record,
      eventId: record.eventId,
      attempts: standing.attempts,
      json,
      bytes: utf8Length(json),
      isUnclaimed: ownerOf(record, context.decisions) === undefined,
    },
  ];
};

/**
 * The document as it leaves: the stored one, but with the team that it is sent for where it is nobody's yet, and goes out
 * for the account that first delivers it, or was moved to a new owner. `undefined` for a damaged record.
 */
export const outgoingDocument = (record: JournalRecord, context: RoutingContext): string | undefined => {
  const { json } = record;
  const team = ownerOf(record, context.decisions)?.team ?? context.account?.team ?? LOCAL_TEAM;
  const isAnothers = record.hub === undefined ? record.team === LOCAL_TEAM : record.team !== team;
  if (json === undefined || !isAnothers) return json;
  return JSON.stringify({ ...eventOf(record), team_slug: team });
};

/** When and for whom a report is made. `isInsisted`: as if a person asked for delivery now; `false` when absent. */
export type ReportSituation = Pick<RoutingContext, 'account' | 'sharing' | 'nowMs'> &
  Partial<Pick<RoutingContext, 'isInsisted'>>;

/** What decides about the records of an outbox in every report: its own records and the account that they speak of. */
export const recordContext = (
  outbox: Outbox,
  reading: OutboxReading,
  situation: ReportSituation,
): RoutingContext =>
  routingContext(reading, {
    isInsisted: false,
    ...situation,
    account: presumedAccount(reading.ledgers, situation.account),
    projectUuid: outbox.project,
  });

const routingContext = (reading: OutboxReading, situation: RoutingSituation): RoutingContext => ({
  ...situation,
  ledger: ledgerInUse(reading.ledgers, situation.account),
  decisions: indexDecisions(reading.decisions),
  decisionsUnreadable: reading.decisionsUnreadable !== undefined,
});

/**
 * The records from `from` on, and how they stand. Without it those that may be anything but settled: none before the first
 * exception or unanswered one is.
 */
export async function* openRecords(
  outbox: Outbox,
  reading: OutboxReading,
  context: RoutingContext,
  from = firstOpen(reading, context),
): AsyncGenerator<readonly [JournalRecord, RecordStanding]> {
  for await (const record of outbox.records(from)) {
    if (record.record > reading.last) return;
    yield [record, standingOf(record, context)];
  }
}

const firstOpen = ({ first }: OutboxReading, { ledger }: RoutingContext): number =>
  ledger === undefined ? first : Math.min(ledger.exceptions[0]?.record ?? Infinity, ledger.through + 1);

/** What the event of a record says; nothing where it is damaged. */
export const eventOf = ({ json = '{}' }: Pick<JournalRecord, 'json'>): Fields => JSON.parse(json) as Fields;

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** When the event of a record happened, by the clock that it was captured under. */
export const occurredAt = (record: JournalRecord): string | undefined => textOf(eventOf(record)['timestamp']);
