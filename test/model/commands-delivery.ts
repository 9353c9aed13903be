import { LiftRefusals } from '../../src/app/delivery/sharing.js';
import { runPass } from '../../src/app/delivery/pass.js';
import { CONTRACT_LIMITS } from '../../src/domain/delivery/batch-plan.js';
import type { Decision } from '../../src/domain/outbox/decision.js';
import type { Outbox } from '../../src/ports/outbox.js';
import { collect, PROJECT } from '../support/facts.js';
import { compare } from './compare.js';
import type { OutboxCommand } from './commands-capture.js';
import type { DiskFault } from './faulty-disk.js';
import { ModelPass, type Script } from './model-pass.js';
import { isRefused, nameOf, type OutboxModel } from './outbox-model.js';
import { reconcile, type Holder } from './reconcile.js';
import { tally } from './tally.js';
import { ACCOUNTS, type World } from './world.js';

/** One pass of a sender to a hub that answers by a script, on a disk that may fail. */
export class Send implements OutboxCommand {
  constructor(
    readonly options: {
      readonly isInsisted: boolean;
      readonly maxEvents: number;
      readonly reclaims: boolean;
      readonly script: Script;
      readonly fault: DiskFault | undefined;
    },
  ) {}

  check({ now }: Readonly<Holder>): boolean {
    return now.hasJournal;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const { account } = world;
    if (account === undefined) return;
    const { isInsisted, maxEvents, reclaims, script, fault } = this.options;
    const model = holder.now;
    let begun: ModelPass | undefined;
    const begin = async (): Promise<ModelPass> =>
      (begun ??= new ModelPass(
        model,
        world,
        account,
        world.situation(isInsisted),
        script,
        await sealedAll(model, world),
      ));
    world.disk.arm(fault);
    const report = await runPass(
      onPass(world.outbox, begin),
      {
        courier: { carry: async (events) => (await begin()).carry(events) },
        learnt: { limits: { ...CONTRACT_LIMITS, maxEvents } },
        lamport: { update: async () => 0, read: async () => 0 } as never,
        wallClock: world.time,
        randomness: { next: () => 0.5, uuid: () => '' },
      },
      { account, sharing: world.sharing, isInsisted, ...(reclaims ? { reclaimBeforeMs: Infinity } : {}) },
    ).catch((error: unknown) => {
      if (world.disk.struck === undefined) throw error;
    });
    const pass = await begin();
    const { struck } = world.disk;
    world.disk.note();
    world.disk.arm(undefined);
    tally(`pass ended: ${report?.ended.end ?? 'by a fault'}`);
    if (report?.ended.end === 'complete' && struck === undefined) {
      pass.bury();
      expect([...pass.attempted]).toEqual(pass.due.map(({ record }) => record));
      if (reclaims) model.reclaim();
      pass.steps.push(model.copy());
    }
    if (struck === undefined) {
      const { ended, ...counts } = report!;
      expect(counts).toEqual(pass.counts);
      if (this.#isKind()) expect(ended).toEqual({ end: 'complete' });
    } else {
      // What can never be sent is settled before what comes after it is sent.
      for (const { record } of pass.due) if (!pass.attempted.has(record)) pass.bury(record);
      pass.bury();
      if (reclaims) model.reclaim((step) => pass.steps.push(step.copy()));
      pass.steps.push(model.copy());
      await this.#weather(holder, world, pass);
    }
    await compare(holder.now, world);
  }

  async #weather(holder: Holder, world: World, pass: ModelPass): Promise<void> {
    world.disk.arm(undefined);
    await pass.adoptClaims();
    await reconcile(holder, world, pass.steps);
  }

  #isKind(): boolean {
    const { calls, verdicts } = this.options.script;
    return calls.length === 0 && verdicts.every((verdict) => verdict === 'take');
  }

  toString(): string {
    return `Send(${JSON.stringify(this.options)})`;
  }
}

