import type { Lane } from './lane.js';
import { openBoxes } from './tasks-document.js';

/** The planning documents of a feature; `undefined` = missing. */
export interface PlanningDocuments {
  readonly spec: string | undefined;
  readonly plan: string | undefined;
  readonly tasks: string | undefined;
}

/** What is known when a work package asks to be accepted. */
export interface AcceptanceFacts {
  readonly workPackageId: string;
  readonly lane: Lane;
  /** The work package's own text. */
  readonly body: string;
  readonly documents: PlanningDocuments;
  /** Paths of the main checkout that are not committed. */
  readonly dirtyPaths: readonly string[];
  /** How the branch of the work package stands to the target branch. `none`: there is no such branch. */
  readonly branch: 'none' | 'merged' | 'unmerged';
}

/** One condition that is not met. */
export interface AcceptanceReason {
  readonly code:
    'wrong-lane' | 'open-boxes' | 'needs-clarification' | 'missing-documents' | 'dirty-tree' | 'not-merged';
  readonly message: string;
}

/** Everything that keeps a work package from being accepted; empty = nothing does. */
export const acceptanceReasons = (facts: AcceptanceFacts): readonly AcceptanceReason[] => [
  ...wrongLane(facts),
  ...missingDocuments(facts.documents),
  ...openBoxesOf(facts),
  ...unclear(facts),
  ...dirtyTree(facts.dirtyPaths),
  ...(facts.branch === 'unmerged'
    ? [{ code: 'not-merged' as const, message: `The branch of ${facts.workPackageId} is not merged.` }]
    : []),
];

/** Whether a dirty path counts: worktrees and the tool's own folder do not. */
export const countsAsDirty = (path: string): boolean => !/^\.(?:worktrees|kittify)(?:\/|$)/.test(path);

const MARKER = '[NEEDS CLARIFICATION';
const SHOWN = 3;

const wrongLane = ({ workPackageId, lane }: AcceptanceFacts): readonly AcceptanceReason[] =>
  lane === 'for_review'
    ? []
    : [{ code: 'wrong-lane', message: `${workPackageId} is in ${lane}, not in for_review.` }];

const openBoxesOf = ({ workPackageId, documents }: AcceptanceFacts): readonly AcceptanceReason[] => {
  const boxes = openBoxes(documents.tasks ?? '', workPackageId);
  if (boxes.length === 0) return [];
  const names = boxes.map(({ taskId, line }) => `${taskId ?? 'a box'} (line ${line})`);
  return [{ code: 'open-boxes', message: `tasks.md has ${boxes.length} open: ${shorten(names)}.` }];
};

const unclear = ({ workPackageId, body, documents }: AcceptanceFacts): readonly AcceptanceReason[] => {
  const texts = {
    'spec.md': documents.spec,
    'plan.md': documents.plan,
    'tasks.md': documents.tasks,
    [workPackageId]: body,
  };
  const names = Object.entries(texts).flatMap(([name, text]) =>
    text?.includes(MARKER) === true ? [name] : [],
  );
  return names.length === 0
    ? []
    : [{ code: 'needs-clarification', message: `${MARKER} …] stands in ${names.join(', ')}.` }];
};

const missingDocuments = (documents: PlanningDocuments): readonly AcceptanceReason[] => {
  const names = (['spec', 'plan', 'tasks'] as const).filter((name) => documents[name] === undefined);
  return names.length === 0
    ? []
    : [{ code: 'missing-documents', message: `Missing: ${names.map((name) => `${name}.md`).join(', ')}.` }];
};

const dirtyTree = (paths: readonly string[]): readonly AcceptanceReason[] => {
  const counted = paths.filter(countsAsDirty);
  return counted.length === 0 ? [] : [{ code: 'dirty-tree', message: `Not committed: ${shorten(counted)}.` }];
};

const shorten = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
