import { describeWorkPackageFault } from '../../../../domain/work/work-package.js';
import type { FeatureCards } from '../../../work/read-board.js';

/** The board as its document has it, in the words of the program. */
export const boardDocument = (
  { counts, cards, faults, passedOver, warnings = [], ...board }: FeatureCards,
  nowMs: number,
) => {
  const { length: canceled } = cards.filter(({ lane }) => lane === 'canceled');
  return {
    ...board,
    lanes: { ...counts, ...(canceled === 0 ? {} : { canceled }) },
    workPackages: cards.map((card) => ({
      ...card,
      lane: card.lane === 'uninitialized' ? undefined : card.lane,
      ageMs: card.sinceMs === undefined ? undefined : Math.max(0, nowMs - card.sinceMs),
    })),
    unreadable: faults.map(describeWorkPackageFault),
    passedOver: passedOver.map(({ path, reason }) => `${path} ${reason}`),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
};
