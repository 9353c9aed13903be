import type { Courier } from '../../src/app/delivery/courier.js';
import type { PassCounts } from '../../src/app/delivery/pass-report.js';
import type { Account } from '../../src/domain/outbox/account.js';
import type { Answer, BatchOutcome } from '../../src/domain/delivery/outcome.js';
import type { OutgoingEvent } from '../../src/ports/delivery.js';
import type { Claim, ModelLedger, ModelRecord, ModelState, Situation } from './model-types.js';
import { isHub, nameOf, type OutboxModel } from './outbox-model.js';
import { tally } from './tally.js';
import type { World } from './world.js';

/** What the hub thinks of an event. */
export type Verdict =
  'take' | 'pending' | 'silent' | 'reject' | 'unknown-team' | 'poison' | 'named' | 'too-large';

/** What becomes of a whole call, whatever the hub thinks of its events. */
export type CallFault =
  'lost-before' | 'lost-after' | 'forbidden' | 'unauthorized' | 'unexpected' | 'version';

export interface Script {
  /** Of the event with number n: the entry n modulo the length. */
  readonly verdicts: readonly Verdict[];
  /** Of the n-th call. */
  readonly calls: readonly (CallFault | undefined)[];
}

/**
 * The hub during one pass, and what the pass means to the model: each call is held against what may be sent, and its
 * answer is entered at once. `steps` are the states between which a crash may fall.
 */
export class ModelPass implements Courier {
  readonly steps: OutboxModel[] = [];
  readonly counts: Record<keyof PassCounts, number> = {
    delivered: 0,
    duplicate: 0,
    rejected: 0,
    deadLetters: 0,
  };
  readonly attempted = new Set<number>();
  readonly due: readonly ModelRecord[];
  readonly #answered = new Set<number>();
  readonly #model: OutboxModel;
  readonly #world: World;
  readonly #account: Account;
  readonly #situation: Situation;
  readonly #script: Script;
  readonly #passedOver: (record: number) => boolean;
  #calls = 0;

  constructor(
    model: OutboxModel,
    world: World,
    account: Account,
    situation: Situation,
    script: Script,
    isSealed: boolean,
  ) {
    this.#model = model;
    this.#world = world;
    this.#account = account;
    this.#situation = situation;
    this.#script = script;
    this.steps.push(model.copy());
    if (isSealed) model.capture();
    else model.open();
    this.steps.push(model.copy());
    model.takeIntoUse(account);
    this.due = model.due(situation);
    this.#passedOver = this.#isPassedOver();
    this.steps.push(model.copy());
  }

