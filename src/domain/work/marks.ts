import { isWorkPackageId } from '../ids.js';
import { LANES, type Lane } from '../events/lane.js';
import { workPackageIdOf } from './work-package-id.js';
import { isTaskId } from './task-marks.js';

/** What work can be marked as: a lane, or `pending`, which says of a task that it is open and of a work package `planned`. */
export const MARKS = [...LANES, 'pending'] as const;

export type Mark = (typeof MARKS)[number];

/** The lane that a mark means for a work package. */
export const laneOfMark = (mark: Mark): Lane => (mark === 'pending' ? 'planned' : mark);

/** Whether a task with this mark has its box ticked; `undefined` for a lane that a box cannot show. */
export const isTickedAs = (mark: Mark): boolean | undefined => {
  if (mark === 'done') return true;
  return mark === 'pending' || mark === 'planned' ? false : undefined;
};

/** Ids as a person names them, once each in their order, by what they can be. */
export interface NamedIds {
  readonly workPackages: readonly string[];
  readonly tasks: readonly string[];
  /** Neither; as they were written. */
  readonly others: readonly string[];
}

export const namedIds = (words: readonly string[]): NamedIds => {
  const ids = [...new Set(words.map(idOf))];
  const others = words.filter((word) => !isWorkPackageId(idOf(word)) && !isTaskId(idOf(word)));
  return {
    workPackages: ids.filter(isWorkPackageId),
    tasks: ids.filter(isTaskId),
    others: [...new Set(others)],
  };
};

/** What the history of a work package says about a marked task; `said`: what stands behind its box. */
export const taskNote = (taskId: string, said: string, isTicked: boolean): string => {
  const title = said.replace(/^[*_`~]*T\d+[*_`~:.]*\s*/, '');
  return `${taskId} ${isTicked ? 'is done' : 'is open again'}${title === '' ? '' : `: ${title}`}`;
};

/** A number alone is no name here: it may be a task's as well. */
const idOf = (word: string): string =>
  /^\s*\d/.test(word) ? word.trim() : workPackageIdOf(word).toUpperCase();
