import { ledgerInUse, exceptionOf, isAnswered } from '../../domain/outbox/ledger.js';
import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import type { Issue } from '../../domain/result.js';
import type { JournalRecord, Outboxes } from '../../ports/outbox.js';

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

interface DiagnoseOutboxNeeds {
  readonly outboxes: Outboxes;
}

/** Judges every event that waits by the rules that a hub applies, from the records alone. */
export class DiagnoseOutbox {
  readonly #needs: DiagnoseOutboxNeeds;

  constructor(needs: DiagnoseOutboxNeeds) {
    this.#needs = needs;
  }

  async run(): Promise<readonly Diagnosis[]> {
    const projects = await this.#needs.outboxes.list();
    return Promise.all(projects.map((project) => this.#diagnose(project)));
  }

  async #diagnose(projectUuid: string | undefined): Promise<Diagnosis> {
    const outbox = this.#needs.outboxes.open(projectUuid);
    const reading = await outbox.reading();
    const ledger = ledgerInUse(reading.ledgers, undefined);
    const events: DiagnosedEvent[] = [];
    let waiting = 0;
    let valid = 0;
    for await (const record of outbox.records(reading.first)) {
      const exception = ledger === undefined ? undefined : exceptionOf(ledger, record.record);
      if (ledger !== undefined && exception === undefined && isAnswered(ledger, record.record)) continue;
      waiting += 1;
      const { eventType, issues } = judge(record);
      if (issues.length === 0) valid += 1;
      if (issues.length === 0 && exception === undefined) continue;
      events.push({
        record: record.record,
        eventId: record.eventId,
        issues,
        attempts: exception?.attempts ?? 0,
        ...(eventType === undefined ? {} : { eventType }),
        ...(exception === undefined ? {} : { reason: exception.reason }),
      });
    }
    return { projectUuid, waiting, valid, events };
  }
}

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
