import { AcceptWorkPackages } from '../../../src/app/work/accept-work-packages.js';
import { MarkStatus, type MarkStatusInput } from '../../../src/app/work/mark-status.js';
import { MoveWorkPackage, type MoveInput } from '../../../src/app/work/move-work-package.js';
import { readStatusLog } from '../../../src/domain/work/status-log.js';
import { capturedEvents } from '../../support/captured-events.js';
import { Fuse, mortalPorts } from '../../support/mortal.js';
import { FOLDER, pathOf, smallFeature, workPackageText } from '../../support/planning-documents.js';
import {
  workflowWorld,
  useCases,
  type WorkflowPorts,
  type WorkflowWorld,
} from '../../support/workflow-world.js';

const LOG = `${FOLDER}/status.events.jsonl`;
const SNAPSHOT = `${FOLDER}/status.json`;

const row = (id: string, workPackageId: string, to: string, more: object = {}): string =>
  `${JSON.stringify({ at: '2026-02-01T00:00:00+00:00', event_id: id, from_lane: 'x', mission_slug: '001-alpha', to_lane: to, wp_id: workPackageId, ...more })}\n`;

/** WP01 without a lane in its front matter, WP02 with one. */
const seed = (log: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...smallFeature({ WP01: {}, WP02: {} }),
  [pathOf('WP01')]: workPackageText('WP01').replace('lane: "planned"\n', ''),
  [LOG]: log,
  ...more,
});

const move = async (ports: WorkflowPorts, world: WorkflowWorld, input: Omit<MoveInput, 'checkout'>) =>
  new MoveWorkPackage({ ...ports, perform: useCases(ports).perform }).run({
    checkout: await world.checkout(),
    ...input,
  });

const mark = async (world: WorkflowWorld, input: Omit<MarkStatusInput, 'checkout'>) =>
  new MarkStatus({ ...world, perform: useCases(world).perform }).run({
    checkout: await world.checkout(),
    ...input,
  });

const lanes = async (world: WorkflowWorld): Promise<Record<string, string | undefined>> => {
  const { workPackages } = readStatusLog((await world.files.text(world.root, LOG)) ?? '');
  return Object.fromEntries([...workPackages].map(([id, { standing }]) => [id, standing?.to]));
};

