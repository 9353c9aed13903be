import { laneName, type Placed } from '../events/lane.js';
import { markdownLines, withoutCode } from './markdown.js';
import { STATUS_LOG } from './status-log.js';
import { isDoneWord, type Checkbox, type TaskMention } from './task-marks.js';
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
  /** The work package's own file. */
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
  readonly branch?: {
    readonly name: string;
    readonly target: string;
    readonly isMerged: boolean | 'unknown';
    /** Of `lanes.json`, when the branch is not the work package's own. */
    readonly group?: string;
  };
  /** The work package's own work tree, and what is not committed in it; absent when there is none. */
  readonly worktree?: { readonly directory: string; readonly dirtyPaths: readonly string[] };
}

/** Where to look for what a reason is about: a file, and the line if there is one. */
export interface AcceptancePlace {
  readonly path: string;
  readonly line?: number;
}

/** One condition that is not met. */
export interface AcceptanceReason {
  readonly code:
    | 'wrong-lane'
    | 'open-boxes'
    | 'open-tasks'
    | 'unknown-tasks'
    | 'no-tasks'
    | 'needs-clarification'
    | 'missing-documents'
    | 'dirty-tree'
    | 'dirty-worktree'
    | 'not-merged';
  readonly message: string;
  /** All of them, while the message names the first few. Relative to the project root, or to the work tree. */
  readonly places: readonly AcceptancePlace[];
}

/** Everything that keeps a work package from being accepted; empty = nothing does. */
export const acceptanceReasons = (facts: AcceptanceFacts): readonly AcceptanceReason[] => [
  ...wrongLane(facts),
  ...missingDocuments(facts),
  ...unfinishedTasks(facts),
  ...unclear(facts),
  ...dirtyTree(facts),
  ...dirtyWorktree(facts),
  ...notMerged(facts),
];

/** Whether a dirty path counts: worktrees and the tool's own folder do not. */
export const countsAsDirty = (path: string): boolean => !/^\.(?:worktrees|kittify)(?:\/|$)/.test(path);

/** Whether a dirty path of a work package's own work tree is work: planning documents are those of the main checkout. */
export const countsAsWork = (path: string): boolean =>
  countsAsDirty(path) && !/^kitty-specs(?:\/|$)/.test(path);

const MARKER = '[NEEDS CLARIFICATION';
const SHOWN = 3;

const wrongLane = (facts: AcceptanceFacts): readonly AcceptanceReason[] => {
  const { workPackageId, lane, file } = facts;
  if (lane === 'for_review') return [];
  const line = lineOfKey(file.text, 'lane');
  const place = { path: file.path, ...(line === undefined ? {} : { line }) };
  return [reason('wrong-lane', `${workPackageId} is in ${laneName(facts)}, not in for_review.`, [place])];
};

/**
 * Tasks are done where a mark says so: a box, the status in a table, or for those that have neither the status log. Ids
 * that nobody can judge are named, and a work package without any task that could be looked at is not taken for done.
 */
const unfinishedTasks = (facts: AcceptanceFacts): readonly AcceptanceReason[] => {
  const { workPackageId, documents, directory, roster = [], logged = new Map<string, string>() } = facts;
  if (documents.tasks === undefined) return [];
  const path = `${directory}/tasks.md`;
  const { hasSection, boxes, unmarked } = tasksOf(documents.tasks, workPackageId);
  const known = new Set(boxes.map(({ taskId }) => taskId));
  const others = [...roster, ...logged.keys()].flatMap((id) => (known.has(id) ? [] : [id]));
  const elsewhere = others.flatMap((id) => findTask(documents.tasks ?? '', id)?.box ?? []);
  const marks = [...new Set([...boxes, ...elsewhere])];
  const marked = new Set(marks.map(({ taskId }) => taskId));
  const listed = new Set(
    [...unmarked.map(({ taskId }) => taskId), ...others].filter((id) => !marked.has(id)),
  );
  if (marks.length + listed.size === 0) return [noTasks(workPackageId, hasSection, path)];
  return [
    ...openMarks(
      path,
      marks.filter(({ isOpen }) => isOpen),
    ),
    ...listedTasks(facts, [...listed], unmarked),
  ];
};

const openMarks = (path: string, open: readonly Checkbox[]): readonly AcceptanceReason[] => {
  if (open.length === 0) return [];
  const names = open.map(({ taskId, line }) => `${taskId ?? 'a box'} (line ${line})`);
  const places = open.map(({ line }) => ({ path, line }));
  return [reason('open-boxes', `tasks.md has ${open.length} open: ${shorten(names)}.`, places)];
};

