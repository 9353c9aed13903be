import type { Emission } from '../../../src/app/outbox/event-emitter.js';
import { nothingToDo, type WorkPlan } from '../../../src/app/work/perform-work.js';
import type { FeatureFiles, FileChange } from '../../../src/ports/work.js';
import { Fuse, Killed, mortal, mortalPorts } from '../../support/mortal.js';
import {
  workflowWorld,
  PROJECT,
  useCases,
  type WorkflowPorts,
  type WorkflowWorld,
} from '../../support/workflow-world.js';

const WP1 = 'kitty-specs/001-x/tasks/WP01-a.md';
const WP2 = 'kitty-specs/001-x/tasks/WP02-b.md';
const WP3 = 'kitty-specs/001-x/tasks/WP03-c.md';
const META = 'kitty-specs/001-x/meta.json';
const SEED: Readonly<Record<string, string>> = { [WP1]: 'one\n', [WP2]: 'two\n', [META]: '{}\n' };

const fact = (emission: Emission, id: string) =>
  emission.fact('WPCreated', {
    wp_id: id,
    title: id,
    dependencies: [],
    status: 'planned',
    feature_slug: '001-x',
  });

type Plan = (emission: Emission, files: FeatureFiles) => Promise<WorkPlan<string>>;

/** One file, one event: the file changes in one step. */
const oneFile: Plan = async (emission, files) => {
  const before = await files.text('', WP1);
  if (before !== SEED[WP1]) return nothingToDo('done before');
  const event = {
    fact: fact(emission, 'WP01'),
    evidence: { evidence: 'line', path: WP1, line: 'proof' } as const,
  };
  return {
    result: 'done',
    changes: [{ path: WP1, before, after: `${before}proof\n` }],
    events: [event],
    message: 'm',
  };
};

/** Two files without evidence and a last one that proves two events. */
const lastFile: Plan = async (emission, files) => {
  const before = await files.text('', META);
  if (before !== SEED[META]) return nothingToDo('done before');
  const facts = [fact(emission, 'WP01'), fact(emission, 'WP02')];
  const announced = Object.fromEntries(facts.map(({ event }) => [event.aggregate_id, event.event_id]));
  const changes: FileChange[] = [
    { path: WP1, before: SEED[WP1], after: 'one, changed\n' },
    { path: WP2, before: SEED[WP2], after: 'two, changed\n' },
    { path: META, before, after: JSON.stringify({ announced }) },
  ];
  const events = facts.map((each) => ({
    fact: each,
    evidence: {
      evidence: 'announced',
      path: META,
      key: each.event.aggregate_id,
      eventId: each.event.event_id,
    } as const,
  }));
  return { result: 'done', changes, events, message: 'm' };
};

/** Two files, each of which proves an event of its own; one of them does not exist yet. */
const eachFile: Plan = async (emission, files) => {
  if ((await files.text('', WP3)) !== undefined) return nothingToDo('done before');
  return {
    result: 'done',
    changes: [
      { path: WP1, before: SEED[WP1], after: 'one\nproof one\n' },
      { path: WP3, before: undefined, after: 'proof three\n' },
    ],
    events: [
      { fact: fact(emission, 'WP01'), evidence: { evidence: 'line', path: WP1, line: 'proof one' } },
      { fact: fact(emission, 'WP03'), evidence: { evidence: 'line', path: WP3, line: 'proof three' } },
    ],
    message: 'm',
  };
};

const runPlan = async (ports: WorkflowPorts, world: WorkflowWorld, plan: Plan, message = true) => {
  const at = (files: FeatureFiles): FeatureFiles =>
    ({ text: (_: string, path: string) => files.text(world.root, path) }) as FeatureFiles;
  return useCases(ports).perform.run({
    checkout: await world.checkout(),
    plan: async (emission) => {
      const { message: text, ...plain } = await plan(emission, at(ports.files));
      return message && text !== undefined ? { ...plain, message: text } : plain;
    },
  });
};

const resolveNow = async (ports: WorkflowPorts, world: WorkflowWorld) =>
  ports.repository.exclusive(await world.checkout(), (held) =>
    useCases(ports).resolve.run(held, { maxWaiting: 100 }),
  );

const expectAsBefore = async (world: WorkflowWorld): Promise<void> => {
  const texts = [...Object.keys(SEED), WP3].map((path) => world.files.text(world.root, path));
  expect(await Promise.all(texts)).toEqual([...Object.values(SEED), undefined]);
};

