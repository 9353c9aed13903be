import { isFields } from '../document.js';
import { LANES, type Lane } from '../events/lane.js';
import { isWorkPackageId } from '../ids.js';
import { columnOf, isTableRow, tablesOf, type MarkdownLine, type Table, type TableRow } from './markdown.js';
import { workPackageIdOf } from './work-package-id.js';

/** A mark that says whether a task is done: a checkbox (`- [ ] T001 …`), or the status in the row of a table. */
export interface Checkbox {
  /** The task id; absent for a box without one. */
  readonly taskId?: string | undefined;
  readonly line: number;
  readonly isOpen: boolean;
  /** What stands behind the box, or in the cells of the row. */
  readonly text: string;
  /** Where the mark stands in the document. */
  readonly markAt: number;
  /** The mark, and what it is when it says the opposite. */
  readonly mark: string;
  readonly opposite: string;
  /** The work package that the row of a table names, or in whose section the mark stands. */
  readonly owner?: string | undefined;
}

/** A task id that stands somewhere without a mark. */
export interface TaskMention {
  readonly taskId: string;
  readonly line: number;
  readonly owner?: string | undefined;
}

/** All marks of some lines, in their order; those in code, fences and comments are examples. */
export const checkboxes = (lines: readonly MarkdownLine[]): readonly Checkbox[] => tasksIn(lines).marks;

/**
 * The marks of some lines, and task ids that they list without saying whether they are done: the beginnings of lines,
 * headings and rows, and whatever follows a label such as `**Subtasks**:`. A row of a table is about tasks when it names
 * one, or when the table has a column of tasks and one of states.
 */
export const tasksIn = (
  lines: readonly MarkdownLine[],
  ownerOf: (line: number) => string | undefined = () => undefined,
): { readonly marks: readonly Checkbox[]; readonly mentions: readonly TaskMention[] } => {
  const marks: Checkbox[] = [];
  const unmarked: TaskMention[] = [];
  for (const row of lines) {
    const { said, number: line, start } = row;
    const [, before, mark = '', text = ''] = BOX.exec(said) ?? [];
    if (before !== undefined)
      marks.push({
        ...boxAt(line, text.trim(), start + before.length, mark),
        taskId: TASK_ID.exec(text)?.[1],
        owner: ownerOf(line),
      });
    else if (!isTableRow(row)) {
      // Code that is more than ids is an example.
      const spoken = said.replace(/(`+)[^`]*[^\sT\d,\u2013`-][^`]*\1/g, '');
      const ids = idsIn(SUBTASKS.exec(spoken)?.[1] ?? LISTED.exec(spoken)?.[1] ?? '');
      unmarked.push(...ids.map((taskId) => ({ taskId, line, owner: ownerOf(line) })));
    }
  }
  for (const table of tablesOf(lines)) {
    const status = columnOf(table, STATUS);
    const hasTasks = status !== -1 && columnOf(table, /^(?:sub-?)?tasks?$/i) !== -1;
    for (const row of table.rows) {
      const texts = row.cells.map(({ text }) => text.replace(/^\[[ xX]\]\s*/, ''));
      const taskIds = texts.flatMap((text) => TASK_ID.exec(text)?.[1] ?? []);
      if (taskIds.length === 0 && !hasTasks) continue;
      const [named, another] = row.cells.flatMap(({ text }) => OWNER.exec(text)?.[1] ?? []);
      const isOne = named !== undefined && another === undefined;
      const owner = isOne ? `WP${named.padStart(2, '0')}` : ownerOf(row.line);
      const mark = markOf(table, row, status);
      if (mark !== undefined) marks.push({ ...mark, owner, taskId: taskIds[0] });
      else unmarked.push(...taskIds.map((taskId) => ({ taskId, line: row.line, owner })));
    }
  }
  return { marks: marks.sort((a, b) => a.markAt - b.markAt), mentions: unmarked };
};

/** The document with these marks saying that their tasks are done or open; nothing else changes. */
export const withBoxes = (document: string, boxes: readonly Checkbox[], isOpen: boolean): string =>
  boxes
    .filter((box) => box.isOpen !== isOpen)
    // From the end on, so that none moves another one.
    .sort((a, b) => b.markAt - a.markAt)
    .reduce(
      (text, { markAt, mark, opposite }) =>
        text.slice(0, markAt) + opposite + text.slice(markAt + mark.length),
      document,
    );

/** Whether the text is a task id such as `T012`. */
export const isTaskId = (text: string): boolean => /^T\d{2,5}$/.test(text);

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

/** What the front matter's list of tasks names: ids, and whatever else stands there as it is written. */
export const rosterOf = (value: unknown): readonly string[] => {
  const items = typeof value === 'string' && /^\W*T\d/.test(value) ? idsIn(value) : [value].flat();
  const words = items.flatMap((item) => {
    const named = isFields(item)
      ? (item['id'] ?? item['task_id'] ?? item['subtask_id'] ?? item['title'])
      : item;
    const word = named === undefined || named === null ? '' : String(named).trim();
    return word === '' ? [] : [/^T\d{2,5}(?!\w)/i.exec(word)?.[0].toUpperCase() ?? word];
  });
  return [...new Set(words)];
};

