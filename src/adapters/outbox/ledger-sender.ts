import { statSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type HubLedger, newestAnswered, sizeOf } from '../../domain/outbox/ledger.js';
import type { JournalRecord, OutboxReading, Sender } from '../../ports/outbox.js';
import { appendToLog } from '../fs/sealed-log.js';
import { onStorage } from '../fs/storage-failure.js';
import { sealedSegments, segmentPath, syncJournal } from './journal-writer.js';
import { JournalReader } from './journal-reader.js';
import { ledgerInUse, readOutbox } from './read-outbox.js';
import { writeLedger, type LedgerDocument } from './ledger-document.js';
import type { OutboxPaths } from './outbox-paths.js';
import { damagedRecord } from './record-format.js';
import { scanSegment } from './scan-segment.js';
import { type SettledMark, writeSettledMark } from './settled-mark.js';

/** Settles an outbox's records. Exists only while its process holds the sender lock. */
export class LedgerSender implements Sender {
  readonly #paths: OutboxPaths;
  /** The ledgers as this sender last knew them: nobody else changes them while it holds the lock. */
  #known: LedgerDocument | undefined;

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  async reading(): Promise<OutboxReading> {
    const before = this.#known;
    const reading = await this.#onStorage(() => readOutbox(this.#paths));
    // What was settled while the files were read is newer than they are.
    if (this.#known === before) this.#known = { journal: reading.journal, hubs: reading.ledgers };
    return reading;
  }

  async *records(from: number): AsyncGenerator<JournalRecord> {
    const { last } = await this.reading();
    // The ledger must never be durable ahead of the journal that it speaks of.
    await this.#onStorage(() => syncJournal(this.#paths));
    let next = from;
    for await (const record of new JournalReader(this.#paths).records(from)) {
      if (record.record > last) return;
      next = record.record + 1;
      yield record;
    }
    for (; next <= last; next++) yield damagedRecord(next);
  }

  async settle(change: (ledgers: readonly HubLedger[]) => readonly HubLedger[]): Promise<void> {
    const { journal, hubs: before } = this.#known ?? (await this.#learn());
    const hubs = change(before);
    await this.#onStorage(async () => {
      writeLedger(this.#paths.ledger, { journal, hubs });
      this.#known = { journal, hubs };
      const mark = markOf(journal, hubs);
      if (mark !== undefined) await writeSettledMark(this.#paths.settled, mark);
    });
  }

  async explainDeadLetters(
    entries: readonly { record: number; eventId: string; reason: string }[],
  ): Promise<void> {
    if (entries.length === 0) return;
    await this.#onStorage(() =>
      appendToLog(
        this.#paths.deadLetters,
        entries.map(({ record, eventId, reason }) => ({ record, event_id: eventId, reason })),
      ),
    );
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
        const { records } = scanSegment(await readFile(path), first);
        if (!(await mayGo(records))) break;
        unlinkSync(path);
        removed += records.length;
      }
      return removed;
    });
  }

  async #learn(): Promise<LedgerDocument> {
    const { journal, ledgers } = await this.reading();
    return { journal, hubs: ledgers };
  }

  #onStorage<T>(work: () => T | Promise<T>): Promise<T> {
    return onStorage(this.#paths.directory, work);
  }
}

const markOf = (journal: string, hubs: readonly HubLedger[]): SettledMark | undefined => {
  const inUse = ledgerInUse(hubs);
  if (inUse === undefined) return undefined;
  const { hub, team, through, beyond, exceptions } = inUse;
  const open = exceptions.filter((exception) => exception.state !== 'dead').length;
  const newest = Math.max(...hubs.map(newestAnswered));
  return { journal, hub, team, through, beyond: sizeOf(beyond) - open, newest };
};