describe.each([
  ['one file', oneFile, 1],
  ['several files of which the last proves all events', lastFile, 2],
  ['several files of which each proves its own event', eachFile, 2],
] as const)('scenario 30: a command that changes %s', (_name, plan, events) => {
  // A commit is four processes of git; where each of them may be killed is tried by the tests of real kills.
  it.each([
    ['commits', true, 5],
    ['leaves the commit to the user', false, 1],
  ])(
    'and %s is as done once as if it had not been killed, wherever it is killed',
    async (_what, commits, stride) => {
      let steps = 0;
      for (; ; steps += stride) {
        const world = workflowWorld(SEED, { underGit: commits });
        const fuse = new Fuse(steps);
        const first = await runPlan(mortalPorts(world, fuse), world, plan, commits).catch(
          (error: unknown) => error,
        );
        if (!fuse.isBurnt) break;
        // A death after the last effect may go unnoticed by the caller.
        if (!(first instanceof Killed)) expect(first).toMatchObject({ result: 'done' });
        await resolveNow(world, world);
        const captured = await world.captured();
        const isDone = captured.length > 0;
        // All or nothing: either every event and every file, or no event and every file as before.
        expect([0, events]).toContain(captured.length);
        if (!isDone) await expectAsBefore(world);
        if (commits) expect(world.scratch.git('status', '--porcelain')).toBe('');
        expect([0, isDone ? 0 : events]).toContain(await world.withdrawn());
        expect(await resolveNow(world, world)).toBeUndefined();
        // Run again, it finds it done or does it: exactly one event for each fact.
        const again = await runPlan(world, world, plan, commits);
        expect(again.result).toBe(isDone ? 'done before' : 'done');
        expect(await world.captured()).toHaveLength(events);
        expect(new Set(await world.captured()).size).toBe(events);
        if (commits) expect(world.scratch.git('rev-list', '--count', 'HEAD').trim()).toBe('2');
      }
      expect(steps).toBeGreaterThan(15);
    },
  );

  it('is brought to the same end when the resolver is killed as well', async () => {
    let deaths = 0;
    for (let steps = 0; ; steps += 3) {
      for (let second = 0; ; second++) {
        const world = workflowWorld(SEED, { underGit: false });
        const fuse = new Fuse(steps);
        await runPlan(mortalPorts(world, fuse), world, plan, false).catch(() => undefined);
        if (!fuse.isBurnt) {
          expect(deaths).toBeGreaterThan(20);
          return;
        }
        const resolver = new Fuse(second);
        await resolveNow(mortalPorts(world, resolver), world).catch(() => undefined);
        await resolveNow(world, world);
        const captured = await world.captured();
        expect([0, events]).toContain(captured.length);
        expect(new Set(captured).size).toBe(captured.length);
        if (captured.length === 0) await expectAsBefore(world);
        if (!resolver.isBurnt) break;
        deaths += 1;
      }
    }
  });
});