describe('a work package whose lane is in a status log', () => {
  it('moves there, in the front matter where that has a lane, and in its Activity Log', async () => {
    const world = workflowWorld(seed(row('A', 'WP01', 'planned') + row('B', 'WP02', 'planned')));
    await move(world, world, { workPackageId: 'WP01', to: 'doing', agent: 'claude' });
    await move(world, world, { workPackageId: 'WP02', to: 'doing' });
    expect(await lanes(world)).toEqual({ WP01: 'in_progress', WP02: 'in_progress' });
    const [first, second] = [
      await world.files.text(world.root, pathOf('WP01')),
      await world.files.text(world.root, pathOf('WP02')),
    ];
    expect(first).not.toMatch(/^lane:/m);
    expect(first).toContain('– claude – lane=doing – Moved to doing');
    expect(second).toContain('lane: "doing"');
    expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
    expect(await world.captured()).toHaveLength(2);
    const ids = await world.captured();
    expect(await world.files.text(world.root, LOG)).toContain(`"event_id":"${ids[0]}"`);
  });

  it('says on the wire which of our lanes it is in, and its finer one as detail', async () => {
    const world = workflowWorld(seed(row('A', 'WP01', 'claimed')));
    await move(world, world, { workPackageId: 'WP01', to: 'doing' });
    expect(await capturedEvents(world)).toMatchObject([
      { payload: { previous_status: 'doing', new_status: 'doing', detail: 'in_progress' } },
    ]);
  });

  it.each<[string, string, string]>([
    ['blocked', 'for_review', 'WP01 is in blocked and cannot go to for_review.'],
    ['canceled', 'doing', 'WP01 is in canceled and cannot go to doing.'],
    ['done', 'doing', 'WP01 is in done and cannot go to doing.'],
    ['uninitialized', 'doing', 'WP01 is in no lane and cannot go to doing.'],
  ])('does not leave %s for %s without force', async (lane, to, message) => {
    const world = workflowWorld(seed(row('A', 'WP01', lane)));
    const moving = { workPackageId: 'WP01', to: to as 'doing' };
    await expect(move(world, world, moving)).rejects.toMatchObject({ kind: 'transition-illegal', message });
    await move(world, world, { ...moving, force: true, note: 'again' });
    const text = (await world.files.text(world.root, LOG)) ?? '';
    expect(text).toMatch(/"force":true.*"reason":"again"/);
  });

  it('follows the front matter at phase 0, and where the log has no transition', async () => {
    for (const more of [
      { [`${FOLDER}/meta.json`]: '{"status_phase": 0}' },
      { [`${FOLDER}/meta.json`]: '{"status_phase": "0"}' },
      { [LOG]: '{"event_type":"MissionCreated","payload":{}}\n' },
    ]) {
      const world = workflowWorld(seed(row('A', 'WP02', 'done'), more));
      await move(world, world, { workPackageId: 'WP02', to: 'doing' });
      expect(await world.files.text(world.root, LOG)).toBe(seed(row('A', 'WP02', 'done'), more)[LOG]);
    }
  });

  it('names a lane that nobody uses by the line of the log, and lets others move', async () => {
    const world = workflowWorld(seed(row('A', 'WP01', 'reviewing') + row('B', 'WP02', 'planned')));
    await expect(move(world, world, { workPackageId: 'WP01', to: 'doing' })).rejects.toMatchObject({
      kind: 'work-package-unreadable',
      message: `${LOG}:1: WP01 is in "reviewing", which is no lane`,
    });
    await expect(move(world, world, { workPackageId: 'WP02', to: 'doing' })).resolves.toBeDefined();
  });

  it('stays where it is while a line of the log is none', async () => {
    const world = workflowWorld(seed(`${row('A', 'WP01', 'planned')}<<<<<<< HEAD\n`));
    await expect(move(world, world, { workPackageId: 'WP01', to: 'doing' })).rejects.toMatchObject({
      kind: 'storage-corrupt',
      message: `${LOG}:2 is a conflict marker.`,
    });
  });

  it('warns of a front matter that said something else', async () => {
    const world = workflowWorld(seed(row('A', 'WP02', 'in_progress')));
    const { warnings } = await move(world, world, { workPackageId: 'WP02', to: 'for_review' });
    expect(warnings).toEqual([
      `${pathOf('WP02')} says that WP02 is in planned; the status log says in_progress, and that counts.`,
    ]);
  });

  it('completes its feature when the others are done or canceled', async () => {
    const world = workflowWorld(seed(row('A', 'WP01', 'approved') + row('B', 'WP02', 'canceled')));
    const accept = new AcceptWorkPackages({ ...world, perform: useCases(world).perform });
    const { result } = await accept.run({ checkout: await world.checkout() });
    expect(result).toMatchObject({ accepted: ['WP01'], isFeatureCompleted: true });
    expect(await capturedEvents(world)).toMatchObject([{}, { payload: { total_wps: 1 } }]);
  });

  it('has the snapshot of other clients follow, committed only where the repository has it', async () => {
    const snapshot = '{"work_packages": {}}';
    const world = workflowWorld(seed(row('A', 'WP01', 'planned'), { [SNAPSHOT]: snapshot }));
    await move(world, world, { workPackageId: 'WP01', to: 'doing' });
    expect(await world.files.text(world.root, SNAPSHOT)).toContain('"lane": "in_progress"');
    expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
    const other = workflowWorld(seed(row('A', 'WP01', 'planned')));
    other.write(SNAPSHOT, snapshot);
    await move(other, other, { workPackageId: 'WP01', to: 'doing' });
    expect(await other.files.text(other.root, SNAPSHOT)).toContain('"lane": "in_progress"');
    expect(await other.repository.dirtyPaths(other.root)).toEqual([SNAPSHOT]);
  });

  it('scenario 30: moves once with one event, wherever the command is killed', async () => {
    let steps = 0;
    for (; ; steps += 5) {
      const world = workflowWorld(seed(row('A', 'WP01', 'planned'), { [SNAPSHOT]: '{}' }));
      const fuse = new Fuse(steps);
      await move(mortalPorts(world, fuse), world, { workPackageId: 'WP01', to: 'doing' }).catch(
        () => undefined,
      );
      await move(world, world, { workPackageId: 'WP01', to: 'doing' });
      expect(await world.captured()).toHaveLength(1);
      expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
      const text = (await world.files.text(world.root, LOG)) ?? '';
      expect(text.split('\n')).toHaveLength(4);
      expect(text).toContain(`"event_id":"${(await world.captured())[0]}"`);
      if (!fuse.isBurnt) break;
    }
    expect(steps).toBeGreaterThan(15);
  });
});

describe('a task that has no box', () => {
  const roster = {
    [pathOf('WP01')]: workPackageText('WP01').replace('agent: ""', 'subtasks:\n- T011\n- T012'),
  };

  it('is marked by rows of the log, one after the other, and beside its work package', async () => {
    const world = workflowWorld(seed(row('A', 'WP01', 'in_progress'), roster));
    const { result } = await mark(world, { ids: ['T011', 'T012'], status: 'done', agent: 'claude' });
    expect(result.tasks).toMatchObject([{ outcome: 'marked' }, { outcome: 'marked' }]);
    const { workPackages } = readStatusLog((await world.files.text(world.root, LOG)) ?? '');
    expect(Object.fromEntries(workPackages.get('WP01')?.subtasks ?? [])).toEqual({
      T011: 'done',
      T012: 'done',
    });
    expect(await lanes(world)).toEqual({ WP01: 'in_progress' });
    const again = await mark(world, { ids: ['T011'], status: 'done' });
    expect(again.result.tasks).toMatchObject([{ outcome: 'already-so' }]);
    await mark(world, { ids: ['T011', 'WP01'], status: 'planned' });
    expect(await lanes(world)).toEqual({ WP01: 'planned' });
    expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
    expect(await world.captured()).toHaveLength(4);
  });

  it('is unknown where no log could hold its state', async () => {
    const { [LOG]: _log, ...plain } = seed('', roster);
    const world = workflowWorld(plain);
    await expect(mark(world, { ids: ['T011'], status: 'done' })).rejects.toMatchObject({
      kind: 'task-not-found',
    });
  });
});
