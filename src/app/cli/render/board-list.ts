import { laneName } from '../../../domain/events/lane.js';
import type { BoardCard, FeatureCards } from '../../work/read-board.js';
import { ageOf, emptiness } from './board.js';
import { table, type Column } from './table.js';
import { dim, type Text } from './text.js';

/** Work packages of a board, those that were asked for, one below the other. */
export const boardList = (
  board: FeatureCards,
  cards: readonly BoardCard[],
  width: number,
  nowMs: number,
): Text => {
  if (cards.length === 0)
    return dim(board.cards.length === 0 ? emptiness(board) : 'No work package is like that.');
  const isAnyWaiting = cards.some(({ waitsFor }) => waitsFor.length > 0);
  return table(
    isAnyWaiting ? [...COLUMNS, { header: 'waits for', flexible: true }] : COLUMNS,
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

const COLUMNS: readonly Column[] = [
  { header: 'id' },
  { header: 'lane' },
  { header: 'title', flexible: true },
  { header: 'agent', flexible: true },
  { header: 'since', align: 'right' },
  { header: 'tasks', align: 'right' },
];
