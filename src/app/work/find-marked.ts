import { isSyncError, SyncError } from '../../domain/errors.js';
import { isAt, isLegalTransition, type Lane } from '../../domain/events/lane.js';
import { searchTasks, type NamedIds, type PlacedTask, type TaskSearch } from '../../domain/work/marks.js';
import { lineWithoutMark } from '../../domain/work/tasks-document.js';
import { findWorkPackage, loggedTasks, type FeatureState, type FiledWorkPackage } from './feature-state.js';
import { illegalTransition } from './illegal-transition.js';

/** What was named, found in a feature. */
export interface Marked {
  readonly filed: readonly FiledWorkPackage[];
  readonly placed: readonly PlacedTask[];
  /** The work packages that are in another lane. */
  readonly moves: readonly FiledWorkPackage[];
  /** The tasks whose box stands otherwise. */
  readonly ticks: readonly PlacedTask[];
  /** Ids of work packages, named or holding a named task, that do not exist. */
  readonly unknownWorkPackages: readonly string[];
  readonly tasks: TaskSearch;
}

/** Finds everything that was named. Fails with `work-package-unreadable` for a work package whose file is broken. */
export const findMarked = (
  state: FeatureState,
  ids: NamedIds,
  wanted: { readonly to: Lane; readonly isTicked: boolean },
): Marked => {
  const unknown = new Set<string>();
  const find = (id: string): readonly FiledWorkPackage[] => {
    try {
      return [findWorkPackage(state, id)];
    } catch (error) {
      if (!isSyncError(error) || error.kind !== 'work-package-not-found') throw error;
      unknown.add(id);
      return [];
    }
  };
  const filed = ids.workPackages.flatMap(find);
  const tasks = withRosters(state, searchTasks(state.documents.tasks ?? '', ids.tasks));
  for (const { workPackageId } of tasks.placed) find(workPackageId);
  return {
    filed,
    placed: tasks.placed,
    moves: filed.filter(({ workPackage }) => !isAt(workPackage, wanted.to)),
    ticks: tasks.placed.filter(({ isOpen }) => isOpen === wanted.isTicked),
    unknownWorkPackages: [...unknown],
    tasks,
  };
};

/** Looks for tasks without a box in the rosters of front matters; what became of them stands in the status log alone. */
const withRosters = (state: FeatureState, search: TaskSearch): TaskSearch => {
  if (state.statusLog === undefined || search.unknown.length === 0) return search;
  const found = search.unknown.flatMap((taskId): readonly PlacedTask[] => {
    const owner = state.workPackages.find(({ workPackage }) => workPackage.roster?.includes(taskId));
    if (owner === undefined) return [];
    const { id: workPackageId } = owner.workPackage;
    return [{ taskId, workPackageId, isOpen: loggedTasks(state, workPackageId).get(taskId) !== 'done' }];
  });
  return {
    ...search,
    placed: [...search.placed, ...found],
    unknown: search.unknown.filter((taskId) => !found.some((each) => each.taskId === taskId)),
  };
};

/** Refuses what cannot be marked, naming all of it at once. */
export const refuseUnknown = (
  state: FeatureState,
  { moves, unknownWorkPackages, tasks }: Marked,
  isForced: boolean,
  to: Lane,
): void => {
  const { slug, directory, tasks: text = '' } = state.documents;
  const unmarked = tasks.unknown.flatMap((taskId) => {
    const line = lineWithoutMark(text, taskId);
    return line === undefined ? [] : [{ taskId, line }];
  });
  const absent = tasks.unknown.filter((id) => !unmarked.some(({ taskId }) => taskId === id));
  const sentences = [
    ...(unknownWorkPackages.length === 0
      ? []
      : [`${slug} has no work package ${unknownWorkPackages.join(', ')}.`]),
    ...(absent.length === 0 ? [] : [`${directory}/tasks.md has no task ${absent.join(', ')}.`]),
    ...unmarked.map(
      ({ taskId, line }) =>
        `${directory}/tasks.md:${line}: ${taskId} has neither a box nor a state that could be set.`,
    ),
    ...tasks.outside.map(
      ({ taskId, line }) => `${directory}/tasks.md:${line}: ${taskId} is in no section of a work package.`,
    ),
  ];
  if (sentences.length > 0) {
    throw new SyncError(
      unknownWorkPackages.length > 0 ? 'work-package-not-found' : 'task-not-found',
      sentences.join('\n'),
      { hint: hintFor(state, unknownWorkPackages, tasks) },
    );
  }
  const illegal = moves.find(({ workPackage }) => !isForced && !isLegalTransition(workPackage, to));
  if (illegal !== undefined) throw illegalTransition(illegal.workPackage, to);
};

const hintFor = (
  { workPackages }: FeatureState,
  unknown: readonly string[],
  { outside }: TaskSearch,
): string => {
  if (unknown.length > 0)
    return `Nothing was marked. There are: ${workPackages.map(({ workPackage }) => workPackage.id).join(', ')}.`;
  return outside.length > 0
    ? 'Nothing was marked. Put these tasks below the heading of a work package, such as "## WP01".'
    : 'Nothing was marked. A task is a line such as "- [ ] T012 What has to be done".';
};
