import fc from 'fast-check';
import type { BoardEvent } from '../../../src/domain/hub/board-event.js';
import { BoardProjection } from '../../support/board-projection.js';
import type { FeatureBoard } from '../../../src/domain/hub/cell-state.js';
import { compareCausal } from '../../../src/domain/events/lamport.js';
import { arbitraryEvents } from './arbitrary-event.js';

const boardOf = (events: readonly BoardEvent[]): readonly FeatureBoard[] => {
  const projection = new BoardProjection();
  for (const event of events) projection.add(event);
  return projection.board('p');
};

const shuffled = arbitraryEvents.chain((events) =>
  fc.tuple(fc.constant(events), fc.shuffledSubarray([...events], { minLength: events.length })),
);

describe('the board', () => {
  it('is the same for every order of arrival', () => {
    fc.assert(
      fc.property(shuffled, ([events, arrived]) => {
        expect(boardOf(arrived)).toEqual(boardOf([...events].sort(compareCausal)));
      }),
    );
  });

  it('is not changed by what arrives twice', () => {
    fc.assert(
      fc.property(shuffled, ([events, again]) => {
        expect(boardOf([...events, ...again])).toEqual(boardOf(events));
      }),
    );
  });

  it('counts every event in exactly one place', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const counted = boardOf(events).flatMap(({ feature, work_packages }) => [
          feature?.events ?? 0,
          ...work_packages.map((each) => each.events),
        ]);
        expect(counted.reduce((sum, count) => sum + count, 0)).toBe(events.length);
      }),
    );
  });

  it('survives being kept as JSON', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const board = boardOf(events);
        expect(JSON.parse(JSON.stringify(board))).toEqual(board);
      }),
    );
  });

  it('counts as concurrent exactly the transitions that have a peer on another node', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const moves = events.filter(
          ({ event_type, payload }) =>
            event_type === 'WPStatusChanged' && !JSON.stringify(payload).includes('elsewhere'),
        );
        const rivals = (a: BoardEvent) =>
          moves.some(
            (b) =>
              a.lamport_clock === b.lamport_clock &&
              a.node_id !== b.node_id &&
              a.aggregate_id === b.aggregate_id &&
              JSON.stringify((a.payload as { feature_slug: string }).feature_slug) ===
                JSON.stringify((b.payload as { feature_slug: string }).feature_slug),
          );
        const counted = boardOf(events).flatMap((board) =>
          board.work_packages.map((each) => each.concurrent),
        );
        expect(counted.reduce((sum, count) => sum + count, 0)).toBe(moves.filter(rivals).length);
      }),
    );
  });
});
