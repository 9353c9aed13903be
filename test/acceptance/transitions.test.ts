import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHubProcess } from '../support/hub-process.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, signIn, succeed, type Document } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

/** How a command is called: once, once more, or by two processes at the same moment. */
type Way = (sandbox: Sandbox, args: readonly string[]) => Promise<readonly Answer[]>;
type Answer = { readonly code: number | undefined; readonly document: Document };

const WAYS: Readonly<Record<string, Way>> = {
  twice: async (sandbox, args) => [await ask(sandbox, args), await ask(sandbox, args)],
  'by two processes at once': (sandbox, args) =>
    Promise.all([ask(sandbox, args, {}, runCli), ask(sandbox, args, {}, runCli)]),
};

/** The project's events at the hub, in short, with what each says. */
const told = async (project: string): Promise<readonly string[]> =>
  (await hub.events(project)).map(({ event: { event_type: type, aggregate_id: about, payload } }) => {
    switch (type) {
      case 'WPStatusChanged':
        return `${about} ${payload.previous_status} → ${payload.new_status}`;
      case 'DependencyResolved':
        return `${about} needs no ${payload.dependency_wp_id} any more`;
      case 'HistoryAdded':
        return `${about} ${payload.entry_type}: ${payload.entry_content}`;
      default:
        return `${type} ${about}`;
    }
  });

const emittedBy = (answers: readonly Answer[]): readonly number[] =>
  answers.map(({ document }) => (document['events'] as unknown[] | undefined)?.length ?? 0).sort();

const inProject = (
  seed: Readonly<Record<string, string>>,
  story: (sandbox: Sandbox, project: string) => Promise<void>,
): Promise<void> =>
  inSandbox(async (sandbox) => {
    const project = await makeProject(sandbox, seed);
    await signIn(sandbox, hub.url);
    await story(sandbox, project);
    expect(await ask(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { left: 0 } });
    const stored = idsOf((await hub.events(project)).map(({ event }) => event));
    expect(stored).toEqual(idsOf(await journalOf(sandbox, project)));
    await expectAccounted(sandbox, { atHub: stored }, project);
    expect(await sandbox.git(['status', '--porcelain'])).toBe('');
  });

/** What an agent does: a commit in the work tree of a work package. */
const workOn = async (sandbox: Sandbox, id: string): Promise<void> => {
  const worktree = join(sandbox.project, '.worktrees', `${FEATURE}-${id}`);
  await writeFile(join(worktree, `${id}.txt`), 'work\n');
  await sandbox.git(['add', '--all'], worktree);
  await sandbox.git(['commit', '--quiet', '-m', `Work on ${id}`], worktree);
};

const delivered = async (sandbox: Sandbox, project: string): Promise<readonly string[]> => {
  await succeed(sandbox, ['sync', 'now']);
  return told(project);
};

describe.each(Object.entries(WAYS))('a command that is run %s', (_, run) => {
  it('scenario 26: init emits nothing', () =>
    inSandbox(async (sandbox) => {
      await sandbox.git(['init', '--quiet']);
      const answers = await run(sandbox, ['init']);
      expect(answers.map(({ code }) => code)).toEqual([0, 0]);
      expect(new Set(answers.map(({ document }) => document['project_uuid'])).size).toBe(1);
      expect(await journalOf(sandbox)).toEqual([]);
    }));

  it(
    'scenario 26: a whole life has one event for each transition, at the hub',
    () =>
      inProject(smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }), async (sandbox, project) => {
        const once = async (args: readonly string[], count: number): Promise<void> => {
          const answers = await run(sandbox, args);
          expect({ args, codes: answers.map(({ code }) => code) }).toEqual({ args, codes: [0, 0] });
          expect({ args, emitted: emittedBy(answers) }).toEqual({ args, emitted: [0, count] });
        };
        const move = ['agent', 'tasks', 'move-task', 'WP01', '--to'];
        const mark = ['agent', 'tasks', 'mark-status'];
        await once(['agent', 'feature', 'finalize-tasks'], 3);
        await once(['implement', 'WP01', '--agent', 'claude'], 1);
        await once([...mark, 'T001', '--status', 'pending'], 1);
        await once([...mark, 'T001', '--status', 'done'], 1);
        await once([...move, 'for_review', '--agent', 'claude'], 1);
        await once([...move, 'doing'], 1);
        await once([...move, 'planned'], 1);
        await once(['implement', 'WP01'], 1);
        await workOn(sandbox, 'WP01');
        await once(['merge', 'WP01'], 1);
        await once(['accept', 'WP01'], 2);
        await once([...move, 'planned', '--force'], 1);
        await once([...move, 'done', '--force'], 2);
        await once(['implement', 'WP02'], 1);
        await workOn(sandbox, 'WP02');
        await once([...mark, 'WP02', '--status', 'for_review'], 1);
        await once(['merge'], 0);
        await once(['accept'], 2);
        expect(await delivered(sandbox, project)).toEqual([
          'FeatureCreated 001-alpha',
          'WPCreated WP01',
          'WPCreated WP02',
          'WP01 planned → doing',
          'WP01 note: T001 is open again: Do it',
          'WP01 note: T001 is done: Do it',
          'WP01 doing → for_review',
          'WP01 for_review → doing',
          'WP01 doing → planned',
          'WP01 planned → doing',
          'WP01 doing → for_review',
          'WP01 for_review → done',
          'WP02 needs no WP01 any more',
          'WP01 done → planned',
          'WP01 planned → done',
          'WP02 needs no WP01 any more',
          'WP02 planned → doing',
          'WP02 doing → for_review',
          'WP02 for_review → done',
          'FeatureCompleted 001-alpha',
        ]);
      }),
    60_000,
  );

  it('scenario 26: every note is an event of its own', () =>
    inProject(smallFeature({ WP01: {} }), async (sandbox, project) => {
      const note = ['agent', 'tasks', 'add-history', 'WP01', '--note', 'seen', '--type', 'review'];
      expect(emittedBy(await run(sandbox, note))).toEqual([1, 1]);
      expect(await delivered(sandbox, project)).toEqual(['WP01 review: seen', 'WP01 review: seen']);
    }));

  it('scenario 26: a task and a work package are marked once, together and each with its event', () =>
    inProject(
      smallFeature({ WP01: { lane: 'for_review' } }, { 'tasks.md': '## WP01\n\n- [ ] T001 Build it\n' }),
      async (sandbox, project) => {
        const mark = ['agent', 'tasks', 'mark-status', 'T001', 'WP01', '--status', 'done'];
        const answers = await run(sandbox, mark);
        expect(answers.map(({ code }) => code)).toEqual([0, 0]);
        expect(emittedBy(answers)).toEqual([0, 3]);
        expect(await delivered(sandbox, project)).toEqual([
          'WP01 note: T001 is done: Build it',
          'WP01 for_review → done',
          'FeatureCompleted 001-alpha',
        ]);
      },
    ));

  it('scenario 26: what is announced is announced once, and a work package that comes later by itself', () =>
    inProject(smallFeature({ WP01: {} }), async (sandbox, project) => {
      const finalize = ['agent', 'feature', 'finalize-tasks'];
      expect(emittedBy(await run(sandbox, finalize))).toEqual([0, 2]);
      const { [`kitty-specs/001-alpha/tasks/WP02-work.md`]: text = '' } = smallFeature({ WP02: {} });
      await writeFile(join(sandbox.project, 'kitty-specs', '001-alpha', 'tasks', 'WP02-work.md'), text);
      await sandbox.git(['add', '--all']);
      await sandbox.git(['commit', '--quiet', '-m', 'one more']);
      expect(emittedBy(await run(sandbox, finalize))).toEqual([0, 1]);
      expect(await delivered(sandbox, project)).toEqual([
        'FeatureCreated 001-alpha',
        'WPCreated WP01',
        'WPCreated WP02',
      ]);
    }));
});