describe('what a dead command left over', () => {
  it('scenario 30: is swept up where it died while it wrote a file', async () => {
    const world = workflowWorld(SEED);
    const fuse = new Fuse(0);
    const files = mortal(world.files, fuse, ['text', 'sweep']);
    await runPlan({ ...world, files }, world, oneFile).catch(() => undefined);
    expect(fuse.isBurnt).toBe(true);
    const folder = 'kitty-specs/001-x/tasks';
    world.scratch.write(`${folder}/.WP01-a.md.4711.mwowvlui.0.tmp`, 'half of it');
    world.scratch.write(`${folder}/.WP01-a.md.mine.tmp`, 'of a person');
    const resolved = await resolveNow(world, world);
    expect(resolved).toMatchObject({ outcomes: [], withdrawn: [expect.any(String)] });
    expect(world.scratch.git('status', '--porcelain')).toBe(`?? ${folder}/.WP01-a.md.mine.tmp\n`);
  });

  /** Kills the command right before its first commit. */
  const killedBeforeCommit = async (world: WorkflowWorld, plan: Plan = oneFile): Promise<void> => {
    const repository = Object.create(world.repository, {
      commit: { value: () => Promise.reject(new Killed()) },
      exclusive: { value: world.repository.exclusive.bind(world.repository) },
      head: { value: world.repository.head.bind(world.repository) },
      commitObstacle: { value: world.repository.commitObstacle.bind(world.repository) },
    }) as WorkflowWorld['repository'];
    const files = Object.create(world.files, {
      restore: { value: () => Promise.reject(new Killed()) },
      write: { value: world.files.write.bind(world.files) },
      text: { value: world.files.text.bind(world.files) },
    }) as FeatureFiles;
    await expect(runPlan({ ...world, repository, files }, world, plan)).rejects.toBeInstanceOf(Killed);
  };

  it('is reported by the command that finds it', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    const next = await runPlan(world, world, oneFile);
    expect(next.result).toBe('done before');
    expect(next.leftOver).toMatchObject({ outcomes: [{ outcome: 'captured' }], withdrawn: [] });
  });

  it('is captured from the tip of its branch when another one is checked out', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    const checkout = await world.checkout();
    await world.repository.commit({ checkout }, [WP1], 'by hand');
    world.scratch.git('checkout', '--quiet', '-b', 'other', 'HEAD~1');
    expect(await resolveNow(world, world)).toMatchObject({
      outcomes: [{ outcome: 'captured' }],
      withdrawn: [],
    });
    expect(await world.files.text(world.root, WP1)).toBe(SEED[WP1]);
  });

  it('is captured but not committed when its files were carried to another branch', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    world.scratch.git('checkout', '--quiet', '-b', 'other');
    expect(await resolveNow(world, world)).toMatchObject({ outcomes: [{ outcome: 'captured' }] });
    expect(await world.repository.dirtyPaths(world.root)).toEqual([WP1]);
  });

  it('is withdrawn when neither work tree nor branch has anything of it', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    world.scratch.git('checkout', '--quiet', '-b', 'other');
    world.write(WP1, SEED[WP1] ?? '');
    const resolved = await resolveNow(world, world);
    expect(resolved).toMatchObject({ outcomes: [], withdrawn: [expect.any(String)] });
    expect(await world.withdrawn()).toBe(1);
  });

  it('stays captured although git refuses its commit, and the reason is told', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    world.repository.commit = async () => ({ ok: false, error: 'a hook says no' });
    const resolved = await resolveNow(world, world);
    expect(resolved).toMatchObject({ outcomes: [{ outcome: 'captured' }], commitRefused: 'a hook says no' });
  });

  it('keeps its hands off files that somebody has edited since', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world, lastFile);
    world.write(META, 'by hand\n');
    world.write(WP1, 'by hand, too\n');
    expect(await resolveNow(world, world)).toMatchObject({
      outcomes: [],
      withdrawn: [expect.any(String), expect.any(String)],
    });
    expect(world.text(META)).toBe('by hand\n');
    expect(world.text(WP1)).toBe('by hand, too\n');
    expect(world.text(WP2)).toBe(SEED[WP2]);
  });

  it('stays in the intent while the journal cannot be read, and is captured once when it can', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    const outbox = world.outboxes.open(PROJECT);
    const records = outbox.records.bind(outbox);
    outbox.records = () => {
      throw new Error('unreadable');
    };
    expect(await resolveNow(world, world)).toMatchObject({
      outcomes: [{ outcome: 'kept', message: 'unreadable' }],
      kept: { events: [{ evidence: { evidence: 'established' } }] },
    });
    expect(await world.intents.read({ checkout: await world.checkout() })).not.toBe('none');
    outbox.records = records;
    expect(await resolveNow(world, world)).toMatchObject({ outcomes: [{ outcome: 'captured' }] });
    expect(await resolveNow(world, world)).toBeUndefined();
    expect(await world.captured()).toHaveLength(1);
  });

  it('is not captured twice in a journal that was begun afresh and has it', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    const held = { checkout: await world.checkout() };
    const intent = await world.intents.read(held);
    if (typeof intent === 'string') throw new Error('no intent');
    await world.outboxes.open(PROJECT).capture(
      intent.events.map(({ event }) => ({ event })),
      { maxWaiting: 9 },
    );
    await world.intents.write(held, { ...intent, nextRecord: 1000 });
    expect(await resolveNow(world, world)).toMatchObject({ outcomes: [], withdrawn: [] });
    expect(await world.captured()).toHaveLength(1);
  });

  it('keeps the issues that make an event a dead letter, and the hub it was meant for', async () => {
    const world = workflowWorld(SEED);
    await killedBeforeCommit(world);
    const held = { checkout: await world.checkout() };
    const intent = await world.intents.read(held);
    if (typeof intent === 'string') throw new Error('no intent');
    const events = intent.events.map((each) => ({
      ...each,
      hub: 'h',
      issues: [{ path: 'payload', reason: 'odd' }],
    }));
    await world.intents.write(held, { ...intent, events });
    await resolveNow(world, world);
    for await (const record of world.outboxes.open(PROJECT).records()) {
      expect(record).toMatchObject({ hub: 'h', invalid: expect.stringContaining('odd') });
    }
  });

  it('of a torn intent is nothing: its work had not begun', async () => {
    const world = workflowWorld(SEED);
    let cleared = 0;
    const intents = {
      read: async () => 'unreadable' as const,
      write: async () => undefined,
      clear: async () => void (cleared += 1),
    };
    expect(await resolveNow({ ...world, intents }, world)).toBeUndefined();
    expect(cleared).toBe(1);
    expect(await world.withdrawn()).toBe(0);
  });
});
