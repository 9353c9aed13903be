import { LANES, laneName, type Lane } from '../../../domain/events/lane.js';
import type { BoardCard, FeatureCards } from '../../work/read-board.js';
import { flexible, right, table } from './table.js';
import { bold, dim, restyle, toPlain, yellow, type Text } from './text.js';
import { duration } from '../../../domain/duration.js';
import { makeVisible } from './visible.js';
import { stringWidth, truncate } from './width.js';

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
const emptiness = ({ faults, passedOver }: FeatureCards): string => {
  const count = faults.length + passedOver.length;
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

/** A lane with what is in it, line by line below its name. */
const columnOf = (lane: Lane, { cards, counts }: FeatureCards, nowMs: number): readonly Text[] => [
  [bold(lane), dim(` ${counts[lane]}`)],
  ...cards.filter((card) => card.lane === lane).flatMap((card) => cardLines(card, nowMs)),
];

const lanesBeside = (board: FeatureCards, width: number, nowMs: number): readonly Text[] => {
  const lanes = LANES.map((lane) => columnOf(lane, board, nowMs));
  const widths = columnWidths(lanes, width);
  const columns = lanes.map(([head = '', ...cells], at) => [
    head,
    dim('\u2500'.repeat(widths[at] ?? 0)),
    ...cells,
  ]);
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, row) => rowOf(columns, row, widths));
};

/** An empty lane is as wide as its name; the others share what is left, or have what they need where there is no limit. */
const columnWidths = (lanes: readonly (readonly Text[])[], width: number): readonly number[] => {
  const natural = lanes.map((cells) => cells.map((cell) => stringWidth(toPlain(fitted(cell, Infinity)))));
  if (!Number.isFinite(width)) return natural.map((cells) => Math.max(...cells));
  const filled = natural.filter(({ length }) => length > 1).length;
  const taken = natural.reduce((sum, [head = 0, ...cells]) => sum + (cells.length > 0 ? 0 : head), 0);
  const share = Math.floor((width - taken - GAP.length * (lanes.length - 1)) / Math.max(1, filled));
  return natural.map(([head = 0, ...cells]) => (cells.length > 0 ? share : head));
};

/** The cells of one row up to the last that holds something, so that no line ends in blanks. */
const rowOf = (columns: readonly (readonly Text[])[], row: number, widths: readonly number[]): Text => {
  const last = columns.findLastIndex((column) => row < column.length);
  return columns.slice(0, last + 1).flatMap((column, at): readonly Text[] => {
    const width = widths[at] ?? 0;
    const cell = fitted(column[row] ?? '', width);
    const blanks = ' '.repeat(Math.max(0, width - stringWidth(toPlain(cell))));
    return at === last ? [cell] : [cell, blanks, GAP];
  });
};

const lanesBelow = (board: FeatureCards, width: number, nowMs: number): readonly Text[] =>
  LANES.flatMap((lane) => {
    const [head = '', ...cells] = columnOf(lane, board, nowMs);
    return [head, ...cells.map((line) => fitted([GAP, line], width))];
  });

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

/** The text on one line of at most `width` columns; its pieces keep their styles. */
const fitted = (text: Text, width: number): Text => {
  let left = width;
  const pieces = piecesOf(text).map((piece): Text => {
    const shown = truncate(makeVisible(toPlain(piece), 'line'), left);
    left -= stringWidth(shown);
    return restyle(piece, shown);
  });
  return RIGHT_TO_LEFT.test(toPlain(text)) ? [...pieces, LEFT_TO_RIGHT_MARK] : pieces;
};

const piecesOf = (text: Text): readonly Text[] =>
  Array.isArray(text) ? (text as readonly Text[]).flatMap(piecesOf) : [text as Text];

/** Behind letters that run from right to left the mark keeps the next column in its place. */
const LEFT_TO_RIGHT_MARK = '\u200e';
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
