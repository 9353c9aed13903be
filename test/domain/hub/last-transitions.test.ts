import fc from 'fast-check';
import { cellOf } from '../../../src/domain/hub/board-event.js';
import { LastTransitions } from '../../../src/domain/hub/last-transitions.js';
import { BoardProjection } from '../../support/board-projection.js';
import { arbitraryEvents } from './arbitrary-event.js';

const toldTwice = arbitraryEvents.chain((events) =>
  fc.tuple(fc.shuffledSubarray([...events], { minLength: events.length }), fc.shuffledSubarray([...events])),
);

describe('the last transitions of a log', () => {
  it('have a work package where the fold of the whole log has it, whatever is late or told twice', () => {
    fc.assert(
      fc.property(toldTwice, ([events, again]) => {
        const hub = new BoardProjection();
        const last = new LastTransitions();
        const told = [...events, ...again];
        for (const event of told) {
          hub.add(event);
          last.hear(event);
        }
        for (const { feature, project, workPackage } of told.map(cellOf)) {
          const [board] = hub.board(project, feature);
          const folded = board?.work_packages.find(({ wp_id: id }) => id === workPackage);
          const lane = last.laneOf({ feature, project, workPackage });
          // A creation places a work package in the fold, and is no transition.
          if ((folded?.transitions ?? 0) === 0) expect(lane).toBeUndefined();
          else expect(lane).toBe(folded?.lane);
        }
      }),
      { numRuns: 500 },
    );
  });
});