/** The same outbox, which calls `begin` when a pass holds it and what waited for the capture lock has been sealed, or could not be. */
const onPass = (outbox: Outbox, begin: () => Promise<unknown>): Outbox =>
  new Proxy(outbox, {
    get: (target, key) => {
      if (key === 'pass')
        return (work: Parameters<Outbox['pass']>[0]) =>
          target.pass(async (sender) => {
            await begin();
            return work(sender);
          });
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** A disk that fails once may refuse the sealing alone: the pass then goes on with what is in the journal. */
const sealedAll = async (model: OutboxModel, { disk, outbox }: World): Promise<boolean> => {
  if (model.waitingForLock.length === 0 || disk.struck === undefined || disk.isDead) return true;
  const records = await disk.aside(() => collect(outbox.records()));
  const sealed = new Set(records.map(({ eventId }) => eventId));
  return model.waitingForLock.every(({ eventId }) => sealed.has(eventId));
};

/** A person decides about waiting events, or a rule does. */
export class Decide implements OutboxCommand {
  constructor(
    readonly decision: 'claim' | 'consent' | 'withhold',
    readonly from: number,
    readonly count: number,
    readonly account: number,
  ) {}

  check({ now }: Readonly<Holder>): boolean {
    return now.hasJournal;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const { now } = holder;
    const account = ACCOUNTS[this.account % (ACCOUNTS.length - 1)]!;
    const from = now.first + Math.floor((now.last - now.first) * this.from);
    const range = { from, through: from + this.count - 1 };
    await decide(holder, world, [
      { decision: this.decision, range, hub: nameOf(account), team: account.team },
    ]);
  }

  toString(): string {
    return `Decide(${this.decision}, ${this.from}, ${this.count}, ${this.account})`;
  }
}

/** A person throws a dead letter away, or makes it pending again. */
export class Bury implements OutboxCommand {
  constructor(
    readonly decision: 'requeue' | 'discard',
    readonly which: number,
  ) {}

  check({ now }: Readonly<Holder>): boolean {
    return now.hasJournal;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const dead = holder.now
      .view()
      .flatMap(({ hub, team, states }) =>
        [...states].flatMap(([record, { is }]) => (is === 'dead' ? [{ record, hub, team }] : [])),
      );
    const chosen = dead[this.which % Math.max(1, dead.length)];
    if (chosen !== undefined) await decide(holder, world, [{ decision: this.decision, ...chosen }]);
  }

  toString(): string {
    return `Bury(${this.decision}, ${this.which})`;
  }
}

const decide = async (holder: Holder, world: World, decisions: readonly Decision[]): Promise<void> => {
  await world.outbox.decide(decisions);
  // There is nothing to decide about before there is a journal.
  if (!world.has(world.paths.current) && holder.now.segments.length === 1) return;
  for (const { decision } of decisions) tally(`decided: ${decision}`);
  holder.now.open();
  holder.now.decisions.push(...decisions);
  await compare(holder.now, world);
};

/** Somebody else signs in, or nobody is signed in any more. */
export class SignIn implements OutboxCommand {
  constructor(readonly account: number) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const { now } = holder;
    world.account = ACCOUNTS[this.account];
    if (world.account !== undefined) {
      const outboxes = { list: async () => [PROJECT], open: () => world.outbox };
      await new LiftRefusals({ outboxes }).run(world.account);
      const ledger = now.ledgerOf(world.account);
      if (ledger !== undefined && isRefused(ledger)) {
        tally('decided: ask-again');
        now.open();
        now.decisions.push({ decision: 'ask-again', hub: ledger.hub, team: ledger.team });
      }
    }
    await compare(now, world);
  }

  toString(): string {
    return `SignIn(${this.account})`;
  }
}

/** The project's events may leave this machine, or may not. */
export class Share implements OutboxCommand {
  constructor(readonly sharing: World['sharing']) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    world.sharing = this.sharing;
    await compare(holder.now, world);
  }

  toString(): string {
    return `Share(${this.sharing})`;
  }
}

/** Time passes, or the wall clock is set. */
export class MoveTime implements OutboxCommand {
  constructor(readonly ms: number) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    world.time.set(world.time.nowMs() + this.ms);
    await compare(holder.now, world);
  }

  toString(): string {
    return `MoveTime(${this.ms})`;
  }
}

/** The process ends without a word, and another one begins. */
export class Reopen implements OutboxCommand {
  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    world.reopen();
    await compare(holder.now, world);
  }

  toString(): string {
    return 'Reopen()';
  }
}
