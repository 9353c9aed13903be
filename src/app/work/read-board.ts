import type { PassedOver } from '../../domain/work/feature-layout.js';
import { laneSinceMs } from '../../domain/work/activity-log.js';
import { sumOfRuns } from '../../domain/events/usage.js';
import { notedUsage } from '../../domain/work/usage-note.js';
import { LANES, type Lane, type Placed } from '../../domain/events/lane.js';
import { tasksOf } from '../../domain/work/tasks-document.js';
import { unreadyDependencies, type WorkPackageFault } from '../../domain/work/work-package.js';
import type { DataOf } from '../documents/all.js';
import { contradictions, type FeatureState, type FiledWorkPackage } from './feature-state.js';
import { findFeature, type FeatureRequest, type PlanSources } from './locate-feature.js';
import { UseCase } from '../events/use-case.js';

/** A work package as the board shows it. */
export type BoardCard = Placed & Omit<DataOf<'agent tasks status'>['workPackages'][number], 'lane' | 'ageMs'>;

/** All work packages of a feature at one moment, as their files say. */
export interface FeatureCards {
  readonly feature: string;
  readonly counts: Readonly<Record<Lane, number>>;
  /** Ascending by number. */
  readonly cards: readonly BoardCard[];
  /** Files that cannot be understood; their work packages are not on the board. */
  readonly faults: readonly WorkPackageFault[];
  /** Files that look like work packages and are not read. */
  readonly passedOver: readonly PassedOver[];
  /** Front matters that say something else than the status log; absent without any. */
  readonly warnings?: readonly string[] | undefined;
}

/** Reads the board of a feature. Reads only: it needs no identity, takes no lock and emits nothing. */
export class ReadBoard extends UseCase<PlanSources> {
  /** Fails with `feature-not-found`, `feature-ambiguous` and `storage-failed`. */
  async run(request: FeatureRequest): Promise<FeatureCards> {
    return boardOf(await findFeature(this.ports, request));
  }
}

/** The board of a feature whose files are read. */
export const boardOf = (state: FeatureState): FeatureCards => {
  const cards = state.workPackages.map((filed) => cardOf(state, filed));
  const counts = Object.fromEntries(
    LANES.map((lane) => [lane, cards.filter((card) => card.lane === lane).length]),
  ) as Record<Lane, number>;
  const warnings = contradictions(state.workPackages);
  return {
    feature: state.documents.slug,
    counts,
    cards,
    faults: state.faults,
    passedOver: state.documents.passedOver,
    warnings: warnings.length === 0 ? undefined : warnings,
  };
};

const cardOf = (state: FeatureState, workPackage: FiledWorkPackage): BoardCard => {
  const { id, title, lane, detail, agent, dependencies, since, document } = workPackage;
  const { boxes } = tasksOf(state.documents.tasks ?? '', id);
  const usages = notedUsage(document.body);
  const sinceMs = since === undefined ? laneSinceMs(document.body, lane) : Date.parse(since);
  return {
    workPackageId: id,
    title,
    lane,
    detail,
    agent,
    sinceMs,
    dependencies,
    waitsFor:
      lane === 'planned'
        ? unreadyDependencies(workPackage, state.workPackages).map((unready) => unready.id)
        : [],
    tasks: boxes.length,
    openTasks: boxes.filter((box) => box.isOpen).length,
    usage: usages.length === 0 ? undefined : sumOfRuns(usages),
  };
};
