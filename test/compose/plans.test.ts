import {
  listPlans,
  readPlan,
  type PlanFinding,
  type PlanSource,
  type ReadPlan,
} from '../../src/app/compose/plans.js';
import { ReadBoard } from '../../src/app/work/read-board.js';
import { corpusFeatures } from '../support/corpus.js';
import { corpusSeed, FEATURE, FOLDER, pathOf, smallFeature } from '../support/planning-documents.js';
import { workflowWorld } from '../support/workflow-world.js';

/** Texts as files in folders. */
const sourceOf = (files: Readonly<Record<string, string>>): PlanSource => ({
  entries: async (folder) => {
    const below = Object.keys(files).flatMap((path) =>
      path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
    );
    const names = new Map(below.map((path) => [path.split('/')[0] ?? '', path.includes('/')]));
    return [...names].map(([name, isFolder]) => ({ name, isFolder }));
  },
  text: async (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`There is no ${path}.`);
    return text;
  },
});

const plan = async (files: Readonly<Record<string, string>>, feature = FEATURE): Promise<ReadPlan> => {
  const read = await readPlan(sourceOf(files), feature);
  if (read === undefined) throw new Error('no feature');
  return read;
};

const findings = async (files: Readonly<Record<string, string>>): Promise<readonly PlanFinding[]> =>
  (await plan(files)).findings;

describe('a plan that is read from texts alone', () => {
  it.each(corpusFeatures())('has the board that every command shows: %s', async (feature) => {
    const files = corpusSeed(feature);
    const world = workflowWorld(files);
    const { board, workPackages } = await plan(files, feature);
    expect(board).toEqual(
      await new ReadBoard({ repository: world.repository, files: world.files }).run({
        checkout: await world.checkout(),
        feature,
      }),
    );
    expect(Object.keys(workPackages)).toEqual(board?.cards.map(({ workPackageId }) => workPackageId));
  });

  it('knows the file of each work package, and its boxes that have an id', async () => {
    const tasks = '## WP01: a\n\n- [ ] T001 Write it\n- [x] T002 Test it\n- [ ] no id\n';
    const { workPackages } = await plan({ ...smallFeature({ WP01: {} }), [`${FOLDER}/tasks.md`]: tasks });
    expect(workPackages).toEqual({
      WP01: {
        path: pathOf('WP01'),
        tasks: [
          { taskId: 'T001', text: 'T001 Write it', isDone: false },
          { taskId: 'T002', text: 'T002 Test it', isDone: true },
        ],
      },
    });
  });

  it('is none where the folder is no feature', async () => {
    const source = sourceOf({ 'kitty-specs/notes/a.md': 'x' });
    expect(await listPlans(source)).toEqual(['notes']);
    expect(await readPlan(source, 'notes')).toBeUndefined();
  });

  it('has no board, but the reason, while a conflict stands in it', async () => {
    const {
      board,
      reason,
      findings: found,
    } = await plan({
      ...smallFeature({ WP01: {} }),
      [`${FOLDER}/plan.md`]: 'a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n',
    });
    expect(board).toBeUndefined();
    expect(reason).toContain('plan.md:2');
    expect(found).toMatchObject([{ path: `${FOLDER}/plan.md`, line: 2, code: 'conflict' }]);
  });

  it('finds nothing wrong with a sound one', async () => {
    expect(await findings(smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }))).toEqual([]);
  });

  it('finds a lane that nobody uses at its line, and what cannot be parsed', async () => {
    const files = smallFeature({ WP01: {}, WP02: {} });
    const text = (files[pathOf('WP01')] ?? '').replace(/^lane:.*$/m, 'lane: finished');
    const line = text.split('\n').findIndex((each) => each.startsWith('lane:')) + 1;
    const broken = `---\ntitle: [\n---\n`;
    expect(await findings({ ...files, [pathOf('WP01')]: text, [pathOf('WP02')]: broken })).toMatchObject([
      { path: pathOf('WP01'), line, code: 'unknown-lane', message: expect.stringContaining('"finished"') },
      { path: pathOf('WP02'), code: 'unreadable' },
    ]);
  });

  it('finds dependencies that are unknown, circular or on itself, each with who needs whom', async () => {
    const found = await findings(
      smallFeature({
        WP01: { dependencies: '[WP02, WP09]' },
        WP02: { dependencies: '[WP01]' },
        WP03: { dependencies: '[WP03]' },
      }),
    );
    expect(found.map(({ path, code, dependency }) => [path, code, dependency])).toEqual([
      [pathOf('WP01'), 'unknown-dependency', { from: 'WP01', to: 'WP09' }],
      [pathOf('WP03'), 'self-dependency', { from: 'WP03', to: 'WP03' }],
      [pathOf('WP01'), 'dependency-cycle', { from: 'WP01', to: 'WP02' }],
      [pathOf('WP02'), 'dependency-cycle', { from: 'WP02', to: 'WP01' }],
    ]);
    expect(found[0]?.message).toBe('WP01 depends on WP09, which does not exist.');
    expect(found.every(({ line }) => line !== undefined && line > 1)).toBe(true);
  });

  it('finds what tasks.md says unclearly, lines of a status log that are none, and a broken manifest', async () => {
    const files = smallFeature({ WP01: {}, WP02: {} });
    const tasks =
      '## WP01: a\n\n- [x] T001 a\n\n## WP02: b\n\nDepends on WP01 unless WP07 says otherwise somehow\n';
    expect((await findings({ ...files, [`${FOLDER}/tasks.md`]: tasks })).map(({ path }) => path)).toContain(
      `${FOLDER}/tasks.md`,
    );
    expect(await findings({ ...files, [`${FOLDER}/status.events.jsonl`]: 'no json\n' })).toMatchObject([
      { path: `${FOLDER}/status.events.jsonl`, line: 1, code: 'unreadable' },
    ]);
    expect(await findings({ ...files, [`${FOLDER}/wps.yaml`]: 'a: [\n' })).toMatchObject([
      { path: `${FOLDER}/wps.yaml`, code: 'unreadable' },
    ]);
  });
});
