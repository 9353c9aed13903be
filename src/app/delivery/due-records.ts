import { type HubLedger, ledgerInUse, exceptionOf, isAnswered } from '../../domain/outbox/ledger.js';
import { indexDecisions, ownerOf } from '../../domain/outbox/ownership.js';
import { standingsIn, type RecordStanding, type RoutingContext } from '../../domain/outbox/routing-policy.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import type { RawRecord, Sender } from '../../ports/outbox.js';
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
 * What of an outbox may go now, in the order of capture, some at a time, in bounded memory: first the earlier events that are due
 * again, then everything that was never answered. Each record comes once. `isFull`: the ledger can take no further
 * exceptions, so that only those it has already are due.
 */
export async function* dueRecords(
  sender: Pick<Sender, 'reading' | 'portions'>,
  situation: RoutingSituation,
  isFull = false,
): AsyncGenerator<readonly DueItem[]> {
  const reading = await sender.reading();
  const ledger = ledgerInUse(reading.ledgers, situation.account);
  const context: RoutingContext = {
    ...situation,
    ledger,
    decisions: indexDecisions(reading.decisions),
    decisionsUnreadable: reading.decisionsUnreadable !== undefined,
  };
  const through = ledger?.through ?? 0;
  const earlier = ledger === undefined ? undefined : earlierDue(ledger, context);
  if (earlier !== undefined) {
    for await (const portion of sender.portions(earlier.from)) {
      const due = itemsOf(portion, context, ({ record }) => record <= earlier.through);
      if (due.length > 0) yield due;
      if ((portion.at(-1)?.record ?? 0) >= earlier.through) break;
    }
  }
  for await (const portion of sender.portions(through + 1)) {
    const due = itemsOf(
      portion,
      context,
      ({ record }) => !isFull || ledger === undefined || isAnswered(ledger, record),
    );
    if (due.length > 0) yield due;
  }
}

const itemsOf = (
  portion: readonly RawRecord[],
  context: RoutingContext,
  isMeant: (record: RawRecord) => boolean,
): readonly DueItem[] => {
  const standingOf = standingsIn(context);
  const items: DueItem[] = [];
  for (const record of portion) {
    const item = isMeant(record) ? toItem(record, standingOf(record), context) : undefined;
    if (item !== undefined) items.push(item);
  }
  return items;
};

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

const toItem = (
  record: RawRecord,
  standing: RecordStanding,
  context: RoutingContext,
): DueItem | undefined => {
  if (standing.standing === 'dead') {
    // One that failed before and was damaged since, or was requeued in vain, is listed as something else until now.
    const isListed =
      context.ledger !== undefined && exceptionOf(context.ledger, record.record)?.state === 'dead';
    return isListed ? undefined : { record: record.record, eventId: record.eventId, dead: standing.reason };
  }
  if (standing.standing !== 'pending' || !standing.due || record.json === undefined) return undefined;
  const isOwned = record.hub !== undefined;
  const team = ownerOf(record, context.decisions)?.team ?? context.account?.team ?? LOCAL_TEAM;
  // An event of nobody's goes out for the account that first delivers it, and one that was moved for its new owner.
  const isAnothers = isOwned ? record.team !== team : record.team === LOCAL_TEAM;
  const json = isAnothers ? withTeam(record.json, team) : record.json;
  return {
    record: record.record,
    eventId: record.eventId,
    attempts: standing.attempts,
    json,
    bytes: json.length,
    isUnclaimed: !isOwned && ownerOf(record, context.decisions) === undefined,
  };
};

/** The event with the team that it is sent for; the stored line stays as it is. */
const withTeam = (json: Uint8Array, team: string): Uint8Array => {
  const event = JSON.parse(new TextDecoder().decode(json)) as object;
  return new TextEncoder().encode(JSON.stringify({ ...event, team_slug: team }));
};
