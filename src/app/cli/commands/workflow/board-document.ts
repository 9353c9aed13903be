import { describeWorkPackageFault } from '../../../../domain/work/work-package.js';
import type { FeatureCards } from '../../../work/read-board.js';

/** The board as `--json` prints it. */
export const boardDocument = (
  { feature, counts, cards, faults, passedOver, warnings = [] }: FeatureCards,
  nowMs: number,
): object => ({
  feature,
  lanes: { ...counts, ...canceledOf(cards) },
  work_packages: cards.map((card) => ({
    work_package_id: card.workPackageId,
    title: card.title,
    lane: card.lane === 'uninitialized' ? null : card.lane,
    ...(card.detail === undefined ? {} : { detail: card.detail }),
    agent: card.agent ?? null,
    since_ms: card.sinceMs ?? null,
    age_ms: card.sinceMs === undefined ? null : Math.max(0, nowMs - card.sinceMs),
    dependencies: card.dependencies,
    waits_for: card.waitsFor,
    tasks: card.tasks,
    open_tasks: card.openTasks,
    ...(card.usage === undefined ? {} : { usage: card.usage }),
  })),
  unreadable: faults.map(describeWorkPackageFault),
  passed_over: passedOver.map(({ path, reason }) => `${path} ${reason}`),
  ...(warnings.length === 0 ? {} : { warnings }),
});

const canceledOf = (cards: FeatureCards['cards']): object => {
  const { length } = cards.filter(({ lane }) => lane === 'canceled');
  return length === 0 ? {} : { canceled: length };
};
