import { isSyncError, SyncError } from '../../domain/errors.js';
import { describeDependencyFault, type DependencyFault } from '../../domain/work/dependency-graph.js';
import type { Place } from '../../domain/work/place.js';
import { resolveDependencies, type ResolvedDependencies } from '../../domain/work/resolve-dependencies.js';
import { STATUS_LOG } from '../../domain/work/status-log.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import { lineOfKey, type WorkPackageFault } from '../../domain/work/work-package.js';
import type { FeatureDocuments } from '../../ports/work.js';
import { FeatureState, refuseFaults } from './feature-state.js';
import { conflictsIn } from './locate-feature.js';

/** Something in a planning document that keeps commands from working on it, for whoever shows it where it stands. */
export interface PlanFinding extends Place {
  readonly code:
    | 'conflict'
    | 'unreadable'
    | 'unknown-lane'
    | 'unknown-dependency'
    | 'self-dependency'
    | 'unclear-dependency'
    | 'dependency-cycle';
  /** A sentence for a person, without the place. */
  readonly message: string;
  /** The dependency in that line that is at fault: who needs whom, as it is written. */
  readonly dependency?: { readonly from: string; readonly to: string };
}

/**
 * Everything that is wrong with a feature's documents, all of it at once and without failing: conflicts first, since
 * what is between their marks is no plan. Reads texts alone.
 */
export const planFindings = (documents: FeatureDocuments): readonly PlanFinding[] => {
  const conflicts = conflictsIn(documents).map((place): PlanFinding => ({
    ...place,
    code: 'conflict',
    message: 'A conflict that nobody settled begins here; nothing of this feature is read until it is.',
  }));
  if (conflicts.length > 0) return conflicts;
  try {
    const state = new FeatureState(documents);
    return [
      ...brokenLog(state),
      ...state.faults.map((fault) => unreadable(state, fault)),
      ...statedIn(state).faults.flatMap(findingsOf),
    ];
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return [{ path: `${documents.directory}/wps.yaml`, code: 'unreadable', message: error.message }];
  }
};

/**
 * Who needs whom in a feature. Fails with everything that keeps it from being finalized: `work-package-unreadable`,
 * `work-package-not-found`, `tasks-unreadable` and `dependency-invalid`, naming the lines.
 */
export const resolvePlan = (state: FeatureState): ResolvedDependencies => {
  const { documents } = state;
  const { slug, directory, tasks, passedOver } = documents;
  refuseFaults(state);
  if (state.workPackages.length === 0) {
    const seen = passedOver.map(({ path, reason }) => `\n${path} ${reason}.`).join('');
    throw new SyncError('work-package-not-found', `${slug} has no work packages.${seen}`, {
      hint: `Write files such as ${directory}/tasks/WP01-title.md.`,
    });
  }
  if (tasks === undefined) {
    throw new SyncError('tasks-unreadable', `${directory}/tasks.md does not exist.`, {
      hint: 'Write it with a section for each work package, such as "## Work Package WP01: Title".',
    });
  }
  const resolved = statedIn(state);
  const without = [...state.manifest.keys()].filter(
    (id) => !state.workPackages.some((each) => each.id === id),
  );
  if (without.length > 0) {
    throw new SyncError(
      'dependency-invalid',
      `wps.yaml has ${describeIds(without)}, of which tasks/ has no file.`,
      {
        hint: `Nothing was written. Write files such as ${directory}/tasks/${without[0] ?? 'WP01'}-title.md, or take the entry out.`,
      },
    );
  }
  if (resolved.faults.length === 0) return resolved;
  throw new SyncError('dependency-invalid', resolved.faults.map(describeDependencyFault).join('\n'), {
    hint: resolved.faults.some(({ fault }) => fault === 'unclear') ? HOW_TO_STATE : CORRECT,
  });
};

/** What the documents say of who needs whom, faults and all. Fails with `tasks-unreadable` for a broken manifest alone. */
const statedIn = (state: FeatureState): ResolvedDependencies => {
  const { directory, tasks = '' } = state.documents;
  return resolveDependencies(
    { path: `${directory}/tasks.md`, text: tasks },
    state.workPackages.map(({ id, path, declared: dependencies, document: { frontMatter, text } }) => {
      const line = 'dependencies' in frontMatter ? lineOfKey(text, 'dependencies') : undefined;
      const entry = state.manifest.get(id);
      return { id, path, line, dependencies, manifest: entry && { path: `${directory}/wps.yaml`, ...entry } };
    }),
  );
};

const brokenLog = ({ documents, statusLog }: FeatureState): readonly PlanFinding[] =>
  (statusLog?.faults ?? []).map(({ line, reason }) => ({
    path: `${documents.directory}/${STATUS_LOG}`,
    line,
    code: 'unreadable',
    message: `This line ${reason}.`,
  }));

const unreadable = ({ documents }: FeatureState, { path, line, reason }: WorkPackageFault): PlanFinding => {
  const file = documents.workPackages.find((each) => each.path === path);
  const isLane =
    file?.fault === undefined && line !== undefined && line === lineOfKey(file?.text ?? '', 'lane');
  return {
    path,
    line,
    code: isLane ? 'unknown-lane' : 'unreadable',
    message: `This work package cannot be read: ${reason}.`,
  };
};

/** A cycle is shown at each of its edges: any of them may be the one that is too much. */
const findingsOf = ({ fault, edges, what }: DependencyFault): readonly PlanFinding[] =>
  edges.map(({ place, from, to }) => ({
    ...place,
    code: CODES[fault],
    message: what.replace(/^i/, 'I'),
    ...(fault !== 'unclear' && { dependency: { from, to } }),
  }));

const CODES = {
  unknown: 'unknown-dependency',
  self: 'self-dependency',
  unclear: 'unclear-dependency',
  cycle: 'dependency-cycle',
} as const;

const CORRECT = 'Nothing was written. Correct these lines and run the command again.';
const HOW_TO_STATE =
  'Nothing was written. Write what is needed as a list, such as "Depends on WP01, WP02 (remark)", and what is not ' +
  'behind "parallel with" or "not"; sentences about other work packages belong into their sections.';
