import { isBalanced } from '../../src/domain/outbox/accounting.js';
import { MAX_ATTEMPTS } from '../../src/domain/delivery/outcome.js';
import type { Judgement } from '../../src/adapters/memory/memory-hub.js';
import { ChaosHub } from '../support/chaos-hub.js';
import { ChaosWorld } from './chaos-world.js';
import { Dice } from './dice.js';
import { batchFault, requestFault, upgradeFault } from './faults.js';

/** What one schedule did. */
export interface ScheduleReport {
  readonly faults: ReadonlyMap<string, number>;
  readonly captured: number;
  readonly delivered: number;
  readonly deadLetters: number;
  /** Events that reached the hub again although it had stored them. */
  readonly duplicates: number;
  /** Events that are neither at the hub nor rightly given up on. */
  readonly lost: readonly string[];
  /** Promises that did not hold, in words. */
  readonly broken: readonly string[];
}

/** Plays one random schedule against the real client, then lets the hub be good and looks where every event is. */
export const playSchedule = async (seed: number): Promise<ScheduleReport> => {
  const dice = new Dice(seed);
  const hub = await ChaosHub.start({ capabilities: dice.pick([[], ['ack'], ['auth', 'ack']]) });
  const world = new ChaosWorld(hub, dice);
  try {
    return await new Schedule(dice, hub, world).play();
  } finally {
    await world.close();
    await hub.close();
  }
};

class Schedule {
  readonly #dice: Dice;
  readonly #hub: ChaosHub;
  readonly #world: ChaosWorld;
  readonly #faults = new Map<string, number>();
  readonly #rejections = new Map<string, number>();
  readonly #broken: string[] = [];
  /** Ids that the answer to each batch named, for every batch that was read and whose ids were to be named. */
  readonly #named: (readonly string[] | undefined)[] = [];
  #judged = 0;
  #duplicates = 0;

  constructor(dice: Dice, hub: ChaosHub, world: ChaosWorld) {
    this.#dice = dice;
    this.#hub = hub;
    this.#world = world;
  }

  async play(): Promise<ScheduleReport> {
    await this.#world.signIn();
    this.#misbehave();
    for (let step = this.#dice.between(20, 40); step > 0; step--) {
      await this.#step();
      await this.#check();
    }
    await this.#recover();
    await this.#check();
    return this.#report();
  }

