import { readFileSync, statSync, unlinkSync } from 'node:fs';
import { type HubLedger, ledgerInUse, newestAnswered, sizeOf } from '../../domain/outbox/ledger.js';
import type { JournalRecord, OutboxReading, Sender } from '../../ports/outbox.js';
import { appendToLog } from '../fs/sealed-log.js';
import { onStorage } from '../fs/storage-failure.js';
import { type SettledMark, writeSettledMark } from './journal-end.js';
import { journalRecords, sealedSegments, segmentPath } from './journal-reader.js';
import { syncJournal } from './journal-writer.js';
import type { OutboxPaths } from './outbox-paths.js';
import { readOutbox, writeLedgers } from './read-outbox.js';
import { damagedRecord } from './record-format.js';
import { scanSegment } from './scan-segment.js';

/** Settles an outbox's records. Exists only while its process holds the sender lock. */
export class LedgerSender implements Sender {
  readonly #paths: OutboxPaths;
  /** The ledgers as this sender last knew them: nobody else changes them while it holds the lock. */
  #known: Pick<OutboxReading, 'journal' | 'ledgers'> | undefined;

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  reading(): Promise<OutboxReading> {
    // In one step, so that nothing can be settled in between.
    return this.#onStorage(() => (this.#known = readOutbox(this.#paths)));
  }

  async *records(from: number): AsyncGenerator<JournalRecord> {
    const { last } = await this.reading();
    // The ledger must never be durable ahead of the journal that it speaks of.
    await this.#onStorage(() => syncJournal(this.#paths));
    let next = from;
    for await (const record of journalRecords(this.#paths, from)) {
      if (record.record > last) return;
      next = record.record + 1;
      yield record;
    }
    for (; next <= last; next++) yield damagedRecord(next);
  }

  async settle(change: (ledgers: readonly HubLedger[]) => readonly HubLedger[]): Promise<void> {
    const { journal, ledgers: before } = this.#known ?? (await this.reading());
    const ledgers = change(before);
    await this.#onStorage(async () => {
      writeLedgers(this.#paths.ledger, { journal, hubs: ledgers });
      this.#known = { journal, ledgers };
      const mark = markOf(journal, ledgers);
      if (mark !== undefined) await writeSettledMark(this.#paths.settled, mark);
    });
  }

  async explainDeadLetters(
    entries: readonly { record: number; eventId: string; reason: string }[],
  ): Promise<void> {
    if (entries.length === 0) return;
    const lines = entries.map(({ record, eventId, reason }) => ({ record, event_id: eventId, reason }));
    await this.#onStorage(() => appendToLog(this.#paths.deadLetters, lines));
  }

  reclaim(
    mayGo: (segment: readonly JournalRecord[]) => Promise<boolean>,
    writtenBeforeMs: number,
  ): Promise<number> {
    return this.#onStorage(async () => {
      let removed = 0;
      for (const first of sealedSegments(this.#paths)) {
        const path = segmentPath(this.#paths, first);
        if (statSync(path).mtimeMs >= writtenBeforeMs) break;
        const { records } = scanSegment(readFileSync(path), first);
        if (!(await mayGo(records))) break;
        unlinkSync(path);
        removed += records.length;
      }
      return removed;
    });
  }

  #onStorage<T>(work: () => T | Promise<T>): Promise<T> {
    return onStorage(this.#paths.directory, work);
  }
}

const markOf = (journal: string, ledgers: readonly HubLedger[]): SettledMark | undefined => {
  const inUse = ledgerInUse(ledgers, undefined);
  if (inUse === undefined) return undefined;
  const { hub, team, through, beyond, exceptions } = inUse;
  const open = exceptions.filter((exception) => exception.state !== 'dead').length;
  const newest = Math.max(...ledgers.map(newestAnswered));
  return { journal, hub, team, through, beyond: sizeOf(beyond) - open, newest };
};
