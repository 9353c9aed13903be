import { SyncError } from '../../../src/domain/errors.js';
import { nothingToDo, type WorkPlan } from '../../../src/app/work/perform-work.js';
import type { Emission } from '../../../src/app/outbox/event-emitter.js';
import type { CaptureOutcome, Fact } from '../../../src/ports/outbox.js';
import { workflowWorld, PROJECT, useCases } from '../../support/workflow-world.js';

const pathOf = (id: string): string => `kitty-specs/001-x/tasks/${id}-a.md`;
const SEED = { [pathOf('WP01')]: 'one\n', [pathOf('WP02')]: 'two\n' };

/** Adds a line to a work package's file and tells of it. */
const note =
  (id: string, before: string) =>
  async (emission: Emission): Promise<WorkPlan<string>> => {
    const fact = emission.fact('HistoryAdded', {
      wp_id: id,
      entry_type: 'note',
      entry_content: 'a note',
      author: 'ann',
      feature_slug: '001-x',
    });
    const line = `note ${fact.event.event_id}`;
    return {
      result: 'noted',
      changes: [{ path: pathOf(id), before, after: `${before}${line}\n` }],
      events: [{ fact, evidence: { evidence: 'line', path: pathOf(id), line } }],
      message: 'Note',
    };
  };

type Failure = (fact: Fact) => CaptureOutcome;

const refused: Failure = ({ event }) => ({
  outcome: 'refused',
  eventId: event.event_id,
  reason: 'storage-failed',
  message: 'the disk is full',
});

/** A world whose outbox fails until it is mended. */
const worldThatFails = async (failure: Failure, stores = false) => {
  const world = workflowWorld(SEED);
  const outbox = world.outboxes.open(PROJECT);
  const capture = outbox.capture.bind(outbox);
  const confirm = outbox.confirm.bind(outbox);
  outbox.capture = async (facts, limits) => {
    if (stores) await capture(facts, limits);
    return facts.map(failure);
  };
  outbox.confirm = async () => {
    throw new SyncError('storage-failed', 'the disk confirms nothing');
  };
  return {
    world,
    run: async (plan: (emission: Emission) => Promise<WorkPlan<string>>) =>
      useCases(world).perform.run({ checkout: await world.checkout(), plan }),
    mend: () => Object.assign(outbox, { capture, confirm }),
    intent: async () => world.intents.read({ checkout: await world.checkout() }),
    text: (id: string) => world.text(pathOf(id)) ?? '',
  };
};

describe('events that the storage does not take', () => {
  it('scenario 5: stay in the intent, do not fail the command, and are captured once by the next one', async () => {
    const { world, run, mend, intent } = await worldThatFails(refused);
    const done = await run(note('WP01', 'one\n'));
    expect(done).toMatchObject({
      result: 'noted',
      commit: expect.any(String),
      outcomes: [{ outcome: 'kept', message: 'the disk is full' }],
    });
    expect(await intent()).toMatchObject({ events: [{ evidence: { evidence: 'line' } }] });
    mend();
    const next = await run(async () => nothingToDo('nothing'));
    expect(next.leftOver?.outcomes).toMatchObject([{ outcome: 'captured' }]);
    expect(await world.captured()).toHaveLength(1);
    expect(await intent()).toBe('none');
  });

  it('are taken along by further work, in the order in which it was done', async () => {
    const { world, run, mend, intent } = await worldThatFails(refused);
    const first = await run(note('WP01', 'one\n'));
    const second = await run(note('WP02', 'two\n'));
    expect(second.leftOver?.outcomes).toMatchObject([{ outcome: 'kept' }]);
    mend();
    await run(async () => nothingToDo('nothing'));
    const ids = [...first.outcomes, ...second.outcomes].map((each) =>
      each.outcome === 'kept' ? each.eventId : '',
    );
    expect(await world.captured()).toEqual(ids);
    expect(await intent()).toBe('none');
  });

  it('survive further work that is undone', async () => {
    const { world, run, mend } = await worldThatFails(refused);
    await run(note('WP01', 'one\n'));
    await expect(run(note('WP02', 'something else\n'))).rejects.toThrow('changed by somebody else');
    mend();
    await run(async () => nothingToDo('nothing'));
    expect(await world.captured()).toHaveLength(1);
    expect(await world.withdrawn()).toBe(0);
  });

  it('need no evidence any more once a resolver has seen it', async () => {
    const { world, run, mend } = await worldThatFails(refused);
    await run(note('WP01', 'one\n'));
    await run(async () => nothingToDo('sees the proof'));
    world.write(pathOf('WP01'), 'written anew\n');
    mend();
    await run(async () => nothingToDo('nothing'));
    expect(await world.captured()).toHaveLength(1);
  });

  it('are never captured a second time when the journal has them and the disk did not confirm it', async () => {
    const unconfirmed: Failure = ({ event }) => ({
      outcome: 'unconfirmed',
      eventId: event.event_id,
      message: 'no sync',
    });
    const { world, run, mend, intent } = await worldThatFails(unconfirmed, true);
    expect((await run(note('WP01', 'one\n'))).outcomes).toMatchObject([{ outcome: 'kept' }]);
    const again = await run(async () => nothingToDo('nothing is confirmed yet'));
    expect(again.leftOver?.kept?.events).toHaveLength(1);
    mend();
    await run(async () => nothingToDo('nothing'));
    expect(await world.captured()).toHaveLength(1);
    expect(await intent()).toBe('none');
  });

  it('keep work under another identity from taking their place', async () => {
    const { world, run, intent } = await worldThatFails(refused);
    await run(note('WP01', 'one\n'));
    const before = await intent();
    if (typeof before === 'string') throw new Error('no intent');
    await world.intents.write(
      { checkout: await world.checkout() },
      { ...before, project: '00000000-0000-4000-8000-000000000000' },
    );
    world.outboxes.open('00000000-0000-4000-8000-000000000000').capture = async (facts) => facts.map(refused);
    await expect(run(note('WP02', 'two\n'))).rejects.toMatchObject({ kind: 'storage-failed' });
    expect(await intent()).toMatchObject({ events: [{ evidence: { evidence: 'established' } }] });
    expect(world.text(pathOf('WP02'))).toBe('two\n');
  });

  it('are refused for good, and counted, when it is the limit that keeps them out', async () => {
    const world = workflowWorld(SEED);
    const { perform } = useCases(world, 0);
    const done = await perform.run({ checkout: await world.checkout(), plan: note('WP01', 'one\n') });
    expect(done.outcomes).toMatchObject([{ outcome: 'refused', reason: 'outbox-full' }]);
    expect(await world.intents.read({ checkout: await world.checkout() })).toBe('none');
  });
});
