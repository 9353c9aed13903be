import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { corpusFeatures } from '../support/corpus.js';
import { lineChanges } from '../support/line-changes.js';
import { corpusSeed } from '../support/planning-documents.js';
import { ask, makeProject, succeed, type Document } from '../support/project.js';
import { journalOf } from '../support/recount.js';
import { createSandbox, inSandbox, type Sandbox } from '../support/sandbox.js';

const GOLDEN = join(import.meta.dirname, '..', 'fixtures', 'golden');

const golden = (name: string): string => readFileSync(join(GOLDEN, name), 'utf8').trimEnd();

/** A feature of the corpus with every work package in another lane. */
const inLane = (number: string, lane: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(corpusSeed(number)).map(([path, text]) => [
      path,
      path.includes('/tasks/') ? text.replace(/^lane: .*$/m, `lane: ${lane}`) : text,
    ]),
  );

const finalize = (sandbox: Sandbox, feature: string): Promise<Document> =>
  succeed(sandbox, ['agent', 'feature', 'finalize-tasks', '--feature', feature]);

describe('features as people and agents left them', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await createSandbox();
    await makeProject(sandbox, corpusSeed());
  });

  afterAll(() => sandbox.dispose());

  it.each(corpusFeatures())(
    'scenario 27: %s is finalized as it is, and only the lines that had to change have changed',
    async (feature) => {
      const before = await journalOf(sandbox);
      const { warnings, work_packages: workPackages, announced } = await finalize(sandbox, feature);
      const told = [...(warnings as string[]), await lineChanges(sandbox)].join('\n');
      expect(told).toBe(golden(`${feature}.txt`));
      expect(announced).toHaveLength(workPackages.length + 1);
      const events = (await journalOf(sandbox)).slice(before.length);
      expect(events.map(({ event_type: type }) => type as string)).toEqual([
        'FeatureCreated',
        ...workPackages.map(() => 'WPCreated'),
      ]);
      expect(new Set(events.map(({ causation_id: cause }) => cause as string)).size).toBe(1);
      expect(events.slice(1).map(({ payload }) => payload.status as string)).toEqual(
        workPackages.map(() => 'done'),
      );
      const head = await sandbox.git(['rev-parse', 'HEAD']);
      expect(await finalize(sandbox, feature)).toMatchObject({ outcome: 'nothing-to-do', events: [] });
      expect(await sandbox.git(['rev-parse', 'HEAD'])).toBe(head);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
    },
  );
});

