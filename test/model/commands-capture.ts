import type fc from 'fast-check';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeIssues } from '../../src/domain/result.js';
import { tryLockFile } from '../../src/adapters/fs/process-lock.js';
import type { CaptureOutcome, Fact } from '../../src/ports/outbox.js';
import { fact } from '../support/facts.js';
import { compare } from './compare.js';
import type { DiskFault } from './faulty-disk.js';
import type { ModelRecord } from './model-types.js';
import { nameOf, type OutboxModel } from './outbox-model.js';
import { reconcile, type Holder } from './reconcile.js';
import { tally } from './tally.js';
import { ACCOUNTS, type World } from './world.js';

export type OutboxCommand = fc.AsyncCommand<Holder, World>;

/** Whose an event is (an index of the accounts, the last of which is nobody), and whether it is valid. */
export interface FactSketch {
  readonly owner: number;
  readonly isInvalid: boolean;
}

const ISSUES = [{ path: 'payload.wp_id', reason: 'is no work package id' }];

export const makeFact = (world: World, { owner, isInvalid }: FactSketch): Fact => {
  const account = ACCOUNTS[owner];
  return fact((world.facts += 1), {
    ...(account === undefined ? {} : { hub: nameOf(account), team: account.team }),
    ...(isInvalid ? { issues: ISSUES } : {}),
  });
};

export const recordOf = ({ event, hub, issues }: Fact): Omit<ModelRecord, 'record'> => ({
  eventId: event.event_id,
  team: event.team_slug,
  ...(hub === undefined ? {} : { hub }),
  ...(issues === undefined ? {} : { invalid: describeIssues(issues) }),
});

/** The states in which a capture can be cut off: before it, with the journal in order, and after each whole line. */
export const captureSteps = (model: OutboxModel, facts: readonly Fact[]): readonly OutboxModel[] => {
  const opened = model.copy();
  opened.capture();
  const prefixes = facts.map((_, index) => {
    const step = model.copy();
    step.capture(facts.slice(0, index + 1).map(recordOf));
    return step;
  });
  return [model.copy(), opened, ...prefixes];
};

export const captured = (outcomes: readonly CaptureOutcome[]): readonly string[] =>
  outcomes.flatMap((each) => (each.outcome === 'captured' ? [each.event.event_id] : []));

/** Several events as one step, under a limit, on a disk that may fail. */
export class Capture implements OutboxCommand {
  constructor(
    readonly sketches: readonly FactSketch[],
    readonly maxWaiting: number,
    readonly fault: DiskFault | undefined,
  ) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const facts = this.sketches.map((sketch) => makeFact(world, sketch));
    const model = holder.now;
    const waiting = model.waiting();
    world.disk.arm(this.fault);
    const outcomes = await world.outbox.capture(facts, { maxWaiting: this.maxWaiting });
    const { struck } = world.disk;
    world.disk.note();
    world.disk.arm(undefined);
    expect(
      outcomes.map((each) => (each.outcome === 'captured' ? each.event.event_id : each.eventId)),
    ).toEqual(facts.map(({ event }) => event.event_id));
    if (struck === undefined) this.#enter(model, facts, outcomes, waiting);
    else await this.#weather(holder, world, facts, outcomes);
    for (const each of outcomes) {
      if (each.outcome !== 'captured') continue;
      expect(each.event.lamport_clock).toBeGreaterThan(world.clock);
      world.clock = each.event.lamport_clock;
      world.hasClock = true;
    }
    await compare(holder.now, world);
  }

  #enter(
    model: OutboxModel,
    facts: readonly Fact[],
    outcomes: readonly CaptureOutcome[],
    waiting: number,
  ): void {
    const next = model.last + 1 + model.waitingForLock.length;
    const taken = captured(outcomes).length;
    model.capture(facts.slice(0, taken).map(recordOf));
    expect(outcomes.flatMap((each) => (each.outcome === 'captured' ? [each.record] : []))).toEqual(
      facts.slice(0, taken).map((_, index) => next + index),
    );
    // It is refused only what there is truly no room for.
    if (taken < facts.length) expect(waiting + taken).toBeGreaterThanOrEqual(this.maxWaiting);
    for (const each of outcomes.slice(taken)) expect(each).toMatchObject({ reason: 'outbox-full' });
    model.refused += facts.length - taken;
    tally('events captured', taken);
    tally('events refused', facts.length - taken);
  }

  async #weather(
    holder: Holder,
    world: World,
    facts: readonly Fact[],
    outcomes: readonly CaptureOutcome[],
  ): Promise<void> {
    const now = await reconcile(holder, world, captureSteps(holder.now, facts));
    const stored = new Set(now.records.map(({ eventId }) => eventId));
    for (const id of captured(outcomes)) expect(stored).toContain(id);
    // A process that died told nobody anything. One that lives may not refuse what it keeps.
    if (this.fault?.fault === 'dies') return;
    const refused = outcomes.flatMap((each) => (each.outcome === 'refused' ? [each.eventId] : []));
    expect(refused.filter((id) => stored.has(id))).toEqual([]);
  }

  toString(): string {
    const whose = this.sketches.map(({ owner, isInvalid }) => `${owner}${isInvalid ? '!' : ''}`).join(' ');
    return `Capture([${whose}], ${this.maxWaiting}${this.fault === undefined ? '' : `, ${JSON.stringify(this.fault)}`})`;
  }
}

