import { SyncError } from '../../domain/errors.js';
import { originOf, type Lane, type Origin } from '../../domain/events/lane.js';
import { isTickedAs, laneOfMark, namedIds, type Mark, type NamedIds } from '../../domain/work/marks.js';
import { findMarked, refuseUnknown, type Marked } from './find-marked.js';
import type { WorkPorts } from './perform-work.js';
import { planMarks } from './plan-marks.js';
import { nothingToDo, type PerformedWork, type WorkSubject } from './work-plan.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';
import { namesOrCount } from '../../domain/work/commit-message.js';

export interface MarkStatusInput extends FeatureInput {
  /** Work packages and tasks, in any mixture. */
  readonly ids: readonly string[];
  readonly status: Mark;
  /** Who marks it, and who is in charge of marked work packages from now on. */
  readonly agent?: string;
  /** Allows a transition that is not legal. */
  readonly force?: boolean;
}

export interface MarkedWorkPackage extends Origin {
  readonly workPackageId: string;
  readonly outcome: 'moved' | 'already-there';
  readonly to: Lane;
}

export interface MarkedTask {
  readonly taskId: string;
  /** The work package whose section of `tasks.md` holds the task. */
  readonly workPackageId: string;
  readonly outcome: 'marked' | 'already-so';
  readonly isDone: boolean;
}

export interface MarkStatusResult {
  readonly feature: string;
  readonly workPackages: readonly MarkedWorkPackage[];
  readonly tasks: readonly MarkedTask[];
  /** Work packages that have one dependency less to wait for. */
  readonly unblocked: readonly string[];
  readonly isFeatureCompleted: boolean;
}

/**
 * Marks work packages (their lane) and tasks (their box in `tasks.md`) in one piece of work: everything that was named
 * is marked, or, when something is unknown or illegal, nothing is.
 */
export class MarkStatus {
  readonly #ports: WorkPorts;

  constructor(ports: WorkPorts) {
    this.#ports = ports;
  }

  /**
   * Fails with `input-invalid` for a word that is no id and for a lane that a task cannot have, with
   * `work-package-not-found` or `task-not-found` naming everything that does not exist, with `transition-illegal`, and
   * with what the work itself fails with.
   */
  async run(input: MarkStatusInput, signal?: AbortSignal): Promise<PerformedWork<MarkStatusResult>> {
    const ids = namedIds(input.ids);
    refuseNonsense(ids, input.status);
    return workOnFeature(
      this.#ports,
      input,
      subjectOf(ids, input.agent),
      async (state, emission) => {
        const wanted = { to: laneOfMark(input.status), isTicked: isTickedAs(input.status) === true };
        const search = findMarked(state, ids, wanted);
        refuseUnknown(state, search, input.force === true, wanted.to);
        const result = resultOf(state.documents.slug, search, wanted);
        if (search.moves.length === 0 && search.ticks.length === 0) return nothingToDo(result);
        const planned = await planMarks(this.#ports.files, emission, state, search, {
          ...wanted,
          by: input.agent ?? 'user',
          ...(input.agent === undefined ? {} : { agent: input.agent }),
        });
        return {
          ...planned,
          result: {
            ...result,
            unblocked: planned.resolved.map(({ workPackageId }) => workPackageId),
            isFeatureCompleted: planned.isFeatureCompleted,
          },
          done: doneBy(search, input.status),
        };
      },
      signal,
    );
  }
}

const refuseNonsense = ({ workPackages, tasks, others }: NamedIds, status: Mark): void => {
  if (others.length > 0 || workPackages.length + tasks.length === 0) {
    throw new SyncError(
      'input-invalid',
      others.length === 0 ? 'Nothing was named.' : `${others.map(quoted).join(', ')}: no id is written so.`,
      { hint: 'Name work packages such as WP01 and tasks such as T012.' },
    );
  }
  if (tasks.length > 0 && isTickedAs(status) === undefined) {
    throw new SyncError('input-invalid', `${tasks.join(', ')}: a task is done or pending, never ${status}.`, {
      hint: 'Use --status done or --status pending for tasks, and a command of its own for work packages.',
    });
  }
};

/** One work package alone can be what an error is about. */
const subjectOf = (ids: NamedIds, agent: string | undefined): Omit<WorkSubject, 'feature'> => {
  const [workPackageId, another] = ids.workPackages;
  const isAlone = another === undefined && ids.tasks.length === 0;
  return { agent, ...(isAlone && workPackageId !== undefined ? { workPackageId } : {}) };
};

const resultOf = (
  feature: string,
  { filed, placed, moves, ticks }: Marked,
  { to, isTicked }: { readonly to: Lane; readonly isTicked: boolean },
): MarkStatusResult => ({
  feature,
  workPackages: filed.map((each) => ({
    workPackageId: each.workPackage.id,
    outcome: moves.includes(each) ? 'moved' : 'already-there',
    ...originOf(each.workPackage),
    to,
  })),
  tasks: placed.map((task) => ({
    taskId: task.taskId,
    workPackageId: task.workPackageId,
    outcome: ticks.includes(task) ? 'marked' : 'already-so',
    isDone: isTicked,
  })),
  unblocked: [],
  isFeatureCompleted: false,
});

const doneBy = ({ moves, ticks }: Marked, status: Mark): string => {
  const names = [...ticks.map(({ taskId }) => taskId), ...moves.map(({ workPackage }) => workPackage.id)];
  return `mark ${namesOrCount(names, 'tasks and work packages')} as ${status}`;
};

const quoted = (word: string): string => JSON.stringify(word);
