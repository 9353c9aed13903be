import type { Decision } from '../../domain/outbox/decision.js';
import { waitingCount, type HubLedger } from '../../domain/outbox/ledger.js';
import { applyDecisions } from '../../domain/outbox/ownership.js';
import { seal } from '../../domain/events/envelope.js';
import { describeIssues } from '../../domain/result.js';
import { tick } from '../../domain/events/lamport.js';
import type { LamportReading, LamportStore } from '../../ports/events.js';
import type {
  Adoption,
  CaptureLimits,
  CaptureOutcome,
  Fact,
  ForeignEvent,
  JournalRecord,
  Outbox,
  Outboxes,
  OutboxReading,
  Sender,
} from '../../ports/outbox.js';

/** A Lamport clock that lives as long as this object. */
export class MemoryLamportStore implements LamportStore {
  readonly #nodeId: string;
  #value: number;

  constructor(nodeId = '00000000000a', value = 0) {
    this.#nodeId = nodeId;
    this.#value = value;
  }

  async read(): Promise<LamportReading> {
    return this.now();
  }

  async update(decide: (value: number) => number): Promise<LamportReading> {
    return this.advance(decide);
  }

  /** The same step without a promise, for the memory outbox, which seals inside one turn. */
  advance(decide: (value: number) => number): LamportReading {
    this.#value = Math.max(this.#value, decide(this.#value));
    return this.now();
  }

  now(): LamportReading {
    return { value: this.#value, nodeId: this.#nodeId };
  }
}

/** The outboxes of a state root that lives in memory, all on one clock. */
export class MemoryOutboxes implements Outboxes {
  readonly #clock: MemoryLamportStore;
  readonly #outboxes = new Map<string | undefined, MemoryOutbox>();

  constructor(clock = new MemoryLamportStore()) {
    this.#clock = clock;
  }

  async list(): Promise<readonly (string | undefined)[]> {
    const used = [...this.#outboxes].filter(([, outbox]) => !outbox.isUntouched());
    return used.map(([project]) => project);
  }

  open(project: string | undefined): MemoryOutbox {
    const existing = this.#outboxes.get(project);
    if (existing !== undefined) return existing;
    const outbox = new MemoryOutbox(project, this.#clock);
    this.#outboxes.set(project, outbox);
    return outbox;
  }
}

/** An outbox that lives as long as this object; it keeps every promise of the port except outliving the process. */
export class MemoryOutbox implements Outbox {
  readonly project: string | undefined;
  readonly #clock: MemoryLamportStore;
  #records: JournalRecord[] = [];
  #ledgers: readonly HubLedger[] = [];
  #decisions: readonly Decision[] = [];
  #refused = 0;
  #withdrawn = 0;
  #sending = false;

  constructor(project: string | undefined, clock: MemoryLamportStore) {
    this.project = project;
    this.#clock = clock;
  }

  async capture(facts: readonly Fact[], limits: CaptureLimits): Promise<readonly CaptureOutcome[]> {
    return facts.map((fact) => this.#captureOne(fact, limits));
  }

  async adopt(events: readonly ForeignEvent[], limits: CaptureLimits): Promise<Adoption> {
    const ids = new Set(this.#records.map(({ eventId }) => eventId));
    const fresh = events.filter(({ eventId }) => !ids.has(eventId) && ids.add(eventId));
    const taken = fresh.slice(0, Math.max(0, limits.maxWaiting - this.#waiting()));
    for (const { eventId, json, team, lamport, invalid } of taken) {
      this.#clock.advance((value) => Math.max(value, lamport));
      const record = this.#last() + 1;
      this.#records.push({ record, eventId, team, json, ...(invalid === undefined ? {} : { invalid }) });
    }
    return {
      adopted: taken.length,
      known: events.length - fresh.length,
      refused: fresh.length - taken.length,
    };
  }

  async confirm(): Promise<void> {
    // What lives in memory is as durable as it will ever be.
  }

  async hasRoomFor(count: number, limits: CaptureLimits): Promise<boolean> {
    return this.#waiting() + count <= limits.maxWaiting;
  }

  async nextRecord(): Promise<number> {
    return this.#last() + 1;
  }

  async *records(from = 1): AsyncIterable<JournalRecord> {
    for (const record of this.#records.filter((candidate) => candidate.record >= from)) yield record;
  }

  async reading(): Promise<OutboxReading> {
    return {
      journal: 'memory',
      first: 1,
      last: this.#last(),
      ledgers: this.#ledgers.map((ledger) => applyDecisions(ledger, this.#decisions)),
      decisions: this.#decisions,
      beside: { refused: this.#refused, withdrawn: this.#withdrawn, waitingForLock: 0, tornTails: 0 },
    };
  }

  async decide(decisions: readonly Decision[]): Promise<void> {
    this.#decisions = [...this.#decisions, ...decisions];
  }

  async noteWithdrawn(eventIds: readonly string[]): Promise<void> {
    this.#withdrawn += eventIds.length;
  }

  async pass<T>(
    work: (sender: Sender) => Promise<T>,
  ): Promise<{ readonly ran: true; readonly value: T } | 'busy'> {
    if (this.#sending) return 'busy';
    this.#sending = true;
    try {
      return { ran: true, value: await work(this.#sender()) };
    } finally {
      this.#sending = false;
    }
  }

  /** Whether nothing was ever captured here: the durable outbox would not exist yet. */
  isUntouched(): boolean {
    return this.#last() === 0;
  }

  #sender(): Sender {
    return {
      reading: () => this.reading(),
      records: (from) => this.records(from),
      settle: async (change) => {
        this.#ledgers = change((await this.reading()).ledgers);
      },
      explainDeadLetters: async () => undefined,
      // Memory keeps no segments: everything there is counts as one, written just now.
      reclaim: async () => 0,
    };
  }

  #captureOne(fact: Fact, limits: CaptureLimits): CaptureOutcome {
    const eventId = fact.event.event_id;
    if (this.#waiting() >= limits.maxWaiting) {
      this.#refused += 1;
      return {
        outcome: 'refused',
        eventId,
        reason: 'outbox-full',
        message: `${limits.maxWaiting} events wait already`,
      };
    }
    const { value, nodeId } = this.#clock.advance(tick);
    const event = seal(fact.event, nodeId, value);
    const record = this.#last() + 1;
    this.#records.push({
      record,
      eventId,
      team: event.team_slug,
      json: JSON.stringify(event),
      ...(fact.hub === undefined ? {} : { hub: fact.hub }),
      ...(fact.issues === undefined ? {} : { invalid: describeIssues(fact.issues) }),
    });
    return { outcome: 'captured', event, record, waiting: this.#waiting() };
  }

  #last(): number {
    return this.#records.length;
  }

  #waiting(): number {
    const ledger = this.#ledgers.find((candidate) => candidate.closedAtMs === undefined);
    return ledger === undefined ? this.#records.length : waitingCount(ledger, this.#last());
  }
}
