import { laneName, type Placed } from '../events/lane.js';
import { markdownLines, withoutCode } from './markdown.js';
import type { BranchStanding } from './merge-selection.js';
import { describePlace, fileName, type Place } from './place.js';
import { STATUS_LOG } from './status-log.js';
import { isDoneWord, isTaskId } from './task-marks.js';
import { findTask, tasksOf } from './tasks-document.js';
import { lineOfKey } from './work-package.js';

/** What is known when a work package asks to be accepted. */
export interface AcceptanceFacts extends Placed {
  readonly workPackageId: string;
  /** Task ids that its front matter lists. */
  readonly roster?: readonly string[];
  /** What the status log says of tasks: `done` and other words, by id. */
  readonly logged?: ReadonlyMap<string, string>;
  readonly file: { readonly path: string; readonly text: string };
  /** Folder of the planning documents, relative to the project root. */
  readonly directory: string;
  /** Their texts; `undefined` for one that is missing. */
  readonly documents: Readonly<Record<(typeof DOCUMENTS)[number], string | undefined>>;
  /** Paths of the main checkout that are not committed. */
  readonly dirtyPaths: readonly string[];
  /**
   * How the branch of the work package stands to the target branch; absent when it needs none. `missing`: there must have
   * been one.
   */
  readonly branch?:
    | {
        readonly name: string;
        readonly target: string;
        readonly standing: BranchStanding;
        /** Of `lanes.json`, when the branch is not the work package's own. */
        readonly group?: string | undefined;
      }
    | undefined;
  /** The work package's own work tree, and what is not committed in it; absent when there is none. */
  readonly worktree?: { readonly directory: string; readonly dirtyPaths: readonly string[] } | undefined;
}

/** Where to look for what a reason is about: a file, and the line if there is one. */
export type AcceptancePlace = Place;

export const ACCEPTANCE_CODES = [
  'wrong-lane',
  'open-boxes',
  'open-tasks',
  'unknown-tasks',
  'no-tasks',
  'needs-clarification',
  'missing-documents',
  'dirty-tree',
  'dirty-worktree',
  'not-merged',
] as const;

export interface AcceptanceReason {
  readonly code: (typeof ACCEPTANCE_CODES)[number];
  readonly message: string;
  /** All of them, while the message names the first few. Relative to the project root, or to the work tree. */
  readonly places: readonly Place[];
  /** What to do about it, in one sentence or two. */
  readonly remedy: string;
}

/** Everything that keeps a work package from being accepted; empty = nothing does. */
export const acceptanceReasons = (facts: AcceptanceFacts): readonly AcceptanceReason[] => {
  const { workPackageId: id, lane, file, directory, documents, branch, worktree } = facts;
  const texts = DOCUMENTS.map((name) => ({ path: `${directory}/${name}.md`, text: documents[name] }));
  const missing = texts.flatMap(({ path, text }) => (text === undefined ? [{ path }] : []));
  const unclear = [...texts, file].flatMap(({ path, text = '' }) =>
    markedLines(text).map((line) => ({ path, line })),
  );
  const dirty = facts.dirtyPaths.filter(countsAsDirty);
  const dirtyThere = worktree?.dirtyPaths.filter(countsAsWork) ?? [];
  const wrongLane = lane === 'for_review' ? [] : [atKey(file, 'lane')];
  return [
    ...because(
      'wrong-lane',
      wrongLane,
      `${id} is in ${laneName(facts)}, not in for_review.`,
      `When its work is done, say so: spec-kitty agent tasks move-task ${id} --to for_review`,
    ),
    ...because(
      'missing-documents',
      missing,
      `Missing: ${missing.map(nameOf).join(', ')}.`,
      `Write ${firstOf(missing)} and commit it; docs/features.md says what belongs into it.`,
    ),
    ...unfinishedTasks(facts),
    ...because(
      'needs-clarification',
      unclear,
      `${MARKER} …] stands in ${shorten(unclear.map(nameOf))}.`,
      `Answer the question in ${firstOf(unclear)}, then take the mark out and commit the file.`,
    ),
    ...because(
      'dirty-tree',
      dirty.map((path) => ({ path })),
      `Not committed: ${shorten(dirty)}.`,
      dirty.every((path) => path.startsWith('kitty-specs/'))
        ? 'Commit it; what belongs to the plan is committed by: spec-kitty agent feature finalize-tasks --whole'
        : 'Commit it in the main checkout, or let git ignore what is to stay out of it.',
    ),
    // Whatever was not committed there is not merged either.
    ...because(
      'dirty-worktree',
      dirtyThere.map((path) => ({ path })),
      `Not committed in ${worktree?.directory ?? ''}: ${shorten(dirtyThere)}.`,
      `Commit it in the work tree of ${id}, then merge it: spec-kitty merge ${id}`,
    ),
    ...(branch?.standing === 'missing' || branch?.standing === 'unmerged' ? [notMerged(id, branch)] : []),
  ];
};

/** Whether a dirty path counts: worktrees and the tool's own folder do not. */
export const countsAsDirty = (path: string): boolean => !/^\.(?:worktrees|kittify)(?:\/|$)/.test(path);

/** Whether a dirty path of a work package's own work tree is work: planning documents are those of the main checkout. */
export const countsAsWork = (path: string): boolean =>
  countsAsDirty(path) && !/^kitty-specs(?:\/|$)/.test(path);

const DOCUMENTS = ['spec', 'plan', 'tasks'] as const;

/** A condition that is met has no place where it is not. */
const because = (
  code: AcceptanceReason['code'],
  places: readonly Place[],
  message: string,
  remedy: string,
): readonly AcceptanceReason[] => (places.length === 0 ? [] : [{ code, message, places, remedy }]);

