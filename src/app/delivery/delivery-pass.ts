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
    const ended = await pass.deliver();
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
    for await (const item of dueRecords(this.#sender, this.#situation(), this.#wasFull)) {
      const ended = 'dead' in item ? await this.#bury(item) : await this.#gather(item);
      if (ended !== undefined) return ended;
    }
    const ended = await this.#send();
    if (ended !== undefined) return ended;
    return this.#ledger.isFull ? { end: 'too-many-exceptions' } : { end: 'complete' };
  }

  /** One that has no room any more is the first of the next batch. */
  async #gather(event: DueEvent): Promise<PassEnd | undefined> {
    const isFull = !hasRoom(this.#fill, event.bytes, this.#host.learnt.limits);
    const ended = isFull ? await this.#send() : undefined;
    if (ended !== undefined) return ended;
    this.#batch.push(event);
    this.#fill = fillWith(this.#fill, event.bytes);
    return undefined;
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

  /** Sends and settles what was gathered. Says why the pass is over when that ended it. */
  async #send(): Promise<PassEnd | undefined> {
    await this.#settleDead();
    if (this.#isFullNow()) return { end: 'too-many-exceptions' };
    const batch = this.#batch;
    this.#batch = [];
    this.#fill = EMPTY_FILL;
    return batch.length === 0 ? undefined : deliverBatch(batch, this.#ledger, this.#host, this.#signal);
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
