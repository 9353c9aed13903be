import { sectionStatement } from './stated-dependencies.js';
import type { StatedDependency } from './dependency-statement.js';
import { markdownLines } from './markdown.js';
import { tasksOf, tasksSections } from './tasks-document.js';
import { describeIds } from './work-package-id.js';

/** What becomes of one line of a planning document. */
export interface ReadLine {
  /** Relative to the project root. */
  readonly path: string;
  /** Counted from 1; absent for what is said of the file as a whole. */
  readonly line?: number;
  /** `fault`: as long as it stands there, nothing can be finalized. */
  readonly verdict: 'read' | 'passed-over' | 'fault';
  /** What is read, or why it is not: a phrase for a person. */
  readonly what: string;
}

/**
 * What is read of `tasks.md`, line by line: sections, boxes, statements of dependencies. Lines that name a work package
 * or have a box and are none of these are passed over, and said to be: whoever wrote them may have meant something.
 */
export const readTasksLines = (path: string, text: string): readonly ReadLine[] => {
  const found: ReadLine[] = [];
  const add = (line: number, verdict: ReadLine['verdict'], what: string): void =>
    void found.push({ path, line, verdict, what });
  const sections = tasksSections(text);
  for (const section of sections) {
    const { workPackageId: id } = section;
    add(section.line, 'read', `section of ${id}`);
    const { boxes, unmarked } = tasksOf(text, id);
    for (const { line, taskId } of unmarked)
      add(line, 'passed-over', `${taskId} of ${id}: no mark says whether it is done`);
    for (const { line, taskId, isOpen } of boxes)
      add(
        line,
        'read',
        `box of ${id}${taskId === undefined ? '' : `: ${taskId}`}, ${isOpen ? 'open' : 'ticked'}`,
      );
    const { isMade, dependencies, ignored, unclear } = sectionStatement(section);
    for (const [line, stated] of byLine(dependencies))
      add(line, 'read', `${id} depends on ${stated.map(({ dependency }) => nameOf(dependency)).join(', ')}`);
    for (const [line, ids] of byLine(ignored))
      add(
        line,
        'passed-over',
        `${describeIds(ids.map(({ id: each }) => each))}: excluded by the words beside it`,
      );
    for (const [line, ids] of byLine(unclear))
      add(
        line,
        'fault',
        `${ids.map(({ id: each }) => each).join(', ')}: nobody can say whether ${id} depends on it`,
      );
    if (!isMade && unclear.length === 0)
      add(section.line, 'passed-over', `nothing is said about what ${id} depends on; its file decides`);
  }
  const seen = new Set(found.map(({ line }) => line));
  const owned = new Set(sections.flatMap(({ lines }) => lines.map(({ number }) => number)));
  for (const { number, text: whole, isSilent, heading } of markdownLines(text)) {
    // A statement may be wrapped; it is named by its first line.
    if (seen.has(number - 1) && heading === undefined && !LIST_MARK.test(whole) && whole.trim() !== '')
      seen.add(number);
    if (seen.has(number) || !MEANT.test(whole)) continue;
    if (isSilent) add(number, 'passed-over', 'stands in code or a comment');
    else if (heading !== undefined)
      add(number, 'passed-over', 'is the heading of no section of one work package');
    else if (BOX.test(whole) && !owned.has(number))
      add(number, 'passed-over', 'is a box outside of every section');
    else add(number, 'passed-over', 'is running text');
  }
  return found.sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
};

const byLine = <T extends { readonly line: number }>(
  items: readonly T[],
): ReadonlyMap<number, readonly T[]> => {
  const lines = new Map<number, T[]>();
  for (const item of items) lines.set(item.line, [...(lines.get(item.line) ?? []), item]);
  return lines;
};

const nameOf = (stated: StatedDependency): string => {
  if (stated.stated === 'one') return stated.id;
  return stated.stated === 'range' ? `${stated.from} to ${stated.to}` : 'every earlier work package';
};

const BOX = /^\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\]/;
const LIST_MARK = /^\s*(?:[-*+]|\d+[.)])\s/;
const MEANT = new RegExp(`${BOX.source}|\\bWP[ _-]?\\d`, 'i');
