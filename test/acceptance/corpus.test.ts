import { corpusFeatures } from '../support/corpus.js';
import { expectGolden } from '../support/golden.js';
import { lineChanges } from '../support/line-changes.js';
import { corpusSeed } from '../support/planning-documents.js';
import { ask, makeProject, succeed, type Document } from '../support/project.js';
import { journalOf } from '../support/recount.js';
import { createSandbox, inSandbox, type Sandbox } from '../support/sandbox.js';

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
      expectGolden(`as-they-are/${feature}.txt`, `${told}\n`);
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

describe('features that wait for their acceptance', () => {
  it('scenario 27: 006 is refused by accept because documents are missing, and nothing changes', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, inLane('006', 'for_review'));
      const head = await sandbox.git(['rev-parse', 'HEAD']);
      for (const args of [['accept', '--check'], ['accept'], ['accept', 'WP03']]) {
        const { code, document } = await ask(sandbox, args);
        expect({ code, accepted: document['accepted'] }).toEqual({ code: 1, accepted: [] });
        expect(document['refused']).toHaveLength(args.includes('WP03') ? 1 : 6);
        for (const { reasons } of document['refused'])
          expect(reasons).toContainEqual(
            expect.objectContaining({
              code: 'missing-documents',
              message: 'Missing: spec.md, plan.md.',
            }),
          );
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
