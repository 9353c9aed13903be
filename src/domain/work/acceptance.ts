import { laneName, type Placed } from '../events/lane.js';
import { markdownLines, withoutCode } from './markdown.js';
import { STATUS_LOG } from './status-log.js';
import { isDoneWord } from './task-marks.js';
import { findTask, tasksOf } from './tasks-document.js';
import { lineOfKey } from './work-package.js';

/** The planning documents of a feature; `undefined` = missing. */
export interface PlanningDocuments {
  readonly spec: string | undefined;
  readonly plan: string | undefined;
  readonly tasks: string | undefined;
}

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
  readonly documents: PlanningDocuments;
  /** Paths of the main checkout that are not committed. */
  readonly dirtyPaths: readonly string[];
  /**
   * How the branch of the work package stands to the target branch; absent when it needs none. `unknown`: its branch is
   * not there, and there must have been one.
   */
  readonly branch?:
    | {
        readonly name: string;
        readonly target: string;
        readonly isMerged: boolean | 'unknown';
        /** Of `lanes.json`, when the branch is not the work package's own. */
        readonly group?: string | undefined;
      }
    | undefined;
  /** The work package's own work tree, and what is not committed in it; absent when there is none. */
  readonly worktree?: { readonly directory: string; readonly dirtyPaths: readonly string[] } | undefined;
}

/** Where to look for what a reason is about: a file, and the line if there is one. */
export interface AcceptancePlace {
  readonly path: string;
  readonly line?: number;
}

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
  readonly places: readonly AcceptancePlace[];
}

/** Everything that keeps a work package from being accepted; empty = nothing does. */
export const acceptanceReasons = (facts: AcceptanceFacts): readonly AcceptanceReason[] =>
  CONDITIONS.flatMap((unmet) => unmet(facts));

/** Whether a dirty path counts: worktrees and the tool's own folder do not. */
export const countsAsDirty = (path: string): boolean => !/^\.(?:worktrees|kittify)(?:\/|$)/.test(path);

/** Whether a dirty path of a work package's own work tree is work: planning documents are those of the main checkout. */
export const countsAsWork = (path: string): boolean =>
  countsAsDirty(path) && !/^kitty-specs(?:\/|$)/.test(path);

/** What to do about a condition that is not met, in one sentence or two. */
export const remedyOf = (workPackageId: string, reason: AcceptanceReason): string =>
  REMEDIES[reason.code](workPackageId, reason);

type Unmet = (facts: AcceptanceFacts) => readonly AcceptanceReason[];

const because = (
  code: AcceptanceReason['code'],
  message: string,
  places: readonly AcceptancePlace[],
): readonly AcceptanceReason[] => [{ code, message, places }];

const placesOf = (paths: readonly string[]): readonly AcceptancePlace[] => paths.map((path) => ({ path }));

const atKey = ({ path, text }: AcceptanceFacts['file'], key: string): AcceptancePlace => {
  const line = lineOfKey(text, key);
  return { path, ...(line === undefined ? {} : { line }) };
};

const shorten = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;

const SHOWN = 3;

const wrongLane: Unmet = (facts) => {
  const { workPackageId, lane, file } = facts;
  if (lane === 'for_review') return [];
  const message = `${workPackageId} is in ${laneName(facts)}, not in for_review.`;
  return because('wrong-lane', message, [atKey(file, 'lane')]);
};

const missingDocuments: Unmet = ({ documents, directory }) => {
  const names = (['spec', 'plan', 'tasks'] as const)
    .filter((name) => documents[name] === undefined)
    .map((name) => `${name}.md`);
  if (names.length === 0) return [];
  const places = placesOf(names.map((name) => `${directory}/${name}`));
  return because('missing-documents', `Missing: ${names.join(', ')}.`, places);
};

/**
 * Tasks are done where a mark says so: a box, the status in a table, or for those that have neither the status log. Ids
 * that nobody can judge are named, and a work package without any task that could be looked at is not taken for done.
 */
const unfinishedTasks: Unmet = ({
  workPackageId,
  documents,
  directory,
  file,
  roster = [],
  logged = NONE,
}) => {
  const { tasks } = documents;
  if (tasks === undefined) return [];
  const path = `${directory}/tasks.md`;
  const { hasSection, boxes, unmarked } = tasksOf(tasks, workPackageId);
  const own = new Set(boxes.map(({ taskId }) => taskId));
  const others = [...roster, ...logged.keys()].filter((id) => !own.has(id));
  const marks = [...new Set([...boxes, ...others.flatMap((id) => findTask(tasks, id)?.box ?? [])])];
  const marked = new Set(marks.map(({ taskId }) => taskId));
  const listed = [...new Set([...unmarked.map(({ taskId }) => taskId), ...others])].filter(
    (id) => !marked.has(id),
  );
  if (marks.length + listed.length === 0) {
    const message = hasSection
      ? `The section of ${workPackageId} in tasks.md names no task.`
      : `tasks.md has no section of ${workPackageId}, so that none of its tasks is known.`;
    return because('no-tasks', message, [{ path }]);
  }
  const openBoxes = marks.filter(({ isOpen }) => isOpen);
  const judged = listed.map((id) => {
    const word = logged.get(id);
    return { id, word, isDone: word === undefined ? undefined : isDoneWord(word) };
  });
  const open = judged.filter(({ isDone }) => isDone === false).map(({ id, word = '' }) => `${id} (${word})`);
  const unknown = judged.filter(({ isDone }) => isDone === undefined);
  const names = unknown.map(({ id, word }) => (word === undefined ? id : `${id} (${word})`));
  const is = names.length === 1 ? 'is' : 'are';
  return [
    ...because(
      'open-boxes',
      `tasks.md has ${openBoxes.length} open: ${shorten(openBoxes.map(({ taskId, line }) => `${taskId ?? 'a box'} (line ${line})`))}.`,
      openBoxes.map(({ line }) => ({ path, line })),
    ),
    ...because('open-tasks', `The status log has ${open.length} open: ${shorten(open)}.`, [
      ...(open.length === 0 ? [] : [{ path: `${directory}/${STATUS_LOG}` }]),
    ]),
    ...because(
      'unknown-tasks',
      `Nothing says whether ${shorten(names)} ${is} done.`,
      unknown.map(({ id }) => {
        const line = unmarked.find(({ taskId }) => taskId === id)?.line;
        return line === undefined ? atKey(file, 'subtasks') : { path, line };
      }),
    ),
  ].filter(({ places }) => places.length > 0);
};