describe('features that go through their life again', () => {
  it(
    'scenario 27: 010 is implemented, moved, merged and accepted, one event for each transition',
    () =>
      inSandbox(async (sandbox) => {
        const feature = '010-workspace-per-work-package-for-parallel-development';
        await makeProject(sandbox, inLane('010', 'planned'));
        const { work_packages: workPackages } = await finalize(sandbox, feature);
        const start = await sandbox.git(['rev-parse', 'HEAD']);
        const known = (await journalOf(sandbox)).length;
        for (const { id } of workPackages as readonly { id: string }[]) {
          const { worktree, branch } = await succeed(sandbox, ['implement', id, '--feature', feature]);
          await writeFile(join(worktree, `${id}.txt`), 'done\n');
          await sandbox.git(['add', `${id}.txt`], worktree);
          await sandbox.git(['commit', '--quiet', '-m', `Implement ${id}`], worktree);
          const move = ['agent', 'tasks', 'move-task', id, '--to', 'for_review'];
          expect(await succeed(sandbox, move, { cwd: worktree })).toMatchObject({
            feature,
            outcome: 'moved',
          });
          const early = await ask(sandbox, ['accept', id, '--feature', feature]);
          expect(early).toMatchObject({
            code: 1,
            document: { refused: [{ work_package_id: id }], events: [] },
          });
          await sandbox.git(['merge', '--quiet', '--no-edit', branch]);
          const accepted = await succeed(sandbox, ['accept', id, '--feature', feature]);
          expect(accepted).toMatchObject({ accepted: [id], refused: [] });
        }
        const events = (await journalOf(sandbox)).slice(known);
        const count = (type: string): number => events.filter(({ event_type: its }) => its === type).length;
        const edges = (workPackages as readonly { dependencies: string[] }[]).flatMap(
          (wp) => wp.dependencies,
        );
        expect([count('WPStatusChanged'), count('DependencyResolved'), count('FeatureCompleted')]).toEqual([
          30,
          edges.length,
          1,
        ]);
        expect(events).toHaveLength(31 + edges.length);
        expect(events.at(-1)).toMatchObject({ event_type: 'FeatureCompleted', payload: { total_wps: 10 } });

        // Every work package file: one lane, three lines in its Activity Log, and not a byte more.
        const changes = (await lineChanges(sandbox, [start, 'HEAD', '--', 'kitty-specs'])).split('\n');
        const files = changes.filter((line) => line.startsWith('file '));
        expect(files.every((line) => line.includes('/tasks/WP'))).toBe(true);
        expect(files).toHaveLength(10);
        expect(changes.filter((line) => line.startsWith('-')).sort()).toEqual(
          files.map(() => '-lane: planned').sort(),
        );
        const added = changes.filter((line) => /^\+(?!\+)/.test(line));
        const log =
          /^\+- <time> – .+ – lane=(doing|for_review|done) – (Started implementation|Moved to for_review|Accepted)$/;
        expect(added.filter((line) => line !== '+lane: done' && !log.test(line))).toEqual([]);
        expect(added).toHaveLength(40);
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      }),
    120_000,
  );

  it('scenario 27: 006 is refused by accept because documents are missing, and nothing changes', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, inLane('006', 'for_review'));
      const head = await sandbox.git(['rev-parse', 'HEAD']);
      for (const args of [['accept', '--check'], ['accept'], ['accept', 'WP03']]) {
        const { code, document } = await ask(sandbox, args);
        expect({ code, accepted: document['accepted'] }).toEqual({ code: 1, accepted: [] });
        expect(document['refused']).toHaveLength(args.includes('WP03') ? 1 : 6);
        for (const { reasons } of document['refused'])
          expect(reasons).toContainEqual({
            code: 'missing-documents',
            message: 'Missing: spec.md, plan.md.',
          });
      }
      expect(await sandbox.git(['rev-parse', 'HEAD'])).toBe(head);
      expect(await journalOf(sandbox)).toEqual([]);
    }));

  it('scenario 27: of 034 accept refuses exactly the work packages that have open boxes, and says which', () =>
    inSandbox(async (sandbox) => {
      const seed = inLane('034', 'for_review');
      await makeProject(sandbox, seed);
      const open = openBoxesIn(seed['kitty-specs/034-feature-status-state-model-remediation/tasks.md'] ?? '');
      expect(open.size).toBeGreaterThan(0);
      const { code, document } = await ask(sandbox, ['accept']);
      expect(code).toBe(1);
      const refused = document['refused'] as readonly { work_package_id: string; reasons: Document[] }[];
      expect(refused.map(({ work_package_id: id }) => id)).toEqual([...open.keys()]);
      for (const { work_package_id: id, reasons } of refused) {
        expect(reasons.map((reason) => reason['code'] as string)).toEqual(['open-boxes']);
        expect(reasons[0]!['message']).toContain(`${open.get(id)} open`);
      }
      expect(document['accepted']).toHaveLength(17 - open.size);
      const events = await journalOf(sandbox);
      const moved = events.filter(({ event_type: type }) => type === 'WPStatusChanged');
      expect(moved.map(({ aggregate_id: id }) => id as string)).toEqual(document['accepted']);
    }));
});

/** How many boxes are open in the section of each work package that has any, counted line by line. */
const openBoxesIn = (tasks: string): ReadonlyMap<string, number> => {
  const open = new Map<string, number>();
  let id = '';
  for (const line of tasks.split('\n')) {
    id = /^## .*?(WP\d+)/.exec(line)?.[1] ?? (line.startsWith('## ') ? '' : id);
    if (id !== '' && /^\s*- \[ \]/.test(line)) open.set(id, (open.get(id) ?? 0) + 1);
  }
  return open;
};
