import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import type { Issue } from '../../domain/result.js';
import type { JournalRecord, Outbox } from '../../ports/outbox.js';
import type { ReportSituation } from '../delivery/due-records.js';
import { examineOutbox, ofEveryOutbox, type ReportNeeds } from './project-status.js';

/** One waiting event, judged without the network. */
export interface DiagnosedEvent {
  readonly record: number;
  readonly eventId: string;
  readonly eventType?: string;
  readonly issues: readonly Issue[];
  /** How often a hub rejected it, and its last words. */
  readonly attempts: number;
  readonly reason?: string;
}

export interface Diagnosis {
  readonly projectUuid: string | undefined;
  readonly waiting: number;
  readonly valid: number;
  /** Waiting events and dead letters with something to say about them. */
  readonly events: readonly DiagnosedEvent[];
}

/** Judges every event that waits by the rules that a hub applies, from the records alone. */
export class DiagnoseOutbox {
  readonly #needs: ReportNeeds;

  constructor(needs: ReportNeeds) {
    this.#needs = needs;
  }

  run(): Promise<readonly Diagnosis[]> {
    return ofEveryOutbox(this.#needs, diagnose);
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
      ...(eventType === undefined ? {} : { eventType }),
      ...(exception === undefined ? {} : { reason: exception.reason }),
    });
  });
  return { projectUuid: outbox.project, waiting, valid, events };
};

const judge = ({
  json,
  invalid,
}: JournalRecord): { readonly eventType?: string; readonly issues: readonly Issue[] } => {
  if (json === undefined) return { issues: [{ path: '', reason: invalid ?? 'the record is damaged' }] };
  const document = JSON.parse(json) as { readonly event_type?: unknown };
  const parsed = parseEnvelope(document, 'foreign');
  const found = parsed.ok ? [] : parsed.error;
  const issues = found.length === 0 && invalid !== undefined ? [{ path: '', reason: invalid }] : found;
  return { issues, ...(typeof document.event_type === 'string' ? { eventType: document.event_type } : {}) };
};
