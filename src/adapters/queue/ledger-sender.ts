import { closeSync, fdatasyncSync, openSync, statSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { sizeOf } from '../../domain/delivery/record-ranges.js';
import { newestAnswered, waitingCount, type HubLedger } from '../../domain/delivery/ledger.js';
import { applyDecisions } from '../../domain/delivery/ownership.js';
import type { JournalRecord, OutboxReading, Sender } from '../../ports/queue.js';
import { appendToLog, readLog } from '../fs/sealed-log.js';
import { readDecisions } from './decision-log.js';
import { sealedSegments, segmentPath } from './journal-files.js';
import { damagedRecord, JournalReader, toJournalRecord } from './journal-reader.js';
import { readLedger, writeLedger } from './ledger-file.js';
import type { OutboxPaths } from './outbox-paths.js';
import { scanSegment } from './scan-segment.js';
import { writeSettledMark } from './settled-mark.js';
import { WaitingFacts } from './waiting-facts.js';

/** Everything the files of an outbox say, read without a lock; every file of it is replaced or appended as a whole. */
export const readOutbox = async (paths: OutboxPaths): Promise<OutboxReading> => {
  const extent = await new JournalReader(paths).extent();
  const explained = readLog(paths.refused);
  const count = (kind: string): number => explained.filter((entry) => entry?.['kind'] === kind).length;
  const beside = {
    refused: count('refused'),
    withdrawn: count('withdrawn'),
    waitingForLock: new WaitingFacts(paths.waiting).count(),
    tornTails: readLog(paths.torn).length,
  };
  if (extent === undefined) return { journal: '', first: 1, last: 0, ledgers: [], decisions: [], beside };
  const { journal, first } = extent;
  const { decisions, unreadable } = readDecisions(paths.decisions, journal);
  const ledgers = readLedger(paths.ledger, journal).hubs.map((ledger) => applyDecisions(ledger, decisions));
  // A journal that lost its end is as long as the ledger knew it: what was delivered of it stays counted.
  const last = Math.max(extent.last, ...ledgers.map(newestAnswered));
  return {
    journal,
    first,
    last,
    ledgers,
    decisions,
    beside,
    ...(unreadable === undefined ? {} : { decisionsUnreadable: unreadable }),
  };
};

/** How many records wait for the hub and team in use; all of them when none is. */
export const countWaiting = (reading: OutboxReading): number => {
  const ledger = ledgerInUse(reading.ledgers);
  return ledger === undefined ? reading.last - reading.first + 1 : waitingCount(ledger, reading.last);
};

/** Settles an outbox's records. Exists only while its process holds the sender lock. */
export class LedgerSender implements Sender {
  readonly #paths: OutboxPaths;
  /** The ledgers as this sender last knew them: nobody else changes them while it holds the lock. */
  #known: { readonly journal: string; readonly hubs: readonly HubLedger[] } | undefined;

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  async reading(): Promise<OutboxReading> {
    const reading = await readOutbox(this.#paths);
    this.#known = { journal: reading.journal, hubs: reading.ledgers };
    return reading;
  }

  async *records(from: number): AsyncGenerator<JournalRecord> {
    const { last } = await this.reading();
    this.#syncJournal();
    let next = from;
    for await (const record of new JournalReader(this.#paths).records(from)) {
      if (record.record > last) return;
      next = record.record + 1;
      yield record;
    }
    for (; next <= last; next++) yield damagedRecord(next);
  }

  async settle(change: (ledgers: readonly HubLedger[]) => readonly HubLedger[]): Promise<void> {
    const { journal, hubs: ledgers } = this.#known ?? (await this.#learn());
    const hubs = change(ledgers);
    this.#known = { journal, hubs };
    writeLedger(this.#paths.ledger, { journal, hubs });
    const inUse = ledgerInUse(hubs);
    if (inUse === undefined) return;
    const { hub, team, through } = inUse;
    const open = inUse.exceptions.filter((exception) => exception.state !== 'dead').length;
    await writeSettledMark(this.#paths.settled, {
      journal,
      hub,
      team,
      through,
      beyond: sizeOf(inUse.beyond) - open,
      newest: Math.max(...hubs.map(newestAnswered)),
    });
  }

  async explainDeadLetters(
    entries: readonly { record: number; eventId: string; reason: string }[],
  ): Promise<void> {
    if (entries.length === 0) return;
    appendToLog(
      this.#paths.deadLetters,
      entries.map(({ record, eventId, reason }) => ({ record, event_id: eventId, reason })),
    );
  }

  async reclaim(
    mayGo: (segment: readonly JournalRecord[]) => Promise<boolean>,
    writtenBeforeMs: number,
  ): Promise<number> {
    let removed = 0;
    for (const first of sealedSegments(this.#paths)) {
      const path = segmentPath(this.#paths, first);
      if (statSync(path).mtimeMs >= writtenBeforeMs) break;
      const { records } = scanSegment(await readFile(path), first);
      if (!(await mayGo(records.map(toJournalRecord)))) break;
      unlinkSync(path);
      removed += records.length;
    }
    return removed;
  }

  async #learn(): Promise<{ readonly journal: string; readonly hubs: readonly HubLedger[] }> {
    const { journal, ledgers } = await this.reading();
    return { journal, hubs: ledgers };
  }

  /** The ledger must never be durable ahead of the journal that it speaks of. Sealed segments are on disk already. */
  #syncJournal(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#paths.current, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    try {
      fdatasyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

const ledgerInUse = (ledgers: readonly HubLedger[]): HubLedger | undefined =>
  ledgers.find((ledger) => ledger.closedAtMs === undefined);
