import { boardView } from '../../../src/app/work/board-view.js';
import { describeCard, describeFeature, needsPerson } from '../../../src/app/work/board-view.js';
import type { BoardCard, FeatureCards } from '../../../src/app/work/read-board.js';

const card = (workPackageId: string, more: Partial<BoardCard> = {}): BoardCard => ({
  ...{ workPackageId, title: `Title of ${workPackageId}`, lane: 'planned' },
  ...{ dependencies: [], waitsFor: [], tasks: 0, openTasks: 0 },
  ...more,
});

const board = (...cards: readonly BoardCard[]): FeatureCards => ({
  feature: '001-alpha',
  counts: {
    planned: 0,
    doing: 0,
    for_review: 0,
    done: 0,
    ...Object.fromEntries(cards.map(({ lane }) => [lane, cards.filter((each) => each.lane === lane).length])),
  },
  cards,
  unreadable: [],
  passedOver: [],
});

const NOW = Date.UTC(2026, 2, 1, 12);
const view = (...cards: readonly BoardCard[]) =>
  boardView(
    '001-alpha',
    { board: board(...cards) },
    {
      nowMs: NOW,
      canMove: true,
      elsewhere: ({ workPackageId }) => (workPackageId === 'WP02' ? 'done at the hub' : undefined),
    },
  );

describe('a card for a person', () => {
  it('says who has it, for how long, what is open and what it waits for', () => {
    const about = card('WP01', {
      agent: 'codex',
      sinceMs: NOW - 3 * 3_600_000,
      openTasks: 2,
      waitsFor: ['WP02', 'WP03'],
    });
    expect(describeCard(about, NOW)).toBe('codex · 3 h · 2 open · waits for WP02, WP03');
    expect(describeCard(card('WP01'), NOW)).toBe('');
    expect(describeCard(card('WP01', { lane: 'doing', detail: 'blocked' }), NOW)).toBe('blocked');
  });

  it('of a clock that was set back is no age below nothing', () => {
    expect(describeCard(card('WP01', { sinceMs: NOW + 5000 }), NOW)).toBe('0 s');
  });
});

describe('the board for a page', () => {
  it('has the four lanes, empty or not, and where each card may go', () => {
    const { lanes } = view(card('WP01'), card('WP02', { lane: 'for_review' }));
    expect(lanes.map(({ title, cards }) => [title, cards.map(({ id }) => id)])).toEqual([
      ['planned', ['WP01']],
      ['doing', []],
      ['for review', ['WP02']],
      ['done', []],
    ]);
    expect(lanes.flatMap(({ cards }) => cards.map(({ reach }) => reach))).toEqual([
      ['doing'],
      ['done', 'doing'],
    ]);
    expect(lanes[2]?.cards[0]?.about).toBe('done at the hub');
  });

  it('shows what was given up in a lane into which nothing can be dropped', () => {
    expect(view(card('WP01', { lane: 'canceled' })).lanes.at(-1)).toMatchObject({
      lane: 'canceled',
      isOpen: false,
    });
  });

  it('says why there is none', () => {
    const situation = { nowMs: NOW, canMove: false, elsewhere: () => undefined };
    expect(boardView('x', { reason: 'A conflict.' }, situation).fault).toBe('A conflict.');
    expect(boardView('x', undefined, situation)).toMatchObject({ fault: 'x is no feature.', lanes: [] });
  });
});

describe('a feature in one line', () => {
  const finding = { path: 'a.md', code: 'unreadable', message: 'm' } as const;

  it('says how far it is and what is to correct', () => {
    const plan = { board: board(card('WP01', { lane: 'done' }), card('WP02')), findings: [finding] };
    expect(describeFeature(plan)).toBe('1/2 done · 1 to correct');
    expect(describeFeature({ findings: [], reason: 'why' })).toBe('cannot be read');
  });

  it('needs a person for what waits for a review and what cannot be read', () => {
    expect(needsPerson({ board: board(card('WP01', { lane: 'for_review' })), findings: [finding] })).toBe(2);
    expect(needsPerson({ findings: [] })).toBe(0);
  });
});
