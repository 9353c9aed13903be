import { readFeature } from '../../adapters/work/read-feature.js';
import { isSyncError } from '../../domain/errors.js';
import { tasksOf } from '../../domain/work/tasks-document.js';
import { loadFeature } from '../work/locate-feature.js';
import { planFindings, type PlanFinding } from '../work/plan-findings.js';
import { boardOf, type BoardCard, type FeatureCards } from '../work/read-board.js';

export * from '../work/board-view.js';
export * from '../work/plan-fixes.js';
export type { BoardCard, FeatureCards, PlanFinding };

/** Where planning documents come from: a host's own way to files. Paths are relative to the project root, with `/`. */
export interface PlanSource {
  /** What is in a folder, links left out, since they may lead anywhere; empty when there is no such folder. */
  entries(folder: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]>;
  /** Text of a file. What rejects is not there. */
  text(path: string): Promise<string>;
}

/** Where a work package is described, and its boxes of `tasks.md` that have a task id. */
export interface PlannedWorkPackage {
  /** Relative to the project root. */
  readonly path: string;
  readonly tasks: readonly PlannedTask[];
}

export interface PlannedTask {
  readonly taskId: string;
  readonly text: string;
  readonly isDone: boolean;
}

/** A feature as its documents show it. */
export interface ReadPlan {
  readonly feature: string;
  /** Absent while the documents cannot be read as one plan; the findings, or the reason, then say why. */
  readonly board?: FeatureCards;
  /** What else is known of each card, by the id of its work package. */
  readonly workPackages: Readonly<Record<string, PlannedWorkPackage>>;
  /** Everything that is wrong, each at its place. */
  readonly findings: readonly PlanFinding[];
  /** Why there is no board, as a sentence. */
  readonly reason?: string;
}

/** Names of the folders that may hold features, ascending. Those that hold none are found out when they are read. */
export const listPlans = async (source: PlanSource): Promise<readonly string[]> => {
  const folders = (await source.entries(PLANS)).filter(
    ({ name, isFolder }) => isFolder && !name.startsWith('.'),
  );
  return folders.map(({ name }) => name).sort();
};

/**
 * Reads the plan of a feature as every command reads it, but through a source of the caller: for a host that has no
 * Node, or must not run anything. Resolves to `undefined` where the folder is no feature. Needs no git and no network,
 * and changes nothing.
 */
export const readPlan = async (source: PlanSource, feature: string): Promise<ReadPlan | undefined> => {
  const documents = await readFeature(
    {
      entries: async (folder) => {
        const entries = await source.entries(folder);
        return entries.length === 0 ? undefined : entries;
      },
      text: async (path) => source.text(path).catch(() => undefined),
    },
    feature,
  );
  if (documents === undefined) return undefined;
  const findings = planFindings(documents);
  try {
    const state = await loadFeature({ read: async () => documents }, '/', feature);
    const planned = state.workPackages.map(({ id, path }) => [
      id,
      { path, tasks: plannedTasks(documents.tasks ?? '', id) },
    ]);
    return { feature, board: boardOf(state), findings, workPackages: Object.fromEntries(planned) };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return { feature, findings, workPackages: {}, reason: error.message };
  }
};

const plannedTasks = (document: string, workPackageId: string): readonly PlannedTask[] =>
  tasksOf(document, workPackageId).boxes.flatMap(({ taskId, text, isOpen }) =>
    taskId === undefined ? [] : [{ taskId, text, isDone: !isOpen }],
  );

const PLANS = 'kitty-specs';
