import { toCloudEvent } from '../../../domain/events/cloud-event.js';
import { isFields } from '../../../domain/wire.js';
import type { JournalRecord, Outbox } from '../../../ports/queue.js';

export type ExportFormat = 'ndjson' | 'cloudevents';

export interface ExportInput {
  readonly format: ExportFormat;
  /** Only events about this feature. */
  readonly feature?: string;
  /** Only events about this work package. */
  readonly workPackage?: string;
  /** The newest so many; absent: all. */
  readonly limit?: number;
}

export interface ExportReport {
  readonly events: number;
  /** Records of which only the number is left. They are in no export. */
  readonly damaged: number;
}

/**
 * Writes the journal of a project, oldest first, one JSON document on each line: the events as they were captured, or as
 * CloudEvents. Reads only, in bounded memory.
 */
export class ExportEvents {
  async run(
    outbox: Outbox,
    input: ExportInput,
    write: (line: string) => Promise<void> | void,
    signal?: AbortSignal,
  ): Promise<ExportReport> {
    let toPass = input.limit === undefined ? 0 : (await this.#count(outbox, input)) - input.limit;
    let events = 0;
    let damaged = 0;
    for await (const record of outbox.records()) {
      if (signal?.aborted === true) break;
      if (record.json === undefined) damaged += 1;
      else if (isAbout(record, input) && toPass-- <= 0) {
        await write(lineOf(record.eventId, record.json, input.format));
        events += 1;
      }
    }
    return { events, damaged };
  }

  async #count(outbox: Outbox, input: ExportInput): Promise<number> {
    let count = 0;
    for await (const record of outbox.records()) if (isAbout(record, input)) count += 1;
    return count;
  }
}

const isAbout = ({ json }: JournalRecord, { feature, workPackage }: ExportInput): boolean => {
  if (json === undefined) return false;
  if (feature === undefined && workPackage === undefined) return true;
  const { payload } = JSON.parse(json) as { readonly payload?: unknown };
  if (!isFields(payload)) return false;
  return (
    (feature === undefined || payload['feature_slug'] === feature) &&
    (workPackage === undefined || payload['wp_id'] === workPackage)
  );
};

const lineOf = (eventId: string, json: string, format: ExportFormat): string =>
  format === 'ndjson'
    ? json
    : JSON.stringify(toCloudEvent(eventId, JSON.parse(json) as Record<string, unknown>));