const NONE: ReadonlyMap<string, string> = new Map();

const unclear: Unmet = ({ file, documents, directory }) => {
  const texts = [
    ...(['spec', 'plan', 'tasks'] as const).map((name) => ({
      path: `${directory}/${name}.md`,
      text: documents[name] ?? '',
    })),
    file,
  ];
  const places = texts.flatMap(({ path, text }) => markedLines(text).map((line) => ({ path, line })));
  if (places.length === 0) return [];
  const names = places.map(({ path, line }) => `${path.slice(path.lastIndexOf('/') + 1)}:${line}`);
  return because('needs-clarification', `${MARKER} …] stands in ${shorten(names)}.`, places);
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

const dirtyTree: Unmet = ({ dirtyPaths }) => {
  const paths = dirtyPaths.filter(countsAsDirty);
  if (paths.length === 0) return [];
  return because('dirty-tree', `Not committed: ${shorten(paths)}.`, placesOf(paths));
};

/** Whatever was not committed there is not merged either. */
const dirtyWorktree: Unmet = ({ worktree }) => {
  const paths = worktree?.dirtyPaths.filter(countsAsWork) ?? [];
  if (worktree === undefined || paths.length === 0) return [];
  const message = `Not committed in ${worktree.directory}: ${shorten(paths)}.`;
  return because('dirty-worktree', message, placesOf(paths));
};

const notMerged: Unmet = ({ branch }) => {
  if (branch === undefined || branch.isMerged === true) return [];
  const { name, group, target, isMerged } = branch;
  const which = `The branch ${name}${group === undefined ? '' : ` (${group} of lanes.json)`}`;
  const what =
    isMerged === 'unknown'
      ? `is not here, so nobody can say that it is merged into ${target}.`
      : `is not merged into ${target}.`;
  return because('not-merged', `${which} ${what}`, []);
};

const CONDITIONS: readonly Unmet[] = [
  ...[wrongLane, missingDocuments, unfinishedTasks, unclear],
  ...[dirtyTree, dirtyWorktree, notMerged],
];

const REMEDIES: Readonly<Record<AcceptanceReason['code'], (id: string, reason: AcceptanceReason) => string>> =
  {
    'wrong-lane': (id) =>
      `When its work is done, say so: spec-kitty agent tasks move-task ${id} --to for_review`,
    'open-boxes': (_, { message, places }) => {
      const task = taskIn(message);
      return task === undefined
        ? `Do what stands there and tick the box in ${placeOf(places)}, or take it out.`
        : `Tick what is done: spec-kitty agent tasks mark-status ${task} --status done`;
    },
    'open-tasks': (_, { message }) =>
      `Mark what is done: spec-kitty agent tasks mark-status ${taskIn(message) ?? 'T001'} --status done`,
    'unknown-tasks': (_, { message }) =>
      `Give each a box in its section of tasks.md, such as "- [x] ${taskIn(message) ?? 'T001'} What was done".`,
    'no-tasks': (id) =>
      `Write its tasks below a heading such as "## ${id}: Title", each as "- [x] T001 What was done".`,
    'needs-clarification': (_, { places }) =>
      `Answer the question in ${placeOf(places)}, then take the mark out and commit the file.`,
    'missing-documents': (_, { places }) =>
      `Write ${placeOf(places)} and commit it; docs/features.md says what belongs into it.`,
    'dirty-tree': (_, { places }) =>
      places.every(({ path }) => path.startsWith('kitty-specs/'))
        ? 'Commit it; what belongs to the plan is committed by: spec-kitty agent feature finalize-tasks --whole'
        : 'Commit it in the main checkout, or let git ignore what is to stay out of it.',
    'dirty-worktree': (id) => `Commit it in the work tree of ${id}, then merge it: spec-kitty merge ${id}`,
    'not-merged': (id, { message }) =>
      / of lanes\.json\) /.test(message)
        ? 'Merge that branch as a whole, with git or with the program that made it.'
        : `Merge it with: spec-kitty merge ${id}`,
  };

const taskIn = (message: string): string | undefined => /\bT\d{2,5}\b/.exec(message)?.[0];

const placeOf = ([first]: AcceptanceReason['places']): string =>
  first === undefined ? 'the file' : `${first.path}${first.line === undefined ? '' : `:${first.line}`}`;
