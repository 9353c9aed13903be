import { type HubLedger, ledgerInUse, exceptionOf, isAnswered } from '../../domain/outbox/ledger.js';
import { indexDecisions, ownerOf } from '../../domain/outbox/ownership.js';
import { standingOf, type RoutingContext } from '../../domain/outbox/routing-policy.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { utf8Length } from '../../domain/events/utf8-length.js';
import type { JournalRecord, Sender } from '../../ports/outbox.js';
import type { OutgoingEvent } from '../../ports/delivery.js';

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

type DueItem = DueEvent | DeadRecord;

export type RoutingSituation = Omit<RoutingContext, 'ledger' | 'decisions' | 'decisionsUnreadable'>;

/**
 * What of an outbox may go now, in the order of capture, in bounded memory: first the earlier events that are due again, then
 * everything that was never answered. Each record comes once. `isFull`: the ledger can take no further
 * exceptions, so that only those it has already are due.
 */
export async function* dueRecords(
  sender: Pick<Sender, 'reading' | 'records'>,
  situation: RoutingSituation,
  isFull = false,
): AsyncGenerator<DueItem> {
  const reading = await sender.reading();
  const ledger = ledgerInUse(reading.ledgers, situation.account);
  const context: RoutingContext = {
    ...situation,
    ledger,
    decisions: indexDecisions(reading.decisions),
    decisionsUnreadable: reading.decisionsUnreadable !== undefined,
  };
  const earlier = ledger === undefined ? undefined : earlierDue(ledger, context);
  if (earlier !== undefined) {
    for await (const record of sender.records(earlier.from)) {
      if (record.record > earlier.through) break;
      yield* toItem(record, context);
    }
  }
  for await (const record of sender.records((ledger?.through ?? 0) + 1)) {
    const isMeant = !isFull || ledger === undefined || isAnswered(ledger, record.record);
    if (isMeant) yield* toItem(record, context);
  }
}

/** Where the exceptions lie that were passed over already and are due again. */
const earlierDue = (
  ledger: HubLedger,
  context: RoutingContext,
): { readonly from: number; readonly through: number } | undefined => {
  const due = ledger.exceptions
    .filter(({ record, state }) => record <= ledger.through && state !== 'dead')
    .filter(({ dueAtMs }) => context.isInsisted || (dueAtMs ?? 0) <= context.nowMs);
  const [first] = due;
  const last = due.at(-1);
  return first === undefined || last === undefined ? undefined : { from: first.record, through: last.record };
};

/** The record as far as it may go, or has to be given up on; nothing where it is settled, waits or is held. */
const toItem = (record: JournalRecord, context: RoutingContext): readonly DueItem[] => {
  const standing = standingOf(record, context);
  if (standing.standing === 'dead') {
    // One that failed before and was damaged since, or was requeued in vain, is listed as something else until now.
    const isListed =
      context.ledger !== undefined && exceptionOf(context.ledger, record.record)?.state === 'dead';
    return isListed ? [] : [{ record: record.record, eventId: record.eventId, dead: standing.reason }];
  }
  if (standing.standing !== 'pending' || !standing.due || record.json === undefined) return [];
  const json = outgoingDocument(record, context) ?? record.json;
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
  return JSON.stringify({ ...(JSON.parse(json) as object), team_slug: team });
};
