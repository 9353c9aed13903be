import { laneSinceMs } from '../../domain/work/activity-log.js';
import { sumOfRuns } from '../../domain/events/usage.js';
import { notedUsage } from '../../domain/work/usage-note.js';
import { LANES, type Lane, type Placed, type WorkPackageLane } from '../../domain/events/lane.js';
import { tasksOf } from '../../domain/work/tasks-document.js';
import { describeWorkPackageFault, unreadyDependencies } from '../../domain/work/work-package.js';
import type { DataOf } from '../documents/all.js';
import { contradictions, type FeatureState, type FiledWorkPackage } from './feature-state.js';
import { findFeature, type FeatureRequest, type PlanSources } from './locate-feature.js';
import { UseCase } from '../use-case.js';

/** All work packages of a feature at one moment, as their files say. */
export interface FeatureCards extends Omit<BoardDocument, 'cards'> {
  readonly cards: readonly BoardCard[];
}

/** A work package as the board shows it. */
export type BoardCard = Placed & Omit<BoardDocument['cards'][number], 'lane' | 'ageMs'>;

type BoardDocument = DataOf<'agent tasks status'>;

/** Reads the board of a feature. Reads only: it needs no identity, takes no lock and emits nothing. */
export class ReadBoard extends UseCase<PlanSources> {
  /** Fails with `feature-not-found`, `feature-ambiguous` and `storage-failed`. */
  async run(request: FeatureRequest): Promise<FeatureCards> {
    return boardOf(await findFeature(this.ports, request));
  }
}

/** The same at some time: for how long each has been in its lane. Clocks of other machines may be ahead. */
export const boardAt = (board: FeatureCards, nowMs: number): BoardDocument => ({
  ...board,
  cards: board.cards.map((card) => ({
    ...card,
    lane: card.lane === 'uninitialized' ? undefined : card.lane,
    ageMs: card.sinceMs === undefined ? undefined : Math.max(0, nowMs - card.sinceMs),
  })),
});

/** The board of a feature whose files are read. */
export const boardOf = (state: FeatureState): FeatureCards => {
  const cards = state.workPackages.map((filed) => cardOf(state, filed));
  const countOf = (lane: WorkPackageLane): number => cards.filter((card) => card.lane === lane).length;
  const counts = Object.fromEntries(LANES.map((lane) => [lane, countOf(lane)])) as Record<Lane, number>;
  const canceled = countOf('canceled');
  const warnings = contradictions(state.workPackages);
  return {
    feature: state.documents.slug,
    counts: { ...counts, ...(canceled === 0 ? {} : { canceled }) },
    cards,
    unreadable: state.faults.map(describeWorkPackageFault),
    passedOver: state.documents.passedOver.map(({ path, reason }) => `${path} ${reason}`),
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
