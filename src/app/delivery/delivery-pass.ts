import type { Account } from '../../domain/outbox/account.js';
import { EMPTY_FILL, fillWith, hasRoom } from '../../domain/delivery/batch-plan.js';
import type { Settlement } from '../../domain/outbox/change-ledger.js';
import { MAX_EXCEPTIONS } from '../../domain/outbox/ledger.js';
import { deadLetter } from '../../domain/delivery/settlement.js';
import type { Sharing } from '../../domain/outbox/routing-policy.js';
import type { Outbox, Sender } from '../../ports/outbox.js';
import { BatchBytes } from './batch-bytes.js';
import { deliverBatch, type BatchHost } from './deliver-batch.js';
import { dueRecords, type DeadRecord, type DueEvent, type RoutingSituation } from './due-records.js';
import { PassLedger } from './pass-ledger.js';
import { NOTHING_PASSED, type PassCounts, type PassEnd, type PassReport } from './pass-report.js';

/** What a pass over one outbox is about. */
export interface PassInput {
  readonly account: Account;
  readonly sharing: Sharing;
  /** A person asks for delivery now: what is due later is sent too. */
  readonly isInsisted: boolean;
  /** Settled segments that were last written before this moment may go, milliseconds since 1970. Absent: none may. */
  readonly reclaimBeforeMs?: number;
  /** Called after every settlement with what was counted so far. */
  readonly onProgress?: (counts: PassCounts) => void;
}

/** What every pass needs of its host. */
export type PassHost = BatchHost;

/** Delivers what is due of one outbox, alone, in order, each event at most once, and settles it by its receipts. */
export const runPass = async (
  outbox: Outbox,
  host: PassHost,
  input: PassInput,
  signal?: AbortSignal,
): Promise<PassReport> => {
  const passed = await outbox.pass(async (sender) => {
    const ledger = new PassLedger(outbox, sender, host, input.account, input.onProgress);
    const pass = new Pass(outbox.project, sender, ledger, host, input, signal);
    const ended = await pass.deliver().finally(() => ledger.write());
    if (ended.end === 'complete' && input.reclaimBeforeMs !== undefined) {
      await ledger.reclaim(input.reclaimBeforeMs);
    }
    return { ...ledger.counts, ended };
  });
  return passed === 'busy' ? { ...NOTHING_PASSED, ended: { end: 'busy' } } : passed.value;
};

class Pass {
  readonly #project: string | undefined;
  readonly #sender: Sender;
  readonly #ledger: PassLedger;
  readonly #host: PassHost;
  readonly #input: PassInput;
  readonly #signal: AbortSignal | undefined;
  #batch: DueEvent[] = [];
  #fill = EMPTY_FILL;
  #isComplete = false;
  /** Where the documents are kept of what is gathered, and of what is under way. */
  #bytes = new BatchBytes();
  #bytesUnderWay = new BatchBytes();
  #sending: Promise<PassEnd | undefined> | undefined;
  #dead: Settlement[] = [];
  #wasFull = false;

  constructor(
    project: string | undefined,
    sender: Sender,
    ledger: PassLedger,
    host: PassHost,
    input: PassInput,
    signal: AbortSignal | undefined,
  ) {
    this.#project = project;
    this.#sender = sender;
    this.#ledger = ledger;
    this.#host = host;
    this.#input = input;
    this.#signal = signal;
  }

  /**
   * A ledger that is full takes no further exceptions: what it lists already is still tried, so that it can empty
   * again, and everything else stays.
   */
  async deliver(): Promise<PassEnd> {
    const inUse = await this.#ledger.takeIntoUse();
    this.#wasFull = (inUse?.exceptions.length ?? 0) >= MAX_EXCEPTIONS;
    try {
      return await this.#deliverDue();
    } finally {
      // A batch that is under way when reading fails has to be settled, whatever became of the reading.
      await this.#sending;
    }
  }

  async #deliverDue(): Promise<PassEnd> {
    for await (const portion of dueRecords(this.#sender, this.#situation(), this.#wasFull)) {
      for (const item of portion) {
        if ('dead' in item) {
          const ended = await this.#bury(item);
          if (ended !== undefined) return ended;
          continue;
        }
        // One that has no room any more is the first of the next batch.
        const ended = this.#hasRoomFor(item) ? undefined : await this.#send();
        if (ended !== undefined) return ended;
        this.#add(item);
      }
    }
    const ended = (await this.#send()) ?? (await this.#sent());
    if (ended !== undefined) return ended;
    return this.#ledger.isFull ? { end: 'too-many-exceptions' } : { end: 'complete' };
  }

  #hasRoomFor(event: DueEvent): boolean {
    return !this.#isComplete && hasRoom(this.#fill, event.bytes, this.#host.learnt.limits);
  }

  #add(event: DueEvent): void {
    this.#batch.push(this.#bytes.keep(event));
    this.#fill = fillWith(this.#fill, event.bytes);
    if (this.#fill.events >= this.#host.learnt.limits.maxEvents) this.#complete();
  }

  /** Nothing is added to the batch any more, so that it can be made ready before its turn has come. */
  #complete(): void {
    this.#isComplete = true;
    this.#host.courier.prepare?.(this.#batch);
  }

  async #bury(record: DeadRecord): Promise<PassEnd | undefined> {
    this.#dead.push(deadLetter({ ...record, attempts: 0 }, record.dead));
    if (this.#dead.length >= DEAD_AT_ONCE) await this.#settleDead();
    return this.#isFullNow() ? { end: 'too-many-exceptions' } : undefined;
  }

  async #settleDead(): Promise<void> {
    const dead = this.#dead;
    this.#dead = [];
    await this.#ledger.settle(dead);
  }

  /**
   * Begins to send what was gathered, once the batch before is settled: while one is under way, the next is read. Says
   * why the pass is over when that one ended it.
   */
  async #send(): Promise<PassEnd | undefined> {
    if (this.#batch.length > 0) this.#complete();
    // A batch is under way, and there is nothing else to do.
    await this.#ledger.writeWhenTime();
    const ended = await this.#sent();
    if (ended !== undefined) return ended;
    await this.#settleDead();
    if (this.#isFullNow()) return { end: 'too-many-exceptions' };
    const batch = this.#batch;
    this.#batch = [];
    this.#fill = EMPTY_FILL;
    this.#isComplete = false;
    if (batch.length === 0) return undefined;
    // What the batch before was kept in is free now.
    [this.#bytes, this.#bytesUnderWay] = [this.#bytesUnderWay, this.#bytes];
    this.#bytes.clear();
    this.#sending = deliverBatch(batch, this.#ledger, this.#host, this.#signal);
    // Whoever waits for it hears of a failure; until then it is nobody's.
    this.#sending.catch(() => undefined);
    return undefined;
  }

  /** Waits for the batch that is under way. */
  async #sent(): Promise<PassEnd | undefined> {
    const sending = this.#sending;
    this.#sending = undefined;
    return sending;
  }

  #isFullNow(): boolean {
    return !this.#wasFull && this.#ledger.isFull;
  }

  #situation(): RoutingSituation {
    const { account, sharing, isInsisted } = this.#input;
    return { projectUuid: this.#project, account, sharing, isInsisted, nowMs: this.#host.wallClock.nowMs() };
  }
}

const DEAD_AT_ONCE = 1000;
