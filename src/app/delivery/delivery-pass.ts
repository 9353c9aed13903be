import { EMPTY_FILL, fillWith, hasRoom } from '../../domain/delivery/batch-plan.js';
import { deadLetter } from '../../domain/delivery/settlement.js';
import type { Account } from '../../domain/outbox/account.js';
import { isSyncError } from '../../domain/errors.js';
import { type Settlement, MAX_EXCEPTIONS } from '../../domain/outbox/ledger.js';
import type { Sharing } from '../../domain/outbox/routing-policy.js';
import type { Outbox, Sender } from '../../ports/outbox.js';
import { type BatchHost, deliverBatch } from './deliver-batch.js';
import { type DeadRecord, type DueEvent, type RoutingSituation, dueRecords } from './due-records.js';
import { PassLedger } from './pass-ledger.js';
import { type PassCounts, type PassEnd, type PassReport, NOTHING_PASSED } from './pass-report.js';

/** What a pass over one outbox is about. */
interface PassInput {
  readonly account: Account;
  readonly sharing: Sharing;
  /** A person asks for delivery now: what is due later is sent too. */
  readonly isInsisted: boolean;
  /** Settled segments that were last written before this moment may go, milliseconds since 1970. Absent: none may. */
  readonly reclaimBeforeMs?: number;
  /** The hub's log, where it says what it has. */
  readonly log?: HubLog;
  /** Called after every settlement with what was counted so far. */
  readonly onProgress?: (counts: PassCounts) => void;
}

/** The log of a hub: its present history, and the ids that it has of the project. */
interface HubLog {
  readonly history: string;
  readonly idsAtHub: () => Promise<ReadonlySet<string>>;
}

/** What every pass needs of its host. */
type PassHost = BatchHost;

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
    const { log } = this.#input;
    try {
      if (log !== undefined) await this.#ledger.enterHistory(log.history, log.idsAtHub);
    } catch (error) {
      // What the hub has lost it is offered once it can be asked; new events do not wait for that.
      if (!isSyncError(error) || error.kind === 'interrupted' || error.kind === 'storage-failed') throw error;
    }
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

/**
 * Keeps the documents of one batch after the other in the same room: no segment has to be kept for the events of it that
 * are still to be sent.
 */
export class BatchBytes {
  #room = new Uint8Array(0);
  #filled = 0;

  /** The same event with a copy of its document, which holds until {@link clear}. */
  keep(event: DueEvent): DueEvent {
    const { json } = event;
    if (this.#filled + json.length > this.#room.length) {
      // What was kept before stays in the room that it is in.
      this.#room = new Uint8Array(Math.max(LEAST_ROOM, 2 * this.#room.length, json.length));
      this.#filled = 0;
    }
    const start = this.#filled;
    this.#room.set(json, start);
    this.#filled += json.length;
    return new KeptEvent(event, this.#room, start);
  }

  /** Nobody asks for what was kept any more. */
  clear(): void {
    this.#filled = 0;
  }
}

/** Its document is cut out of the room only when it is asked for: a view takes more memory than the rest of an event. */
class KeptEvent implements DueEvent {
  readonly record: number;
  readonly eventId: string;
  readonly attempts: number;
  readonly bytes: number;
  readonly isUnclaimed: boolean;
  readonly #room: Uint8Array;
  readonly #start: number;

  constructor(event: DueEvent, room: Uint8Array, start: number) {
    this.record = event.record;
    this.eventId = event.eventId;
    this.attempts = event.attempts;
    this.bytes = event.bytes;
    this.isUnclaimed = event.isUnclaimed;
    this.#room = room;
    this.#start = start;
  }

  get json(): Uint8Array {
    return this.#room.subarray(this.#start, this.#start + this.bytes);
  }
}

const LEAST_ROOM = 1024 * 1024;
