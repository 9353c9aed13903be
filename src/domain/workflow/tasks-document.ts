import { markdownLines, type MarkdownLine } from './markdown.js';

/** The parts of `tasks.md` that speak of one work package; usually one section, never the sections nested in it. */
export interface TasksSection {
  readonly workPackageId: string;
  /** Line of the first heading that names the work package. */
  readonly line: number;
  readonly lines: readonly MarkdownLine[];
}

/** A checkbox of a subtask (`- [ ] T001 …`) or of anything else. */
export interface Checkbox {
  /** The task id; absent for a box without one. */
  readonly taskId?: string;
  readonly line: number;
  readonly isOpen: boolean;
  /** What stands behind the box. */
  readonly text: string;
  /** Where the mark between the brackets stands in the document. */
  readonly markAt: number;
}

/**
 * The sections of `tasks.md`, in the order in which work packages first appear. A section begins at a heading that
 * names a work package (`## WP01: Title`, `## Work Package 1 – Title`).
 */
export const tasksSections = (document: string): readonly TasksSection[] => {
  if (latest?.document !== document) latest = { document, sections: readSections(document) };
  return latest.sections;
};

/** Who asks about many work packages of a feature asks about one text, which would be read again for each of them. */
let latest: { readonly document: string; readonly sections: readonly TasksSection[] } | undefined;

const readSections = (document: string): readonly TasksSection[] => {
  const lines = markdownLines(document);
  const owners = ownerOfEachLine(lines);
  const sections = new Map<string, { line: number; lines: MarkdownLine[] }>();
  lines.forEach((line, at) => {
    const id = owners[at];
    if (id === undefined) return;
    const section = sections.get(id) ?? { line: line.number, lines: [] };
    section.lines.push(line);
    sections.set(id, section);
  });
  return [...sections].map(([workPackageId, section]) => ({ workPackageId, ...section }));
};

/** All checkboxes of some lines, in their order; those in fences are examples. */
export const checkboxes = (lines: readonly MarkdownLine[]): readonly Checkbox[] =>
  lines.flatMap((line): readonly Checkbox[] => {
    const box = BOX.exec(line.said);
    if (box === null) return [];
    const [, before = '', mark = '', text = ''] = box;
    const taskId = TASK_ID.exec(text)?.[1];
    return [
      {
        ...(taskId === undefined ? {} : { taskId }),
        line: line.number,
        isOpen: mark === ' ',
        text: text.trim(),
        markAt: line.start + before.length,
      },
    ];
  });

/** The boxes of a work package that are not ticked yet; none when `tasks.md` has no section for it. */
export const openBoxes = (document: string, workPackageId: string): readonly Checkbox[] => {
  const section = tasksSections(document).find((each) => each.workPackageId === workPackageId);
  return section === undefined ? [] : checkboxes(section.lines).filter(({ isOpen }) => isOpen);
};

/** A task with the work package whose section holds it. */
export interface FoundTask {
  readonly taskId: string;
  /** Absent for a task outside every section. */
  readonly workPackageId?: string;
  readonly box: Checkbox;
}

/** The first checkbox of a task id (`T012`), sections first. */
export const findTask = (document: string, taskId: string): FoundTask | undefined => {
  const isIt = (box: Checkbox): boolean => box.taskId === taskId;
  for (const { workPackageId, lines } of tasksSections(document)) {
    const box = checkboxes(lines).find(isIt);
    if (box !== undefined) return { taskId, workPackageId, box };
  }
  const box = checkboxes(markdownLines(document)).find(isIt);
  return box === undefined ? undefined : { taskId, box };
};

/** The document with one box ticked or opened; nothing else changes. */
export const withBox = (document: string, { markAt }: Checkbox, isOpen: boolean): string =>
  document.slice(0, markAt) + (isOpen ? ' ' : 'x') + document.slice(markAt + 1);

/** Whether the text is a task id such as `T012`. */
export const isTaskId = (text: string): boolean => /^T\d{2,5}$/.test(text);

const BOX = /^([ \t]*(?:[-*+]|\d+[.)])[ \t]+\[)([ xX])\](?:[ \t]+(.*))?$/;
const TASK_ID = /^[*_`~]*(T\d{2,5})\b/;
/** Numbers and signs may stand in front of the id, words may not; a work package may be called by its number alone. */
const SECTION_TITLE =
  /^[^\p{L}]*(?:Work Package[^\p{L}\d]*)?(?:WP[ \t#_-]?(\d{1,4})|(?<=Work Package[^\p{L}\d]*)(\d{1,4}))(?![\w.]*\w)/iu;
/** Behind its id: a heading about several (`WP01–WP03`) is the section of none. */
const SEVERAL =
  /^\s*(?:,|&|\+|\/|\u2013|\u2014|-|\u2192|->|and\b|to\b|through\b)\s*WP[ #_-]?\d|^(?:[\u2013-]|\s*(?:,|&|\+|\/|and\b)\s*)\d{1,4}(?!\w)/i;

/** The id of the work package whose section a heading opens. */
const idInTitle = (title: string): string | undefined => {
  const plain = title.replace(/[*_`]/g, '');
  const found = SECTION_TITLE.exec(plain);
  const number = found?.[1] ?? found?.[2];
  if (found === null || number === undefined || SEVERAL.test(plain.slice(found[0].length))) return undefined;
  return `WP${number.padStart(2, '0')}`;
};

/**
 * A section goes on to the next heading that names a work package, or to one of a higher level: inner headings may be of
 * the same level. One of the same level about another work package ends it too, and so does one about several.
 */
const ownerOfEachLine = (lines: readonly MarkdownLine[]): readonly (string | undefined)[] => {
  let open: { readonly id: string; readonly level: number } | undefined;
  return lines.map(({ heading }) => {
    if (heading !== undefined) {
      const { level, title } = heading;
      const id = idInTitle(title);
      const isAboutOthers = /\bWP\d/i.test(title) && !/depend/i.test(title);
      if (id !== undefined) open = { id, level };
      else if (open !== undefined && (level < open.level || (level === open.level && isAboutOthers)))
        open = undefined;
    }
    return open?.id;
  });
};