/** What a word of a status says of a task; `undefined` for a word that nobody can judge. */
export const isDoneWord = (word: string): boolean | undefined => {
  const plain = word.replace(/[*_`]/g, '').trim();
  if (DONE.test(plain)) return true;
  return OPEN.test(plain) ? false : undefined;
};

/** A number alone is no name here: it may be a task's as well. */
const idOf = (word: string): string =>
  /^\s*\d/.test(word) ? word.trim() : workPackageIdOf(word).toUpperCase();

const BOX = /^([ \t]*(?:[-*+]|\d+[.)])[ \t]+\[)([ xX])\](?:[ \t]+(.*))?$/;
const TASK_ID = /^[*_`~[]*(T\d{2,5})\b/;
const SUBTASKS =
  /(?:^|[\s|\u00b7\u2022])[*_`]*(?:included )?(?:sub-?)?tasks?(?: ids?)?[*_`]*(?: \([^()]*\))?[*_`]*:[*_`]*((?:[\s*_`[(]*T\d{2,5}.*)?)$/i;
/** A line that begins with a task, whatever it is: item, heading, paragraph. */
const LISTED =
  /^[ \t]*(?:#{1,6}[ \t]+|(?:[-*+]|\d+[.)])[ \t]+)?[*_`~[]*(?:(?:sub)?task[ :#-]*)?[*_`~[]*(T\d{2,5}\b(?:[\s*_`\],;&/+\u2013-]|\b(?:and|to|T\d{2,5})\b)*)/i;
const DONE =
  /^(?:\[x\]|x|[\u2713\u2714\u2705\u2611]|done|completed?|finished|closed|yes|merged|accepted|approved|100 ?%)(?![\p{L}\p{N}])/iu;
const OPEN =
  /^(?:\[ ?\]|[\u2610\u2b1c\u274c\u2717\u{1f532}\u23f3\u{1f6a7}]|to[- ]?do|open|planned|pending|not\b|in[- _]progress|doing|wip|no|blocked|started|ready|for[- _]review|in[- _]review|claimed|\d{1,2} ?%|$)(?![\p{L}\p{N}])/iu;
const STATUS = /^(?:status|state|done\??|completed?\??|progress|lane|\[.\]|[\u2713\u2714\u2705\u2611])$/i;
const OWNER = /^[*_`[]*WP[ #_-]?(\d{1,4})(?!\w)(?!\W+WP)/i;

const boxAt = (line: number, text: string, markAt: number, mark: string): Checkbox => {
  const isOpen = mark === ' ';
  return { line, text, isOpen, markAt, mark, opposite: isOpen ? 'x' : ' ' };
};

/** A box in a cell, or a word in the column of states that somebody can judge. */
const markOf = (table: Table, { line, cells }: TableRow, status: number): Checkbox | undefined => {
  const text = cells
    .map((cell) => cell.text)
    .filter((cell) => cell !== '' && !OWNER.test(cell))
    .join(' ');
  const box = cells.find((cell) => /^[*_`]*\[[ xX]\]/.test(cell.text));
  if (box !== undefined) {
    const at = box.text.indexOf('[') + 1;
    return boxAt(line, text, box.start + at, box.text[at] ?? ' ');
  }
  const cell = cells[status];
  const isDone = cell === undefined ? undefined : isDoneWord(cell.text);
  if (cell === undefined || isDone === undefined) return undefined;
  const others = table.rows.flatMap((row) => row.cells[status]?.text ?? []);
  const word = others.find((each) => each !== '' && isDoneWord(each) === !isDone);
  const opposite = word ?? OPPOSITES[cell.text.toLowerCase()] ?? (isDone ? 'pending' : 'done');
  return { line, text, isOpen: !isDone, markAt: cell.start, mark: cell.text, opposite };
};

const OPPOSITES: Readonly<Record<string, string>> = {
  yes: 'no',
  no: 'yes',
  '\u2705': '\u2b1c',
  '\u2b1c': '\u2705',
  '\u2610': '\u2611',
  '\u2611': '\u2610',
  x: '',
};

/** Ids of a list, ranges (`T001–T004`) spelled out. */
const idsIn = (list: string): readonly string[] =>
  [...list.matchAll(/T(\d{2,5})(?:\s*(?:[\u2013-]|\bto\b)\s*T?(\d{2,5}))?(?!\w)/gi)].flatMap(
    ([, from = '', to]) => {
      const last = Number(to ?? from);
      const count = Math.min(Math.max(last - Number(from), 0), 999);
      return Array.from(
        { length: count + 1 },
        (_, at) => `T${String(Number(from) + at).padStart(from.length, '0')}`,
      );
    },
  );