/** A stopped process holds the capture lock: the events are durable beside the journal. */
export class CaptureBesideLock implements OutboxCommand {
  constructor(readonly sketches: readonly FactSketch[]) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const facts = this.sketches.map((sketch) => makeFact(world, sketch));
    const lock = tryLockFile(world.paths.captureLock);
    const outcomes = await world.outbox.capture(facts, { maxWaiting: Infinity });
    lock?.release();
    expect(outcomes).toEqual(facts.map(({ event }) => ({ outcome: 'waiting', eventId: event.event_id })));
    tally('events captured beside the lock', facts.length);
    holder.now.hasJournal = true;
    holder.now.waitingForLock.push(...facts.map(recordOf));
    await compare(holder.now, world);
  }

  toString(): string {
    return `CaptureBesideLock(${this.sketches.length})`;
  }
}

/** A process died in the middle of a write: a piece of a line stands at the end. */
export class Tear implements OutboxCommand {
  constructor(readonly piece: string) {}

  check({ now }: Readonly<Holder>): boolean {
    return now.hasJournal && !now.isTorn;
  }

  async run(holder: Holder, world: World): Promise<void> {
    if (!existsSync(world.paths.current)) return;
    world.append(world.paths.current, this.piece);
    holder.now.isTorn = true;
    await compare(holder.now, world);
  }

  toString(): string {
    return `Tear(${JSON.stringify(this.piece)})`;
  }
}

/** A process died between writing a temporary file and renaming it. */
export class LeaveTemporary implements OutboxCommand {
  constructor(readonly name: string) {}

  check({ now }: Readonly<Holder>): boolean {
    return now.hasJournal;
  }

  async run(holder: Holder, world: World): Promise<void> {
    mkdirSync(world.paths.segments, { recursive: true });
    for (const directory of [world.paths.directory, world.paths.segments, world.root])
      writeFileSync(join(directory, `.${this.name}.1.x.0.tmp`), '{"sum":');
    await compare(holder.now, world);
  }

  toString(): string {
    return `LeaveTemporary(${this.name})`;
  }
}

/** The clock's file is lost or makes no sense. */
export class BreakClock implements OutboxCommand {
  constructor(readonly content: string | undefined) {}

  check(): boolean {
    return true;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const path = join(world.root, 'clock.json');
    if (existsSync(path)) writeFileSync(path, this.content ?? readFileSync(path, 'utf8').slice(0, 9));
    await compare(holder.now, world);
  }

  toString(): string {
    return `BreakClock(${JSON.stringify(this.content)})`;
  }
}
