import { ReadBoard, type FeatureCards } from '../../../src/app/work/read-board.js';
import { laneSinceMs } from '../../../src/domain/work/activity-log.js';
import { corpusFeatures } from '../../support/corpus.js';
import { corpusSeed, FEATURE, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld, type WorkflowWorld } from '../../support/workflow-world.js';

type World = WorkflowWorld;

const read = async (world: World, feature?: string): Promise<FeatureCards> =>
  new ReadBoard(world).run({
    checkout: await world.checkout(),
    ...(feature === undefined ? {} : { feature }),
  });

const log = (...entries: readonly string[]): string => ['## Activity Log', '', ...entries].join('\n');

describe('the board of a feature', () => {
  it('has a card for each work package, by number, with who has it and since when', async () => {
    const world = workflowWorld(
      smallFeature(
        {
          WP100: {},
          WP02: { lane: 'doing', body: log('- 2026-02-01T10:00:00Z – ada – lane=doing – Started') },
        },
        { 'tasks.md': '## WP02\n\n- [x] T001 a\n- [ ] T002 b\n- [ ] note\n' },
      ),
    );
    const { feature, counts, cards, unreadable } = await read(world);
    expect([feature, counts, unreadable]).toEqual([
      FEATURE,
      { planned: 1, doing: 1, for_review: 0, done: 0 },
      [],
    ]);
    expect(cards).toEqual([
      {
        workPackageId: 'WP02',
        title: 'Title of WP02',
        lane: 'doing',
        sinceMs: Date.UTC(2026, 1, 1, 10),
        dependencies: [],
        waitsFor: [],
        tasks: 3,
        openTasks: 2,
      },
      expect.objectContaining({ workPackageId: 'WP100', lane: 'planned', tasks: 0, openTasks: 0 }),
    ]);
  });

  it('says of a planned work package what it waits for, and of no other', async () => {
    const needs = '["WP01", "WP02", "WP03", "WP09"]';
    const world = workflowWorld(
      smallFeature({
        WP01: {},
        WP02: { lane: 'doing', dependencies: '["WP01"]' },
        WP03: { lane: 'for_review' },
        WP04: { dependencies: needs },
        WP05: { lane: 'done', dependencies: needs },
      }),
    );
    const { cards } = await read(world);
    expect(cards.map(({ waitsFor }) => waitsFor)).toEqual([[], [], [], ['WP01', 'WP02', 'WP09'], []]);
  });

  it('names a file that cannot be understood and shows the others', async () => {
    const world = workflowWorld(smallFeature({ WP01: {}, WP02: { lane: 'nowhere' } }));
    const { cards, unreadable } = await read(world);
    expect(cards.map(({ workPackageId }) => workPackageId)).toEqual(['WP01']);
    expect(unreadable).toEqual([expect.stringContaining(`${pathOf('WP02')}:4: `)]);
  });

  it('scenario 27: is read of every feature of the corpus', async () => {
    const world = workflowWorld(corpusSeed());
    for (const slug of corpusFeatures()) {
      const { cards, unreadable, counts } = await read(world, slug);
      expect({ slug, unreadable, isFilled: cards.length > 0 }).toEqual({
        slug,
        unreadable: [],
        isFilled: true,
      });
      expect(Object.values(counts).reduce<number>((sum, count = 0) => sum + count, 0)).toBe(cards.length);
    }
  });

  it('is refused for a feature that is not there', async () => {
    await expect(read(workflowWorld(smallFeature({ WP01: {} })), '099-none')).rejects.toMatchObject({
      kind: 'feature-not-found',
    });
  });
});

describe('since when a work package is in its lane', () => {
  const at = (hour: number, lane: string): string =>
    `- 2026-02-01T${String(hour).padStart(2, '0')}:00:00Z – a – lane=${lane} – x`;

  it.each([
    [
      'the first of the last entries of that lane',
      log(at(1, 'doing'), at(2, 'planned'), at(3, 'doing'), at(4, 'doing')),
      3,
    ],
    ['the first entry when there is no other lane', log(at(1, 'doing'), at(2, 'doing')), 1],
    ['an entry in the words of an older client', log(at(1, 'planned'), at(2, 'in_progress')), 2],
    ['a time without a zone as UTC', log('- 2026-02-01T05:00 – a – lane=doing – x'), 5],
    ['a time with a zone', log('- 2026-02-01T05:00:00+02:00 – a – lane=doing – x'), 3],
  ])('is %s', (_, body, hour) => {
    expect(laneSinceMs(body, 'doing')).toBe(Date.UTC(2026, 1, 1, hour));
  });

  it.each([
    ['the log ends with another lane', log(at(1, 'doing'), at(2, 'for_review'))],
    ['the log speaks of a lane that nobody knows', log(at(1, 'doing'), at(2, 'limbo'))],
    ['there is no log', '# Nothing'],
    ['the time is none', log('- 2026-13-45T99:00:00Z – a – lane=doing – x')],
  ])('is not known when %s', (_, body) => {
    expect(laneSinceMs(body, 'doing')).toBeUndefined();
  });
});