  async carry(events: readonly OutgoingEvent[]): Promise<BatchOutcome> {
    await this.adoptClaims();
    const piece = events.map((event) => this.#expectAllowed(event));
    this.#expectOrder(piece);
    this.bury(this.due.find(({ record }) => record > (piece.at(-1)?.record ?? 0))?.record);
    for (const { record } of piece) this.attempted.add(record);
    tally('batches sent');
    tally('events sent', piece.length);
    return this.#answer(events, piece);
  }

  /** Claims are made by the pass itself, before it sends: they are for its account, of what is due and nobody's. */
  async adoptClaims(): Promise<void> {
    const { decisions } = await this.#world.outbox.reading();
    const added = decisions.slice(this.#model.decisions.length) as readonly Claim[];
    for (const claim of added) {
      expect(claim).toMatchObject({
        decision: 'claim',
        hub: nameOf(this.#account),
        team: this.#account.team,
      });
      for (let record = claim.range.from; record <= claim.range.through; record++) {
        const claimed = this.due.find((each) => each.record === record);
        expect({ record, claimed: claimed !== undefined }).toEqual({ record, claimed: true });
        if (claimed !== undefined) expect(this.#model.ownerOf(claimed)).toBeUndefined();
      }
    }
    this.#model.decisions.push(...added);
    for (const step of this.steps) step.decisions = [...this.#model.decisions];
  }

  /** What can never be sent and comes before the record that is next is a dead letter from now on. */
  bury(next = Infinity): void {
    const isNew = (record: ModelRecord): boolean =>
      record.record < next &&
      record.invalid !== undefined &&
      record.record >= this.#seen().first &&
      !['dead', 'delivered', 'duplicate', 'discarded', 'reclaimed'].includes(
        this.#seen().states.get(record.record)?.is ?? '',
      ) &&
      !this.#passedOver(record.record);
    for (const record of this.#model.records.filter(isNew)) {
      const before = this.#seen().states.get(record.record);
      this.#model.persist();
      this.#ledger().states.set(record.record, { is: 'dead', attempts: 0, reason: record.invalid ?? '' });
      expect(before === undefined || before.is === 'failing' || before.is === 'refused').toBe(true);
      this.counts.deadLetters += 1;
    }
    this.steps.push(this.#model.copy());
  }

  /** What was passed over already is looked at again from the first that is due to the last. */
  #isPassedOver(): (record: number) => boolean {
    const { first, states } = this.#seen();
    let through = first - 1;
    while (states.has(through + 1)) through += 1;
    const due = [...states].flatMap(([record, state]) => {
      const isOpen = state.is === 'failing' || state.is === 'refused';
      const isDue = isOpen && (this.#situation.isInsisted || (state.dueAtMs ?? 0) <= this.#situation.nowMs);
      return isDue && record <= through ? [record] : [];
    });
    return (record) => record <= through && (record < Math.min(...due) || record > Math.max(...due));
  }

  #expectAllowed({ eventId, json }: OutgoingEvent): ModelRecord {
    const record = this.due.find((each) => each.eventId === eventId && !this.#answered.has(each.record));
    if (record === undefined) throw new Error(`${eventId} was sent and was not due`);
    const owner = this.#model.ownerOf(record);
    if (owner === undefined) throw new Error(`${eventId} was sent before it was claimed`);
    const { team_slug: team } = JSON.parse(json) as { readonly team_slug: string };
    expect(team).toBe(this.#account.team);
    expect(owner.team).toBe(this.#account.team);
    return record;
  }

  #expectOrder(piece: readonly ModelRecord[]): void {
    const numbers = piece.map(({ record }) => record);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const skipped = this.due.filter(
      ({ record }) => record < (numbers[0] ?? 0) && !this.attempted.has(record),
    );
    expect(skipped).toEqual([]);
  }

  #answer(events: readonly OutgoingEvent[], piece: readonly ModelRecord[]): BatchOutcome {
    const fault = this.#script.calls[this.#calls++];
    const of = (verdict: Verdict): readonly ModelRecord[] =>
      piece.filter((record) => this.#verdictOn(record) === verdict);
    switch (fault) {
      case 'lost-after':
        for (const event of events)
          if (this.#verdictOn(piece[events.indexOf(event)]!) === 'take') this.#store(event);
        return { outcome: 'unavailable', reason: 'reset' };
      case 'lost-before':
        return { outcome: 'unavailable', reason: 'reset' };
      case 'forbidden':
        this.#model.persist();
        this.#ledger().refusal = { reason: 'no', untilMs: this.#world.time.nowMs() + 3_600_000 };
        this.steps.push(this.#model.copy());
        return { outcome: 'forbidden', reason: 'no' };
      case 'unauthorized':
        return { outcome: 'unauthorized' };
      case 'unexpected':
        return { outcome: 'unexpected', reason: 'teapot' };
      case 'version':
        return { outcome: 'protocol-mismatch', reason: 'too old' };
      case undefined:
        break;
    }
    const [only] = piece;
    if (of('too-large').length > 0) {
      if (piece.length === 1 && only !== undefined) this.#die(only, 'too large for the hub', false);
      return { outcome: 'too-large' };
    }
    if (of('poison').length > 0) {
      if (piece.length === 1 && only !== undefined) this.#die(only, 'poison', true);
      return { outcome: 'refused-opaque', reason: 'poison' };
    }
    const named = of('named');
    if (named.length > 0) {
      const answer: Answer = { answer: 'rejected', reason: 'named' };
      this.#settle(named.map((record) => [record, answer]));
      return { outcome: 'refused-by-id', answers: new Map(named.map(({ eventId }) => [eventId, answer])) };
    }
    const answers = events.flatMap((event, index): readonly [ModelRecord, Answer][] => {
      const record = piece[index]!;
      const answer = this.#answerAbout(record, event);
      return answer === undefined ? [] : [[record, answer]];
    });
    this.#settle(answers);
    return {
      outcome: 'answered',
      answers: new Map(answers.map(([{ eventId }, answer]) => [eventId, answer])),
    };
  }

  #answerAbout(record: ModelRecord, event: OutgoingEvent): Answer | undefined {
    switch (this.#verdictOn(record)) {
      case 'take': {
        const stored = this.#store(event);
        return stored === 'id-conflict'
          ? { answer: 'rejected', reason: 'another event has this id', code: stored }
          : { answer: stored };
      }
      case 'pending':
        return { answer: 'pending' };
      case 'reject':
        return { answer: 'rejected', reason: 'schema' };
      case 'unknown-team':
        return { answer: 'rejected', reason: 'no such team', code: 'unknown-team' };
      default:
        return undefined;
    }
  }

  #verdictOn({ record }: ModelRecord): Verdict {
    const { verdicts } = this.#script;
    return verdicts[record % verdicts.length] ?? 'take';
  }

  /** The hub takes an event once, and never another one under its id. */
  #store({ eventId, json }: OutgoingEvent): 'accepted' | 'duplicate' | 'id-conflict' {
    const key = `${this.#account.hub.url} ${this.#account.team} ${eventId}`;
    const stored = this.#world.hubs.get(key);
    if (stored !== undefined) return stored === json ? 'duplicate' : 'id-conflict';
    this.#world.hubs.set(key, json);
    return 'accepted';
  }

  #settle(answers: readonly (readonly [ModelRecord, Answer])[]): void {
    const nowMs = this.#world.time.nowMs();
    for (const [record, answer] of answers) {
      if (answer.answer === 'pending') continue;
      this.#answered.add(record.record);
      if (answer.answer === 'rejected') {
        if (answer.code === 'unknown-team')
          this.#enter(record, {
            is: 'refused',
            attempts: this.#attemptsOf(record),
            reason: answer.reason,
            dueAtMs: nowMs + 3_600_000,
          });
        else this.#die(record, answer.reason, true);
      } else {
        this.#enter(record, { is: answer.answer === 'accepted' ? 'delivered' : 'duplicate' });
        delete this.#ledger().refusal;
      }
    }
    this.steps.push(this.#model.copy());
  }

  /** One more rejection, or the end. The random number of a delay is always a half. */
  #die(record: ModelRecord, reason: string, isRejection: boolean): void {
    const attempts = this.#attemptsOf(record) + (isRejection ? 1 : 0);
    this.#answered.add(record.record);
    if (!isRejection || attempts >= 5) this.#enter(record, { is: 'dead', attempts, reason });
    else {
      const delayMs = Math.min(500 * 2 ** (attempts - 1), 30_000) / 2;
      this.#enter(record, { is: 'failing', attempts, reason, dueAtMs: this.#world.time.nowMs() + delayMs });
    }
    this.steps.push(this.#model.copy());
  }

  #enter({ record }: ModelRecord, state: ModelState): void {
    tally(`answered: ${state.is}`);
    this.#model.persist();
    this.#ledger().states.set(record, state);
    const count = ({ failing: 'rejected', refused: 'rejected', dead: 'deadLetters' } as const)[
      state.is as 'dead'
    ];
    this.counts[count ?? (state.is as 'delivered')] += 1;
  }

  #attemptsOf({ record }: ModelRecord): number {
    const state = this.#seen().states.get(record);
    return state !== undefined && 'attempts' in state ? state.attempts : 0;
  }

  /** With every decision entered. */
  #seen(): ModelLedger {
    return this.#ledger(this.#model.view());
  }

  /** As it is written down. */
  #ledger(ledgers = this.#model.ledgers): ModelLedger {
    const ledger = this.#model.ledgerOf(this.#account, ledgers);
    if (ledger === undefined) throw new Error('the model has no ledger in use');
    return ledger;
  }
}

/** Whether a record of this owner is the account's own. */
export const isOwn = (owner: { readonly hub: string; readonly team: string }, account: Account): boolean =>
  owner.team === account.team && isHub(owner.hub, account);
