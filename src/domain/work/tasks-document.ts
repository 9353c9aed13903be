import { markdownLines, type MarkdownLine } from './markdown.js';
import { tasksIn, type Checkbox, type TaskMention } from './task-marks.js';
import { workPackageNumber } from './work-package-id.js';

/** The parts of `tasks.md` that speak of one work package; usually one section, never the sections nested in it. */
export interface TasksSection {
  readonly workPackageId: string;
  /** Line of the first heading that names the work package. */
  readonly line: number;
  readonly lines: readonly MarkdownLine[];
}

/**
 * The sections of `tasks.md`, in the order in which work packages first appear. A section begins at a heading that
 * names a work package (`## WP01: Title`, `## Work Package 1 – Title`).
 */
export const tasksSections = (document: string): readonly TasksSection[] => read(document).sections;

/** The tasks of a work package as `tasks.md` has them. */
export interface DocumentedTasks {
  /** Whether some section is about the work package. */
  readonly hasSection: boolean;
  readonly boxes: readonly Checkbox[];
  /** Ids of which no mark says whether they are done. */
  readonly unmarked: readonly TaskMention[];
}

/** The marks in the section of a work package and in rows that name it, and the ids there that have none. */
export const tasksOf = (document: string, workPackageId: string): DocumentedTasks => {
  const { boxes, unmarked, sections } = read(document);
  const isOurs = ({ owner }: { readonly owner?: string | undefined }): boolean =>
    owner !== undefined && workPackageNumber(owner) === workPackageNumber(workPackageId);
  return {
    hasSection: sections.some((section) => isOurs({ owner: section.workPackageId })),
    boxes: boxes.filter(isOurs),
    unmarked: unmarked.filter(isOurs),
  };
};

/** A task with the work package that it belongs to. */
export interface FoundTask {
  readonly taskId: string;
  /** Absent for a task outside every section. */
  readonly workPackageId?: string | undefined;
  readonly box: Checkbox;
}

/** The first mark of a task id (`T012`), those of work packages first. */
export const findTask = (document: string, taskId: string): FoundTask | undefined => {
  const found = read(document).boxes.filter((box) => box.taskId === taskId);
  const box = found.find(({ owner }) => owner !== undefined) ?? found[0];
  return box && { taskId, box, workPackageId: box.owner };
};

/** Every task that has a mark, each with the one that {@link findTask} finds. */
export const markedTasks = (document: string): readonly FoundTask[] =>
  [...new Set(read(document).boxes.map(({ taskId }) => taskId))].flatMap(
    (taskId) => (taskId === undefined ? undefined : findTask(document, taskId)) ?? [],
  );

/** The line in which an id stands without a mark, if it has none anywhere. */
export const lineWithoutMark = (document: string, taskId: string): number | undefined =>
  read(document).unmarked.find((each) => each.taskId === taskId)?.line;

interface Reading extends Pick<DocumentedTasks, 'boxes' | 'unmarked'> {
  readonly document: string;
  readonly sections: readonly TasksSection[];
}

/** Who asks about many work packages of a feature asks about one text, which would be read again for each of them. */
let latest: Reading | undefined;

const read = (document: string): Reading => {
  if (latest?.document === document) return latest;
  const lines = markdownLines(document);
  const owners = ownerOfEachLine(lines);
  const { marks: boxes, mentions } = tasksIn(lines, (line) => owners[line - 1]);
  const marked = new Set(boxes.map(({ taskId }) => taskId));
  const unmarked = mentions.filter(({ taskId }) => !marked.has(taskId));
  latest = { document, sections: sectionsOf(lines, owners), boxes, unmarked };
  return latest;
};

const sectionsOf = (
  lines: readonly MarkdownLine[],
  owners: readonly (string | undefined)[],
): readonly TasksSection[] =>
  [...new Set(owners)].flatMap((workPackageId) => {
    const own = lines.filter((_, at) => owners[at] === workPackageId);
    const line = own[0]?.number ?? 1;
    return workPackageId === undefined ? [] : [{ workPackageId, line, lines: own }];
  });

/** Numbers and signs may stand in front of the id, words may not; a work package may be called by its number alone. */
const SECTION_TITLE =
  /^[^\p{L}]*(?:Work Package[^\p{L}\d]*)?(?:WP[ \t#_-]?(\d{1,4})|(?<=Work Package[^\p{L}\d]*)(\d{1,4}))(?![\w.]*\w)/iu;
/** What closes a plan: it is about all work packages. */
const ABOUT_ALL = /\bindex\b|\b(?:dependency|execution)\b.*\b(?:summary|graph|overview)\b/i;
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
 * the same level. One of the same level about other work packages, or about all, ends it too.
 */
const ownerOfEachLine = (lines: readonly MarkdownLine[]): readonly (string | undefined)[] => {
  let open: { readonly id: string; readonly level: number } | undefined;
  return lines.map(({ heading }) => {
    if (heading !== undefined) {
      const { level, title } = heading;
      const id = idInTitle(title);
      const isAboutOthers = (/\bWP\d/i.test(title) && !/depend/i.test(title)) || ABOUT_ALL.test(title);
      if (id !== undefined) open = { id, level };
      else if (open !== undefined && (level < open.level || (level === open.level && isAboutOthers)))
        open = undefined;
    }
    return open?.id;
  });
};
