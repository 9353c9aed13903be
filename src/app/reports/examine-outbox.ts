import type { Account } from '../../domain/outbox/account.js';
import { addStanding, startAccounting } from '../../domain/outbox/accounting.js';
import { exceptionOf, type LedgerException } from '../../domain/outbox/ledger.js';
import type { RecordStanding, RoutingContext } from '../../domain/outbox/routing-policy.js';
import type { ClientPorts } from '../../ports/client.js';
import type { JournalRecord, Outbox, OutboxReading } from '../../ports/outbox.js';
import { occurredAt, openRecords, recordContext, type ReportSituation } from '../delivery/due-records.js';
import type { SharingPolicy } from '../delivery/sharing.js';
import type { DataOf } from '../documents/all.js';

/** Where the events of one project are, worked out from the records at the moment of asking. */
export type ProjectStatus = Omit<
  DataOf<'sync status'>['projects'][number],
  'balanced' | 'waiting' | 'oldestWaitingAgeMs' | 'projectSlug' | 'projectPath'
>;

/** A record as every report sees it. */
export interface ExaminedRecord {
  readonly record: JournalRecord;
  readonly standing: RecordStanding;
  /** What a hub has said against it, and how often; absent when none has. */
  readonly exception: LedgerException | undefined;
}

/** What one walk over the records of an outbox told, and what they were judged by. */
export interface OutboxExamination {
  readonly status: ProjectStatus;
  readonly reading: OutboxReading;
  readonly context: RoutingContext;
}

/**
 * Walks over the records of an outbox once, in the order of capture, and shows each of those that may be anything but
 * settled; of `every` record also the others that are still there. Every report is a fold of this. Takes no lock, and
 * changes nothing.
 */
export const examineOutbox = async (
  outbox: Outbox,
  situation: ReportSituation,
  show: (examined: ExaminedRecord, context: RoutingContext) => void = () => undefined,
  extent: 'open' | 'every' = 'open',
): Promise<OutboxExamination> => {
  const reading = await outbox.reading();
  const context = recordContext(outbox, reading, situation);
  const { ledger } = context;
  let accounting = startAccounting(ledger, reading.first, reading.last);
  let oldestWaiting: string | undefined;
  const from = extent === 'every' ? reading.first : undefined;
  for await (const [record, standing] of openRecords(outbox, reading, context, from)) {
    const exception = ledger === undefined ? undefined : exceptionOf(ledger, record.record);
    show({ record, standing, exception }, context);
    accounting = addStanding(accounting, standing);
    const waits = standing.standing === 'pending' || standing.standing === 'held';
    if (waits && oldestWaiting === undefined) oldestWaiting = occurredAt(record);
  }
  const status: ProjectStatus = {
    projectUuid: outbox.project,
    accounting,
    beside: reading.beside,
    former: reading.ledgers.filter((candidate) => candidate !== ledger),
    hub: ledger?.hub,
    team: ledger?.team,
    oldestWaiting,
    lastReceiptAtMs: ledger?.lastReceiptAtMs,
  };
  return { status, reading, context };
};

/** The counts alone. */
export const projectStatus = async (outbox: Outbox, situation: ReportSituation): Promise<ProjectStatus> =>
  (await examineOutbox(outbox, situation)).status;

/** What every report about waiting events needs. */
export interface ReportNeeds extends Pick<ClientPorts, 'outboxes' | 'wallClock'> {
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly account: () => Promise<Account | undefined>;
}

/** One answer for each outbox of this machine, by what is known of its project and of the account now. */
export const ofEveryOutbox = async <T>(
  { outboxes, sharing, wallClock, account }: ReportNeeds,
  report: (outbox: Outbox, situation: ReportSituation) => Promise<T>,
): Promise<readonly T[]> => {
  const [signedIn, nowMs] = [await account(), wallClock.nowMs()];
  const answers: T[] = [];
  // One after the other: the records of one are in memory at a time.
  for (const key of await outboxes.list()) {
    const shared = key === undefined ? 'on' : await sharing.of(key);
    answers.push(await report(outboxes.open(key), { account: signedIn, sharing: shared, nowMs }));
  }
  return answers;
};
