import { accountedFor, isBalanced, waitingOf, sum } from '../../domain/outbox/accounting.js';
import type { Outbox, OutboxReading } from '../../ports/outbox.js';
import { eventOf, type ReportSituation } from '../delivery/due-records.js';
import type { DataOf } from '../documents/all.js';
import { examineOutbox, type ProjectStatus } from './examine-outbox.js';

/** The accounting of one outbox beside a count of every record that is still there. */
export type Recount = DataOf<'sync doctor'>['recount'][number] &
  Pick<ProjectStatus, 'beside' | 'lastReceiptAtMs'> &
  Pick<OutboxReading, 'decisionsUnreadable'>;

/** Reads every record of an outbox and holds the counts of its ledger against them. Takes no lock. */
export const recountOutbox = async (outbox: Outbox, situation: ReportSituation): Promise<Recount> => {
  const ids = new Set<string>();
  const count = { records: 0, settled: 0, damaged: 0, repeated: 0, highestClock: 0 };
  const { status, reading, context } = await examineOutbox(
    outbox,
    situation,
    ({ record, standing }, { ledger }) => {
      const clock = eventOf(record)['lamport_clock'];
      count.records += 1;
      if (record.json === undefined) count.damaged += 1;
      if (ids.has(record.eventId)) count.repeated += 1;
      ids.add(record.eventId);
      if (ledger !== undefined && record.record >= ledger.first && standing.standing === 'settled')
        count.settled += 1;
      if (typeof clock === 'number') count.highestClock = Math.max(count.highestClock, clock);
    },
    'every',
  );
  const { accounting, beside, lastReceiptAtMs } = status;
  const { decisionsUnreadable } = reading;
  return {
    projectUuid: outbox.project,
    captured: accounting.captured,
    accountedFor: accountedFor(accounting),
    balanced: isBalanced(accounting),
    waiting: waitingOf(accounting),
    deadLetters: sum(accounting.deadLetters),
    ...count,
    counted:
      accounting.delivered +
      accounting.duplicate +
      accounting.discarded +
      sum(context.ledger?.totals.reclaimed ?? {}),
    beside,
    ...(decisionsUnreadable === undefined ? {} : { decisionsUnreadable }),
    lastReceiptAtMs,
  };
};