describe('a command that does nothing', () => {
  it('scenario 26: a transition that is refused and a lane that is reached already emit nothing', () =>
    inProject(smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }), async (sandbox) => {
      const head = await sandbox.git(['rev-parse', 'HEAD']);
      const move = ['agent', 'tasks', 'move-task', 'WP01', '--to'];
      expect(await ask(sandbox, [...move, 'done'])).toMatchObject({
        code: 1,
        document: { error: { code: 'transition-illegal' } },
      });
      expect(await ask(sandbox, ['implement', 'WP02'])).toMatchObject({
        code: 1,
        document: { error: { code: 'dependency-not-ready' } },
      });
      expect(await ask(sandbox, [...move, 'planned'])).toMatchObject({
        code: 0,
        document: { outcome: 'already-there', events: [] },
      });
      expect(await ask(sandbox, ['accept', 'WP01'])).toMatchObject({ code: 1, document: { events: [] } });
      expect(await journalOf(sandbox)).toEqual([]);
      expect(await sandbox.git(['rev-parse', 'HEAD'])).toBe(head);
    }));

  it('scenario 26: of two agents that begin one work package at once, one has it, and the other is told who', () =>
    inProject(smallFeature({ WP01: {} }), async (sandbox, project) => {
      const agents = ['claude', 'codex'];
      const answers = await Promise.all(
        agents.map((agent) => ask(sandbox, ['implement', 'WP01', '--agent', agent], {}, runCli)),
      );
      expect(answers.map(({ code }) => code).sort()).toEqual([0, 1]);
      const winner = agents[answers.findIndex(({ code }) => code === 0)];
      for (const { code, document } of answers)
        expect(document).toMatchObject({ outcome: code === 0 ? 'started' : 'already-doing', agent: winner });
      expect(await delivered(sandbox, project)).toEqual(['WP01 planned → doing']);
      const [stored] = await hub.events(project);
      expect(stored?.event['payload']).toMatchObject({ changed_by: winner });
    }));

  it('scenario 26: a command that breaks is one event, at the hub', () =>
    inProject(smallFeature({ WP01: { lane: 'for_review' } }), async (sandbox, project) => {
      const index = join(sandbox.project, '.git', 'index');
      await writeFile(index, 'this is no index');
      expect(await ask(sandbox, ['accept'])).toMatchObject({
        code: 1,
        document: { error: { code: 'git-failed' } },
      });
      await rm(index);
      await sandbox.git(['reset', '--quiet']);
      expect(await delivered(sandbox, project)).toEqual(['ErrorLogged error']);
    }));

  it('scenario 26: two processes that move one work package to different lanes: each says what it did, and the events agree with the file', () =>
    inProject(smallFeature({ WP01: { lane: 'doing' } }), async (sandbox, project) => {
      const move = ['agent', 'tasks', 'move-task', 'WP01', '--to'];
      const answers = await Promise.all([
        ask(sandbox, [...move, 'for_review'], {}, runCli),
        ask(sandbox, [...move, 'planned'], {}, runCli),
      ]);
      // From for_review nothing leads to planned, nor back: one of them wins and the other is told.
      expect(answers.map(({ code }) => code).sort()).toEqual([0, 1]);
      const lost = answers.find(({ code }) => code === 1)!;
      expect(lost.document['error']['code']).toBe('transition-illegal');
      expect(await delivered(sandbox, project)).toHaveLength(1);
    }));
});
