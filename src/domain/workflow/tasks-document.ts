import { markdownLines, sectionEnd, type MarkdownLine } from './markdown.js';

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
 * names a work package and ends at the next heading of its level or above.
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
/** Numbers and signs may stand in front of the id; a heading about several (`WP01–WP03`) is the section of none. */
const SECTION_TITLE =
  /^[^\p{L}]*(?:Work Package[^\p{L}]+)?(WP\d{2,4})(?!\w)(?!\s*(?:,|&|\+|\/|\u2013|\u2014|-|\u2192|->|and\b|to\b|through\b)\s*WP\d)/iu;

/** Inner sections are written after the outer ones, so that a line belongs to the nearest heading that names one. */
const ownerOfEachLine = (lines: readonly MarkdownLine[]): readonly (string | undefined)[] => {
  const owners = new Array<string | undefined>(lines.length).fill(undefined);
  lines.forEach(({ heading }, at) => {
    const id = heading === undefined ? undefined : SECTION_TITLE.exec(heading.title)?.[1];
    if (heading !== undefined && id !== undefined)
      owners.fill(id.toUpperCase(), at, sectionEnd(lines, at, heading.level));
  });
  return owners;
};
