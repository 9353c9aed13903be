import { laneName, type Placed } from './lane.js';
import { openBoxes } from './tasks-document.js';
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
  ...openBoxesOf(facts),
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

const openBoxesOf = ({
  workPackageId,
  documents,
  directory,
}: AcceptanceFacts): readonly AcceptanceReason[] => {
  const boxes = openBoxes(documents.tasks ?? '', workPackageId);
  if (boxes.length === 0) return [];
  const path = `${directory}/tasks.md`;
  const names = boxes.map(({ taskId, line }) => `${taskId ?? 'a box'} (line ${line})`);
  const places = boxes.map(({ line }) => ({ path, line }));
  return [reason('open-boxes', `tasks.md has ${boxes.length} open: ${shorten(names)}.`, places)];
};

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

const markedLines = (text: string): readonly number[] =>
  text.includes(MARKER)
    ? text.split('\n').flatMap((line, at) => (line.includes(MARKER) ? [at + 1] : []))
    : [];

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
          branch.isMerged === 'unknown'
            ? `The branch ${branch.name}, which lanes.json names, is not here, so nobody can say that it is merged into ${branch.target}.`
            : `The branch ${branch.name} is not merged into ${branch.target}.`,
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
