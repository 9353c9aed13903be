import { AddHistory, type AddHistoryInput } from '../../../src/app/work/add-history.js';
import { capturedEvents } from '../../support/captured-events.js';
import { FEATURE, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

const add = async (world: WorkflowWorld, input: Partial<AddHistoryInput> = {}) =>
  new AddHistory({ ...world, perform: useCases(world).perform }).run({
    checkout: await world.checkout(),
    workPackageId: 'WP01',
    note: 'Seen',
    ...input,
  });

describe('adding history', () => {
  let world: WorkflowWorld;
  beforeEach(async () => {
    world = workflowWorld(smallFeature({ WP01: { lane: 'doing' } }));
  });

  it('adds one line with the present lane and emits the whole note', async () => {
    const before = (await world.files.text(world.root, pathOf('WP01'))) ?? '';
    const { result, commit } = await add(world, { note: 'First\nsecond', type: 'review', author: 'ann' });
    const line = '- 2026-02-03T12:00:00Z – ann – lane=doing – First second';
    expect(result).toEqual({
      feature: FEATURE,
      workPackageId: 'WP01',
      path: pathOf('WP01'),
      type: 'review',
      line,
    });
    expect(commit).toEqual(expect.any(String));
    expect(await world.files.text(world.root, pathOf('WP01'))).toBe(
      before.replace('created.\n', `created.\n${line}\n`),
    );
    expect(
      (await capturedEvents(world)).map(({ event_type, aggregate_id, payload }) => [
        event_type,
        aggregate_id,
        payload,
      ]),
    ).toEqual([
      [
        'HistoryAdded',
        'WP01',
        {
          wp_id: 'WP01',
          entry_type: 'review',
          entry_content: 'First\nsecond',
          author: 'ann',
          feature_slug: FEATURE,
        },
      ],
    ]);
  });

  it('is a note of the user when nothing else is said', async () => {
    await add(world);
    expect((await capturedEvents(world))[0]?.payload).toMatchObject({ entry_type: 'note', author: 'user' });
  });

  it('is of the user when the author is blank', async () => {
    const { result } = await add(world, { author: ' \t' });
    expect(result.line).toContain(' – user – ');
  });

  it('may say the same twice', async () => {
    await add(world);
    expect((await add(world)).result.line).toMatch(/Seen \(2\)$/);
    expect((await capturedEvents(world)).length).toBe(2);
  });

  it('refuses an empty note', async () => {
    await expect(add(world, { note: ' \n' })).rejects.toMatchObject({ kind: 'input-invalid' });
    expect(await capturedEvents(world)).toEqual([]);
  });

  it('leaves the commit to the user who wants that', async () => {
    const git = workflowWorld(smallFeature({ WP01: {} }));
    world = git;
    await add(world, { commit: false });
    expect(git.scratch.git('status', '--porcelain').trim()).toBe(`M ${pathOf('WP01')}`);
  });
});