const atKey = ({ path, text }: AcceptanceFacts['file'], key: string): Place => ({
  path,
  line: lineOfKey(text, key),
});

const nameOf = (place: Place): string => fileName(describePlace(place));

const firstOf = ([first]: readonly Place[]): string =>
  first === undefined ? 'the file' : describePlace(first);

const shorten = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;

const SHOWN = 3;

/**
 * Tasks are done where a mark says so: a box, the status in a table, or for those that have neither the status log. Ids
 * that nobody can judge are named, and a work package without any task that could be looked at is not taken for done.
 */
const unfinishedTasks = (facts: AcceptanceFacts): readonly AcceptanceReason[] => {
  const { workPackageId, directory, file, roster = [], logged } = facts;
  const { tasks } = facts.documents;
  if (tasks === undefined) return [];
  const path = `${directory}/tasks.md`;
  const { hasSection, boxes, unmarked } = tasksOf(tasks, workPackageId);
  const listed = new Set([...unmarked.map(({ taskId }) => taskId), ...roster, ...(logged?.keys() ?? [])]);
  const others = [...listed].filter((id) => !boxes.some(({ taskId }) => taskId === id));
  const marks = [...boxes, ...others.flatMap((id) => findTask(tasks, id)?.box ?? [])];
  const judged = others
    .filter((id) => findTask(tasks, id) === undefined)
    .map((id) => {
      const word = logged?.get(id);
      const name = word === undefined ? id : `${id} (${word})`;
      return { id, name, isDone: word === undefined ? undefined : isDoneWord(word) };
    });
  if (marks.length + judged.length === 0)
    return because(
      'no-tasks',
      [{ path }],
      hasSection
        ? `The section of ${workPackageId} in tasks.md names no task.`
        : `tasks.md has no section of ${workPackageId}, so that none of its tasks is known.`,
      `Write its tasks below a heading such as "## ${workPackageId}: Title", each as "- [x] T001 What was done".`,
    );
  const openBoxes = marks.filter(({ isOpen }) => isOpen);
  const places = openBoxes.map(({ line }) => ({ path, line }));
  const boxNames = openBoxes.map(({ taskId = 'a box', line }) => `${taskId} (line ${line})`);
  const open = judged.filter(({ isDone }) => isDone === false);
  const unknown = judged.filter(({ isDone }) => isDone === undefined);
  const boxed = openBoxes.find(({ taskId }) => taskId !== undefined)?.taskId;
  const exampleOf = (tasks: typeof judged): string => tasks.find(({ id }) => isTaskId(id))?.id ?? 'T001';
  return [
    ...because(
      'open-boxes',
      places,
      `tasks.md has ${openBoxes.length} open: ${shorten(boxNames)}.`,
      boxed === undefined
        ? `Do what stands there and tick the box in ${firstOf(places)}, or take it out.`
        : `Tick what is done: spec-kitty agent tasks mark-status ${boxed} --status done`,
    ),
    ...because(
      'open-tasks',
      open.slice(0, 1).map(() => ({ path: `${directory}/${STATUS_LOG}` })),
      `The status log has ${open.length} open: ${shorten(open.map(({ name }) => name))}.`,
      `Mark what is done: spec-kitty agent tasks mark-status ${exampleOf(open)} --status done`,
    ),
    ...because(
      'unknown-tasks',
      unknown.map(({ id }) => {
        const line = unmarked.find(({ taskId }) => taskId === id)?.line;
        return line === undefined ? atKey(file, 'subtasks') : { path, line };
      }),
      `Nothing says whether ${shorten(unknown.map(({ name }) => name))} ${unknown.length === 1 ? 'is' : 'are'} done.`,
      `Give each a box in its section of tasks.md, such as "- [x] ${exampleOf(unknown)} What was done".`,
    ),
  ];
};

const notMerged = (
  id: string,
  { name, group, target, standing }: NonNullable<AcceptanceFacts['branch']>,
): AcceptanceReason => {
  const which = `The branch ${name}${group === undefined ? '' : ` (${group} of lanes.json)`}`;
  const what =
    standing === 'missing'
      ? `is not here, so nobody can say that it is merged into ${target}.`
      : `is not merged into ${target}.`;
  const remedy =
    group === undefined
      ? `Merge it with: spec-kitty merge ${id}`
      : 'Merge that branch as a whole, with git or with the program that made it.';
  return { code: 'not-merged', message: `${which} ${what}`, places: [], remedy };
};

const MARKER = '[NEEDS CLARIFICATION';

/** Lines that hold the marker. In code and comments it is an example, and some sentences are about it. */
const markedLines = (text: string): readonly number[] =>
  text.includes(MARKER)
    ? markdownLines(text).flatMap(({ said, number }) => (isMarked(withoutCode(said)) ? [number] : []))
    : [];

const isMarked = (said: string): boolean =>
  [...said.matchAll(/\[NEEDS CLARIFICATION[^\]]*\]?/g)].some(({ index, 0: marker }) => {
    const before = said.slice(0, index);
    const after = said.slice(index + marker.length);
    const isQuoted = /["'\u201c\u2018\u00ab]$/.test(before) && /^["'\u201d\u2019\u00bb]/.test(after);
    const isBare = marker === `${MARKER}]`;
    const isSettled = isBare && (COUNTED.test(before) || SETTLED.test(after));
    return !(isQuoted || ABOUT_MARKERS.test(after) || isSettled);
  });

const ABOUT_MARKERS = /^["'*_]* ?(?:markers?|tags?|placeholders?|tokens?)\b/i;
const COUNTED = /\b(?:no|zero|0|any|all|every|each|without|unresolved|remaining)(?: \w+){0,2} $/i;
const SETTLED =
  /^ (?:is|was|are|were|has been|have been) (?:all )?(?:resolved|removed|answered|settled|gone)\b/i;