/** Tasks without a mark: the status log knows what became of them, or nobody does. */
const listedTasks = (
  { directory, file, logged = new Map<string, string>() }: AcceptanceFacts,
  ids: readonly string[],
  mentioned: readonly TaskMention[],
): readonly AcceptanceReason[] => {
  const judged = ids.map((id) => ({ id, word: logged.get(id), isDone: isDoneWord(logged.get(id) ?? '?') }));
  const open = judged.filter(({ isDone }) => isDone === false);
  const unknown = judged.filter(({ isDone }) => isDone === undefined);
  const places = unknown.map(({ id }): AcceptancePlace => {
    const at = mentioned.find(({ taskId }) => taskId === id);
    if (at !== undefined) return { path: `${directory}/tasks.md`, line: at.line };
    const line = lineOfKey(file.text, 'subtasks');
    return { path: file.path, ...(line === undefined ? {} : { line }) };
  });
  const names = unknown.map(({ id, word }) => (word === undefined ? id : `${id} (${word})`));
  const those = open.map(({ id, word }) => `${id} (${word ?? ''})`);
  const log = { path: `${directory}/${STATUS_LOG}` };
  return [
    ...(open.length === 0
      ? []
      : [reason('open-tasks', `The status log has ${open.length} open: ${shorten(those)}.`, [log])]),
    ...(unknown.length === 0
      ? []
      : [
          reason(
            'unknown-tasks',
            `Nothing says whether ${shorten(names)} ${names.length === 1 ? 'is' : 'are'} done.`,
            places,
          ),
        ]),
  ];
};

const noTasks = (id: string, hasSection: boolean, path: string): AcceptanceReason =>
  reason(
    'no-tasks',
    hasSection
      ? `The section of ${id} in tasks.md names no task.`
      : `tasks.md has no section of ${id}, so that none of its tasks is known.`,
    [{ path }],
  );

const unclear = ({ file, documents, directory }: AcceptanceFacts): readonly AcceptanceReason[] => {
  const texts: readonly (readonly [path: string, text: string | undefined])[] = [
    [`${directory}/spec.md`, documents.spec],
    [`${directory}/plan.md`, documents.plan],
    [`${directory}/tasks.md`, documents.tasks],
    [file.path, file.text],
  ];
  const places = texts.flatMap(([path, text = '']) => markedLines(text).map((line) => ({ path, line })));
  if (places.length === 0) return [];
  const names = places.map(({ path, line }) => `${path.slice(path.lastIndexOf('/') + 1)}:${line}`);
  return [reason('needs-clarification', `${MARKER} …] stands in ${shorten(names)}.`, places)];
};

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
    const isCounted = /\b(?:no|zero|0|any|all|every|each|without|unresolved|remaining)(?: \w+){0,2} $/i.test(
      before,
    );
    const isSettled =
      /^ (?:is|was|are|were|has been|have been) (?:all )?(?:resolved|removed|answered|settled|gone)\b/i.test(
        after,
      );
    const isBare = marker === `${MARKER}]`;
    return !(isQuoted || ABOUT_MARKERS.test(after) || (isBare && (isCounted || isSettled)));
  });

const ABOUT_MARKERS = /^["'*_]* ?(?:markers?|tags?|placeholders?|tokens?)\b/i;

const missingDocuments = ({ documents, directory }: AcceptanceFacts): readonly AcceptanceReason[] => {
  const names = (['spec', 'plan', 'tasks'] as const)
    .filter((name) => documents[name] === undefined)
    .map((name) => `${name}.md`);
  if (names.length === 0) return [];
  const places = names.map((name) => ({ path: `${directory}/${name}` }));
  return [reason('missing-documents', `Missing: ${names.join(', ')}.`, places)];
};

const dirtyTree = ({ dirtyPaths }: AcceptanceFacts): readonly AcceptanceReason[] => {
  const paths = dirtyPaths.filter(countsAsDirty);
  if (paths.length === 0) return [];
  return [reason('dirty-tree', `Not committed: ${shorten(paths)}.`, placesOf(paths))];
};

/** Whatever was not committed there is not merged either. */
const dirtyWorktree = ({ worktree }: AcceptanceFacts): readonly AcceptanceReason[] => {
  const paths = worktree?.dirtyPaths.filter(countsAsWork) ?? [];
  if (worktree === undefined || paths.length === 0) return [];
  const message = `Not committed in ${worktree.directory}: ${shorten(paths)}.`;
  return [reason('dirty-worktree', message, placesOf(paths))];
};

const notMerged = ({ branch }: AcceptanceFacts): readonly AcceptanceReason[] =>
  branch === undefined || branch.isMerged === true
    ? []
    : [
        reason(
          'not-merged',
          `The branch ${branch.name}${branch.group === undefined ? '' : ` (${branch.group} of lanes.json)`} ` +
            (branch.isMerged === 'unknown'
              ? `is not here, so nobody can say that it is merged into ${branch.target}.`
              : `is not merged into ${branch.target}.`),
          [],
        ),
      ];

const reason = (
  code: AcceptanceReason['code'],
  message: string,
  places: readonly AcceptancePlace[],
): AcceptanceReason => ({ code, message, places });

const placesOf = (paths: readonly string[]): readonly AcceptancePlace[] => paths.map((path) => ({ path }));

const shorten = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
