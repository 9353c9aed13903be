import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import { hubKey } from '../../domain/outbox/account.js';
import type { CountsByReason } from '../../domain/outbox/accounting.js';
import { holdSentence } from '../../domain/outbox/routing-policy.js';
import type { Issue } from '../../domain/result.js';
import type { JournalRecord, Outbox } from '../../ports/outbox.js';
import { eventOf, outgoingDocument, textOf, type ReportSituation } from '../delivery/due-records.js';
import type { DataOf } from '../documents/all.js';
import { examineOutbox, ofEveryOutbox, type ExaminedRecord, type ReportNeeds } from './examine-outbox.js';
import { UseCase } from '../use-case.js';

/** The waiting events of a project, judged without the network, and its dead letters, as far as there is something to say. */
export type Diagnosis = DataOf<'sync diagnose'>['projects'][number];
export type DiagnosedEvent = Diagnosis['events'][number];

/** Judges every event that waits by the rules that a hub applies, from the records alone. */
export class DiagnoseOutbox extends UseCase<ReportNeeds> {
  run(): Promise<readonly Diagnosis[]> {
    return ofEveryOutbox(this.ports, diagnose);
  }
}

const diagnose = async (outbox: Outbox, situation: ReportSituation): Promise<Diagnosis> => {
  const events: DiagnosedEvent[] = [];
  let waiting = 0;
  let valid = 0;
  await examineOutbox(outbox, situation, ({ record, standing, exception }) => {
    if (standing.standing === 'settled') return;
    waiting += 1;
    const { eventType, issues } = judge(record);
    if (issues.length === 0) valid += 1;
    if (issues.length === 0 && exception === undefined) return;
    events.push({
      record: record.record,
      eventId: record.eventId,
      issues,
      attempts: exception?.attempts ?? 0,
      eventType,
      reason: exception?.reason,
    });
  });
  return { projectUuid: outbox.project, waiting, valid, events };
};

const judge = (
  record: JournalRecord,
): { readonly eventType?: string | undefined; readonly issues: readonly Issue[] } => {
  const { json, invalid } = record;
  if (json === undefined) return { issues: [{ path: '', reason: invalid ?? 'the record is damaged' }] };
  const event = eventOf(record);
  const parsed = parseEnvelope(event, 'foreign');
  const found = parsed.ok ? [] : parsed.error;
  const issues = found.length === 0 && invalid !== undefined ? [{ path: '', reason: invalid }] : found;
  return { issues, eventType: textOf(event['event_type']) };
};

/** The events of a project that a hub does not have, each with the reason. */
export type LeftEvents = DataOf<'sync now --report FILE'>['projects'][number];

/** Lists every event that was not delivered, with the reason, from the records alone. */
export class ListLeftEvents extends UseCase<ReportNeeds> {
  /** By project, in the order of capture. */
  run(): Promise<readonly LeftEvents[]> {
    return ofEveryOutbox(this.ports, async (outbox, situation) => {
      const events: LeftEvents['events'][number][] = [];
      await examineOutbox(outbox, situation, (examined) => events.push(...leftEvent(examined)));
      return { projectUuid: outbox.project, events };
    });
  }
}

const leftEvent = ({ record: { eventId }, standing, exception }: ExaminedRecord): LeftEvents['events'] => {
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

/** What `sync now` would send of one project, and what would stay. */
export interface ProjectPreview {
  readonly projectUuid: string | undefined;
  /** Where it would go; absent when nobody is signed in. */
  readonly to?: { readonly hub: string; readonly url: string; readonly team: string };
  /** How many would leave. */
  readonly count: number;
  /** The documents that would leave, byte for byte, oldest first; at most as many as were asked for. */
  readonly events: readonly { readonly eventId: string; readonly json: string }[];
  readonly held: CountsByReason;
  readonly deadLetters: CountsByReason;
}

/** Shows what would leave this machine, from the records alone: no network, no lock, no change. */
export class PreviewDelivery extends UseCase<ReportNeeds> {
  /** `most`: documents to show of each project; their number is counted to the end. */
  run(most: number): Promise<readonly ProjectPreview[]> {
    return ofEveryOutbox(this.ports, (outbox, situation) => preview(outbox, situation, most));
  }
}

const preview = async (outbox: Outbox, situation: ReportSituation, most: number): Promise<ProjectPreview> => {
  const events: { readonly eventId: string; readonly json: string }[] = [];
  let count = 0;
  const insisted = { ...situation, isInsisted: true };
  const examination = await examineOutbox(outbox, insisted, ({ record, standing }, context) => {
    if (standing.standing !== 'pending') return;
    count += 1;
    const json = outgoingDocument(record, context);
    if (events.length < most && json !== undefined) events.push({ eventId: record.eventId, json });
  });
  const { account } = examination.context;
  const { held, deadLetters } = examination.status.accounting;
  return {
    projectUuid: outbox.project,
    count,
    events,
    held,
    deadLetters,
    ...(account === undefined
      ? {}
      : { to: { hub: hubKey(account.hub), url: account.hub.url, team: account.team } }),
  };
};
