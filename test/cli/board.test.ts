import fc from 'fast-check';
import type { BoardCard, FeatureCards } from '../../src/app/work/read-board.js';
import { boardLines, boardTable as boardList } from '../../src/app/cli/render/board.js';
import { toTerminal } from '../../src/app/cli/render/text.js';
import { stringWidth } from '../../src/app/cli/render/width.js';
import { LANES, type Lane } from '../../src/domain/events/lane.js';

const NOW = Date.UTC(2026, 1, 3);
const HOUR = 3_600_000;

const card = (workPackageId: string, lane: Lane, more: Partial<BoardCard> = {}): BoardCard => ({
  ...{ workPackageId, lane, title: `Title of ${workPackageId}` },
  ...{ dependencies: [], waitsFor: [], tasks: 0, openTasks: 0 },
  ...more,
});

const boardOf = (cards: readonly BoardCard[]): FeatureCards => ({
  feature: '001-alpha',
  counts: Object.fromEntries(
    LANES.map((lane) => [lane, cards.filter((each) => each.lane === lane).length]),
  ) as Record<Lane, number>,
  cards,
  unreadable: [],
  passedOver: [],
});

const shown = (cards: readonly BoardCard[], width = 80): readonly string[] =>
  boardLines(boardOf(cards), width, NOW).map((line) => toTerminal(line, false));

const CARDS = [
  card('WP01', 'done', { agent: 'ada', sinceMs: NOW - 50 * HOUR }),
  card('WP02', 'doing', { agent: 'claude', sinceMs: NOW - 3 * HOUR, title: 'A title that is much too long' }),
  card('WP03', 'for_review', { agent: 'codex' }),
  card('WP04', 'planned', { waitsFor: ['WP02'] }),
  card('WP05', 'planned'),
];

describe('the board in the terminal', () => {
  it('shows the lanes beside each other, with counts, agents, ages and what is waited for', () => {
    expect(shown(CARDS)).toEqual([
      '001-alpha  1 of 5 done',
      '',
      'planned 2           doing 1               for_review 1        done 1',
      '──────────────────  ────────────────────  ──────────────────  ──────────────────',
      'WP04 Title of WP04  WP02 A title that i…  WP03 Title of WP03  WP01 Title of WP01',
      '  waits for WP02      claude · 3 h          codex',
      'WP05 Title of WP05',
    ]);
  });

  it('gives the room of empty lanes to the others', () => {
    expect(shown([CARDS[1]!])).toEqual([
      '001-alpha  0 of 1 done',
      '',
      'planned 0  doing 1                             for_review 0  done 0',
      `─────────  ${'─'.repeat(34)}  ────────────  ──────`,
      '           WP02 A title that is much too long',
      '             claude · 3 h',
    ]);
  });

  it('shows the lanes below each other where it is narrow', () => {
    expect(shown(CARDS, 30)).toEqual([
      '001-alpha  1 of 5 done',
      '',
      'planned 2',
      '  WP04 Title of WP04',
      '    waits for WP02',
      '  WP05 Title of WP05',
      'doing 1',
      '  WP02 A title that is much t…',
      '    claude · 3 h',
      'for_review 1',
      '  WP03 Title of WP03',
      '    codex',
      'done 1',
      '  WP01 Title of WP01',
    ]);
  });

  it('says that there is nothing yet', () => {
    expect(shown([])).toEqual(['001-alpha  0 of 0 done', '', 'It has no work packages yet.']);
  });

  it('says of a time that is still to come that it is now', () => {
    expect(shown([card('WP01', 'doing', { sinceMs: NOW + HOUR })]).at(-1)).toContain('0 s');
  });

  it('scenario 28: keeps columns in their places under wide and right-to-left titles', () => {
    const titles = [
      '日本語のタイトル日本語',
      '🐈🐈🐈🐈🐈🐈🐈🐈🐈',
      'שלום עולם שלום עולם',
      'e\u0301'.repeat(30),
    ];
    const cards = titles.flatMap((title, at) => [
      card(`WP1${at}`, 'planned', { title }),
      card(`WP2${at}`, 'doing', { title }),
    ]);
    const places = shown([...cards, card('WP99', 'done')])
      .slice(4)
      .map((line) => stringWidth(line.slice(0, line.indexOf('WP2'))));
    expect(new Set(places).size).toBe(1);
    expect(shown(cards).find((line) => line.includes('ש'))).toContain('\u200e');
  });

  it('scenario 32: is never wider than the terminal and holds no control character, whatever titles and agents are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const cards = fc.array(
      fc.record({
        title: text,
        agent: text,
        lane: fc.constantFrom(...LANES),
        waits: fc.array(text, { maxLength: 3 }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(cards, fc.integer({ min: 30, max: 140 }), (given, width) => {
        const made = given.map(({ title, agent, lane, waits }, at) =>
          card(`WP0${at}`, lane, { title, agent, waitsFor: waits, sinceMs: 0 }),
        );
        for (const line of shown(made, width)) {
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(HARMFUL);
        }
      }),
    );
  });
});

// oxlint-disable-next-line no-control-regex -- these are the characters in question
const HARMFUL = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

describe('the list in the terminal', () => {
  const listed = (cards: readonly BoardCard[], width = 80): readonly string[] =>
    toTerminal(boardList(boardOf(CARDS), cards, width, NOW), false).split('\n');

  it('has a line for each work package', () => {
    expect(listed([{ ...CARDS[1]!, tasks: 4, openTasks: 1 }, CARDS[3]!])).toEqual([
      'id    lane     title                          agent   since  tasks  waits for',
      '────  ───────  ─────────────────────────────  ──────  ─────  ─────  ─────────',
      'WP02  doing    A title that is much too long  claude    3 h    3/4',
      'WP04  planned  Title of WP04                  –           –      –  WP02',
    ]);
  });

  it('leaves out what nobody waits for', () => {
    expect(listed([CARDS[0]!])[0]).toBe('id    lane  title          agent   since  tasks');
  });

  it('says that there is nothing like that', () => {
    expect(listed([])).toEqual(['No work package is like that.']);
  });

  it('never says that there are none where there are files', () => {
    const unreadable = ['tasks/WP01.md: is broken'];
    expect(toTerminal(boardList({ ...boardOf([]), unreadable }, [], 80, NOW), false)).toBe(
      'None of its files can be shown as a work package (1 file).',
    );
  });
});
