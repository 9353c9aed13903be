import { LANES, laneName, type Lane } from '../../../domain/events/lane.js';
import type { BoardCard, FeatureCards } from '../../work/read-board.js';
import { flexible, right, table, tableLines } from './table.js';
import { bold, dim, fitted, yellow, type Text } from './text.js';
import { duration } from '../../../domain/duration.js';

/** The board of a feature, line by line: its lanes beside each other, or below each other where there is no room for that. */
export const boardLines = (board: FeatureCards, width: number, nowMs: number): readonly Text[] => {
  const { feature, counts, cards } = board;
  const open = cards.filter(({ lane }) => lane !== 'canceled');
  const head: Text = [bold(feature), dim(`  ${counts.done} of ${open.length} done`)];
  const body = width < NARROW ? lanesBelow(board, width, nowMs) : lanesBeside(board, width, nowMs);
  return [
    fitted(head, width),
    '',
    ...(cards.length === 0 ? [dim(emptiness(board))] : body),
    ...apart(cards, width),
  ];
};

/** Work packages of a board, those that were asked for, one below the other. */
export const boardTable = (
  board: FeatureCards,
  cards: readonly BoardCard[],
  width: number,
  nowMs: number,
): Text => {
  if (cards.length === 0)
    return dim(board.cards.length === 0 ? emptiness(board) : 'No work package is like that.');
  const isAnyWaiting = cards.some(({ waitsFor }) => waitsFor.length > 0);
  return table(
    isAnyWaiting ? [...COLUMNS, flexible('waits for')] : COLUMNS,
    cards.map((card) => [
      card.workPackageId,
      laneName(card),
      card.title,
      card.agent ?? NOTHING,
      ageOf(card.sinceMs, nowMs) ?? NOTHING,
      card.tasks === 0 ? NOTHING : `${card.tasks - card.openTasks}/${card.tasks}`,
      ...(isAnyWaiting ? [card.waitsFor.join(', ')] : []),
    ]),
    width,
  );
};

const NOTHING = '\u2013';

const COLUMNS = ['id', 'lane', flexible('title'), flexible('agent'), right('since'), right('tasks')];

/** Why a board is empty: files that are there and cannot be shown are told of beside it. */
const emptiness = ({ unreadable, passedOver }: FeatureCards): string => {
  const count = unreadable.length + passedOver.length;
  if (count === 0) return 'It has no work packages yet.';
  return `None of its files can be shown as a work package (${count} ${count === 1 ? 'file' : 'files'}).`;
};

/** What is in none of the lanes. */
const apart = (cards: readonly BoardCard[], width: number): readonly Text[] =>
  APART.flatMap(({ lane, title }) => {
    const among = cards.filter((card) => card.lane === lane);
    return among.length === 0
      ? []
      : [
          '',
          [bold(title), dim(` ${among.length}`)],
          ...among.map((card) => fitted([GAP, titleOf(card)], width)),
        ];
  });

const APART = [
  { lane: 'uninitialized', title: 'no lane before finalize-tasks' },
  { lane: 'canceled', title: 'canceled' },
] as const;

/** The lane's finer name, who has it, and for how long it is there: `in_review · claude · 3 h`. */
const inCharge = ({ detail, agent, sinceMs }: BoardCard, nowMs: number): string =>
  [detail, agent, ageOf(sinceMs, nowMs)].filter((part) => part !== undefined).join(' \u00b7 ');

/** How long ago it was. Clocks of other machines may be ahead: what is still to come is now. */
const ageOf = (sinceMs: number | undefined, nowMs: number): string | undefined =>
  sinceMs === undefined ? undefined : duration(Math.max(0, nowMs - sinceMs));

/** Below this four columns would hold nothing but ids. */
const NARROW = 60;
const GAP = '  ';

/** What is in a lane, line by line. */
const linesOf = (lane: Lane, { cards }: FeatureCards, nowMs: number): readonly Text[] =>
  cards.filter((card) => card.lane === lane).flatMap((card) => cardLines(card, nowMs));

const lanesBeside = (board: FeatureCards, width: number, nowMs: number): readonly Text[] => {
  const lanes = LANES.map((lane) => linesOf(lane, board, nowMs));
  const height = Math.max(...lanes.map((cells) => cells.length));
  const columns = LANES.map((lane) => flexible(`${lane} ${board.counts[lane]}`));
  const rows = Array.from({ length: height }, (_, row) => lanes.map((cells) => cells[row] ?? ''));
  return tableLines(columns, rows, width);
};

const lanesBelow = (board: FeatureCards, width: number, nowMs: number): readonly Text[] =>
  LANES.flatMap((lane) => [
    [bold(lane), dim(` ${board.counts[lane]}`)],
    ...linesOf(lane, board, nowMs).map((line) => fitted([GAP, line], width)),
  ]);

/** What is in work tells by whom and for how long, what waits tells for what; the others need no more than their titles. */
const cardLines = (card: BoardCard, nowMs: number): readonly Text[] => {
  const isUnderWay = card.lane === 'doing' || card.lane === 'for_review';
  const who = isUnderWay ? inCharge(card, nowMs) : '';
  const { waitsFor } = card;
  return [
    titleOf(card),
    ...(who === '' ? [] : [dim(`${GAP}${who}`)]),
    ...(waitsFor.length === 0 ? [] : [yellow(`${GAP}waits for ${waitsFor.join(', ')}`)]),
  ];
};

const titleOf = ({ workPackageId, title }: BoardCard): Text => [bold(workPackageId), ` ${title}`];
