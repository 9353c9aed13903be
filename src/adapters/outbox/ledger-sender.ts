import { readFileSync, statSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type HubLedger, newestAnswered, sizeOf } from '../../domain/outbox/ledger.js';
import type { OutboxReading, RawRecord, Sender } from '../../ports/outbox.js';
import { appendToLog, parseLine, sealLine } from '../fs/sealed-log.js';
import { onStorage, writeFileAtomicSync } from '../fs/atomic-write.js';
import { sealedSegments, segmentPath, syncJournal } from './journal-writer.js';
import { damagedRecord, JournalReader, ledgerInUse, readOutbox, toRawRecord } from './journal-reader.js';
import type { OutboxPaths } from './outbox-paths.js';
import { scanSegment } from './scan-segment.js';
import { type SettledMark, writeSettledMark } from './settled-mark.js';
import { LowSync, type SyncAdapter } from 'lowdb';

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

  async *portions(from: number): AsyncGenerator<readonly RawRecord[]> {
    const { last } = await this.reading();
    // The ledger must never be durable ahead of the journal that it speaks of.
    await this.#onStorage(() => syncJournal(this.#paths));
    let next = from;
    for await (const portion of new JournalReader(this.#paths).portions(from)) {
      const upTo =
        (portion.at(-1)?.record ?? 0) > last ? portion.filter(({ record }) => record <= last) : portion;
      if (upTo.length === 0) return;
      next = (upTo.at(-1)?.record ?? 0) + 1;
      yield upTo;
    }
    for (; next <= last; next++) yield [damagedRecord(next)];
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
    mayGo: (segment: readonly RawRecord[]) => Promise<boolean>,
    writtenBeforeMs: number,
  ): Promise<number> {
    return this.#onStorage(async () => {
      let removed = 0;
      for (const first of sealedSegments(this.#paths)) {
        const path = segmentPath(this.#paths, first);
        if (statSync(path).mtimeMs >= writtenBeforeMs) break;
        const { records } = scanSegment(await readFile(path), first);
        if (!(await mayGo(records.map(toRawRecord)))) break;
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

/** The ledgers of one outbox, one for each hub and team, and the journal that they speak of. */
interface LedgerDocument {
  readonly journal: string;
  readonly hubs: readonly HubLedger[];
}

/** What stands in the file; a missing, damaged or foreign one is as good as none. */
export const readLedger = (path: string, journal: string): LedgerDocument => {
  const database = open(path, journal);
  database.read();
  return database.data.journal === journal ? database.data : emptyLedger(journal);
};

/** One atomic, durable write of all ledgers. */
const writeLedger = (path: string, document: LedgerDocument): void => {
  const database = open(path, document.journal);
  database.data = document;
  database.write();
};

const open = (path: string, journal: string): LowSync<LedgerDocument> =>
  new LowSync(new SealedFile(path), emptyLedger(journal));

const emptyLedger = (journal: string): LedgerDocument => ({ journal, hubs: [] });

/**
 * lowdb's own file adapter renames a temporary file of a fixed name without syncing it; this one is durable, unique
 * and notices damage.
 */
class SealedFile implements SyncAdapter<LedgerDocument> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(): LedgerDocument | null {
    try {
      const document = parseLine(readFileSync(this.#path)) as unknown as LedgerDocument | undefined;
      return document === undefined || !Array.isArray(document.hubs) ? null : document;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  write(document: LedgerDocument): void {
    writeFileAtomicSync(this.#path, sealLine(JSON.stringify(document)), { mode: 0o600 });
  }
}