  /** From now on every request, upgrade and event may meet a fault. */
  #misbehave(): void {
    const { hub } = this.#hub;
    const receive = hub.receive.bind(hub);
    hub.receive = (bearer, documents, from) => {
      const stored = new Set(hub.storedIds(bearer.team));
      for (const document of documents as { event_id: string }[]) {
        if (stored.has(document.event_id)) this.#duplicates += 1;
      }
      const results = receive(bearer, documents, from);
      // A request that was refused whole, and held one event alone, refused that event.
      if (results === 'poison' && documents.length === 1)
        this.#reject((documents[0] as { event_id: string }).event_id);
      return results;
    };
    const [often, seldom] = this.#dice.pick([
      [0.7, 0.1] as const,
      [0.35, 0.3] as const,
      [0.1, 0.02] as const,
    ]);
    hub.judge = (event) => (this.#dice.happens(seldom) ? this.#judge(String(event['event_id'])) : undefined);
    this.#hub.on('batch').always(() => {
      if (this.#dice.happens(often)) return this.#batchFault();
      this.#named.push(undefined);
      return undefined;
    });
    for (const path of ['/api/v1/token/refresh/', '/api/v1/ws-token/']) {
      this.#hub
        .on(path)
        .always(() => (this.#dice.happens(often / 2) ? this.#count(requestFault(this.#dice)) : undefined));
    }
    this.#hub.upgrades.always(() =>
      this.#dice.happens(often / 2) ? this.#count(upgradeFault(this.#dice)) : undefined,
    );
    hub.liveFaults.always(() =>
      this.#dice.happens(seldom / 2)
        ? this.#count(
            this.#dice.pick([
              ['live: lost before', 'lost-before'],
              ['live: lost after', 'lost-after'],
            ] as const),
          )
        : undefined,
    );
  }

  #batchFault(): ReturnType<typeof batchFault>[1] {
    const { captured } = this.#world;
    const named = captured.filter(() => this.#dice.happens(0.1));
    const fault = batchFault(this.#dice, named);
    const isNaming = fault[0] === '400 with ids';
    if (isNaming) for (const id of named) this.#reject(id);
    if (fault[0] !== 'never-read') this.#named.push(isNaming ? named : undefined);
    return this.#count(fault);
  }

  #judge(id: string): Judgement | undefined {
    const [name, judgement] = this.#dice.pick<readonly [string, Judgement]>([
      ['event: error', { status: 'error', error_message: 'chaos' }],
      ['event: rejected', { status: 'rejected', error_message: null }],
      ['event: unknown status', { status: 'banana' }],
      [
        'event: clock-behind',
        { status: 'error', code: 'clock-behind', server_clock: this.#dice.between(1, 500) },
      ],
      ['event: unknown team', { status: 'error', code: 'unknown-team' }],
      ['event: pending', { status: 'pending' }],
      ['event: no word', 'silent'],
      ['event: poison', 'poison'],
    ] as const);
    if (typeof judgement === 'object' && judgement.status !== 'pending') this.#reject(id);
    return this.#count([name, judgement]);
  }

  async #step(): Promise<void> {
    const action = this.#dice.pick([...FLUSHES, 'link', 'unlink', 'cut', 'expire', 'say'] as const);
    if (this.#dice.happens(0.7))
      await this.#world.capture(this.#dice.between(1, 15), this.#dice.happens(0.2));
    await this.#world.time.advance(this.#dice.between(0, 60_000));
    switch (action) {
      case 'flush': {
        // Captures go on while a pass is under way.
        const flushing = this.#world.flush(this.#dice.happens(0.5));
        if (this.#dice.happens(0.5)) await this.#world.capture(this.#dice.between(1, 3), false);
        await flushing;
        return;
      }
      case 'link':
        return this.#world.link();
      case 'unlink':
        return this.#world.unlink();
      case 'cut':
        this.#count(['live: cut', undefined]);
        return this.#dice.pick([
          () => this.#hub.cut(true),
          () => this.#hub.cut(),
          () => this.#hub.closeSessions(4401),
        ])();
      case 'expire':
        this.#count(['tokens expire', undefined]);
        return this.#hub.hub.signIns.expireAccess();
      case 'say':
        this.#count(['live: garbage', undefined]);
        return this.#hub.say(
          this.#dice.pick([
            '{',
            '[1]',
            'null',
            '{"type":"ack"}',
            '{"type":"ack","event_id":"x","status":"success"}',
          ]),
        );
    }
  }

  /** The hub is good again, and everything waits long enough; no new event is captured. */
  async #recover(): Promise<void> {
    const { hub } = this.#hub;
    hub.judge = () => undefined;
    hub.liveFaults.always(undefined);
    this.#hub.upgrades.always(undefined);
    for (const script of this.#hub.script.values()) script.always(undefined);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await this.#world.time.advance(2 * 60 * 60 * 1000);
      await this.#world.flush();
      const { accounting } = await this.#world.status();
      if (accounting.pending === 0 && Object.values(accounting.held).every((count) => count === 0)) return;
    }
    this.#broken.push('the outbox does not empty although the hub is good');
  }

  /** An answer that names none of the events that were sent refuses the whole, and so an event that was sent alone. */
  #judgeLonely(): void {
    const batches = this.#hub.batches();
    for (; this.#judged < this.#named.length; this.#judged++) {
      const [first, ...others] = batches[this.#judged]?.events ?? [];
      const named = this.#named[this.#judged];
      const id = first?.['event_id'] as string;
      if (named !== undefined && others.length === 0 && !named.includes(id)) this.#reject(id);
    }
  }

  /** What holds at every moment. */
  async #check(): Promise<void> {
    this.#judgeLonely();
    const { accounting } = await this.#world.status();
    const { delivered, duplicate, captured } = accounting;
    if (!isBalanced(accounting)) this.#broken.push(`not balanced: ${JSON.stringify(accounting)}`);
    if (captured !== this.#world.captured.length)
      this.#broken.push(`${captured} of ${this.#world.captured.length} captured`);
    const stored = this.#hub.hub.storedIds('acme').length;
    if (delivered + duplicate > stored)
      this.#broken.push(`${delivered + duplicate} receipts, ${stored} stored`);
    for (const { record, attempts, state } of (await this.#world.reading()).ledgers.flatMap(
      (each) => each.exceptions,
    )) {
      const rejected = this.#rejections.get(this.#world.captured[record - 1]!) ?? 0;
      if (attempts > rejected)
        this.#broken.push(`record ${record}, ${state}: ${attempts} attempts, ${rejected} rejections`);
    }
  }

  async #report(): Promise<ScheduleReport> {
    const stored = new Set(this.#hub.hub.storedIds('acme'));
    const { accounting } = await this.#world.status();
    const dead = new Set<string>();
    for (const { record, state, attempts, reason } of (await this.#world.reading()).ledgers.flatMap(
      (each) => each.exceptions,
    )) {
      const isTooLarge = reason === 'too large for the hub' && this.#faults.has('413');
      if (state === 'dead' && (attempts >= MAX_ATTEMPTS || isTooLarge))
        dead.add(this.#world.captured[record - 1]!);
    }
    return {
      faults: this.#faults,
      captured: this.#world.captured.length,
      delivered: accounting.delivered + accounting.duplicate,
      deadLetters: dead.size,
      duplicates: this.#duplicates,
      lost: this.#world.captured.filter((id) => !stored.has(id) && !dead.has(id)),
      broken: this.#broken,
    };
  }

  #reject(id: string): void {
    this.#rejections.set(id, (this.#rejections.get(id) ?? 0) + 1);
  }

  #count<T>([name, fault]: readonly [string, T]): T {
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
    return fault;
  }
}

const MOST_ROUNDS = 40;
const FLUSHES = Array.from({ length: 10 }, () => 'flush' as const);
