import type { ResolvedLeftOver } from '../../src/app/work/perform-work.js';
import type { Fact } from '../../src/ports/outbox.js';
import {
  captured,
  captureSteps,
  makeFact,
  recordOf,
  type FactSketch,
  type OutboxCommand,
} from './commands-capture.js';
import { compare } from './compare.js';
import type { DiskFault } from './faulty-disk.js';
import { resolveIntent, type ModelIntent } from './intents.js';
import type { OutboxModel } from './outbox-model.js';
import { reconcile, type Holder } from './reconcile.js';
import { tally } from './tally.js';
import type { World } from './world.js';

/** A command writes its intent, does a part of its work, then perhaps captures a part of its events, and dies. */
export class BeginIntent implements OutboxCommand {
  constructor(
    readonly sketches: readonly FactSketch[],
    readonly isProven: readonly boolean[],
    readonly captures: number,
  ) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const nextRecord = await world.outbox.nextRecord();
    const facts = this.sketches.map((sketch) => makeFact(world, sketch));
    world.intent = { facts, isProven: this.isProven, nextRecord };
    const first = facts.slice(0, this.captures);
    const outcomes = await world.outbox.capture(first, { maxWaiting: Infinity });
    expect(captured(outcomes)).toHaveLength(first.length);
    holder.now.capture(first.map(recordOf));
    await compare(holder.now, world);
  }

  toString(): string {
    return `BeginIntent(${this.sketches.length}, proven ${this.isProven.join(' ')}, captures ${this.captures})`;
  }
}

/** The next process in that repository brings the intent to its end, or dies as well. */
export class ResolveIntent implements OutboxCommand {
  constructor(readonly fault: DiskFault | undefined) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const { intent } = world;
    if (intent === undefined) return;
    const model = holder.now;
    const sealed = model.copy();
    sealed.capture();
    const found = new Set(
      sealed.records.filter(({ record }) => record >= intent.nextRecord).map(({ eventId }) => eventId),
    );
    const missing = intent.facts.filter(({ event }) => !found.has(event.event_id));
    const proven = missing.filter((each) => intent.isProven[intent.facts.indexOf(each)] === true);
    const steps = [...captureSteps(model, proven)];
    for (let withdrawn = 1; withdrawn <= missing.length - proven.length; withdrawn++) {
      for (const captures of captureSteps(model, proven)) {
        captures.withdrawn += withdrawn;
        steps.push(captures);
      }
    }
    const resolved = await resolveIntent(intent, world.outbox, world.disk, this.fault).catch(
      (error: unknown) => {
        if (world.disk.struck === undefined) throw error;
        return undefined;
      },
    );
    const { struck } = world.disk;
    world.disk.note();
    world.disk.arm(undefined);
    if (struck === undefined) {
      expect(resolved?.withdrawn).toHaveLength(missing.length - proven.length);
      holder.now = steps.at(-1)!;
      world.intent = undefined;
      tally('intents resolved');
    } else {
      await reconcile(holder, world, steps);
      // A process that died left its intent as it was; one that lives leaves what the storage did not take.
      if (this.fault?.fault !== 'dies') world.intent = keptOf(intent, proven, resolved, holder.now);
    }
    await compare(holder.now, world);
  }

  toString(): string {
    return `ResolveIntent(${this.fault === undefined ? '' : JSON.stringify(this.fault)})`;
  }
}

/** What is left of an intent, which is everything that was proven and is not in the journal. */
const keptOf = (
  intent: ModelIntent,
  proven: readonly Fact[],
  resolved: ResolvedLeftOver | undefined,
  now: OutboxModel,
): ModelIntent | undefined => {
  const kept = new Set((resolved?.kept?.events ?? []).map(({ event }) => event.event_id));
  const stored = new Set(now.records.map(({ eventId }) => eventId));
  expect(proven.filter(({ event }) => !kept.has(event.event_id) && !stored.has(event.event_id))).toEqual([]);
  const facts = intent.facts.filter(({ event }) => kept.has(event.event_id));
  if (facts.length > 0) tally('intents kept');
  return facts.length === 0 ? undefined : { ...intent, facts, isProven: facts.map(() => true) };
};
