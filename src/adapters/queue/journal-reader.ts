import { readFile } from 'node:fs/promises';
import type { JournalRecord } from '../../ports/queue.js';
import { sealedSegments, segmentPath } from './journal-files.js';
import type { OutboxPaths } from './outbox-paths.js';
import { scanSegment, type DamagedRecord, type SegmentScan } from './scan-segment.js';
import type { StoredRecord } from './record-format.js';

/** Reads an outbox's journal without any lock; what is being appended at the moment is not there yet. */
export class JournalReader {
  readonly #paths: OutboxPaths;

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  /** The records from `from` on, ascending, one segment in memory at a time. */
  async *records(from = 1): AsyncGenerator<JournalRecord> {
    let next = from;
    for (;;) {
      const before = next;
      for (const first of this.#segmentsFrom(next)) {
        const scan = await this.#scan(segmentPath(this.#paths, first), first);
        for (const record of scan?.records ?? []) {
          if (record.record < next) continue;
          next = record.record + 1;
          yield toJournalRecord(record);
        }
      }
      const current = await this.#scan(this.#paths.current);
      if (current === undefined) return;
      const currentFirst = current.records[0]?.record ?? current.next;
      // A rotation took place between the two looks: what was the open segment is sealed now.
      if (currentFirst > next && next > before && this.#segmentsFrom(next).length > 0) continue;
      for (const record of current.records) if (record.record >= next) yield toJournalRecord(record);
      return;
    }
  }

  /** Which journal this is and which records are there; `undefined` when there is no journal. */
  async extent(): Promise<
    | { readonly journal: string; readonly first: number; readonly last: number; readonly clock: number }
    | undefined
  > {
    const sealed = sealedSegments(this.#paths);
    const newest = sealed.at(-1);
    const current = await this.#scan(this.#paths.current);
    if (current === undefined && newest === undefined) return undefined;
    const scan = current ?? (await this.#scan(segmentPath(this.#paths, newest ?? 1), newest));
    if (scan === undefined) return undefined;
    const journal = scan.header?.journal ?? '';
    const first = sealed[0] ?? scan.header?.first ?? scan.records[0]?.record ?? scan.next;
    return { journal, first, last: scan.next - 1, clock: scan.clock };
  }

  /** First numbers of the sealed segments that can hold `record` or a later one. */
  #segmentsFrom(record: number): readonly number[] {
    const all = sealedSegments(this.#paths);
    const start = all.findLastIndex((first) => first <= record);
    return all.slice(Math.max(0, start));
  }

  async #scan(path: string, first?: number): Promise<SegmentScan | undefined> {
    try {
      return scanSegment(await readFile(path), first);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

export const toJournalRecord = (record: StoredRecord | DamagedRecord): JournalRecord => {
  if ('damaged' in record) {
    return {
      record: record.record,
      eventId: `record-${record.record}`,
      team: 'local',
      invalid: 'the record is damaged',
    };
  }
  const { clock: _clock, ...rest } = record;
  return rest;
};
