import fc from 'fast-check';
import { BoardProjection } from '../../support/board-projection.js';
import { LiveBoards } from '../../../src/domain/hub/live-boards.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { makeEvent, FEATURE, PROJECT } from '../../support/hub-events.js';
import { arbitraryEvents } from './arbitrary-event.js';

describe('boards of a reader that keeps no events', () => {
  it('equal those of the hub, whatever is late, repeated, concurrent, or heard while they are read', () => {
    fc.assert(
      fc.property(arbitraryEvents, fc.array(fc.nat(4)), (events, whims) => {
        const hub = new BoardProjection();
        const reader = new LiveBoards();
        const projects = new Set<string>();
        const readStale = (): void => {
          for (const part of reader.stale()) {
            reader.begin(part);
            reader.take(part, hub.board(part.project, part.feature));
          }
        };
        events.forEach((event, at) => {
          const { project } = hub.add(event);
          if (!projects.has(project)) projects.add(project);
          const whim = whims[at] ?? 0;
          // Asked for before the event is heard, answered with the event in it.
          if (whim === 1) reader.begin({ project });
          expect(reader.hear(event, at + 1)).toBe(true);
          expect(reader.hear(event, at + 1)).toBe(false);
          if (whim === 1) reader.take({ project }, hub.board(project));
          if (whim === 2) readStale();
        });
        while (reader.stale().length > 0) readStale();
        for (const project of projects) expect(reader.board(project)).toEqual(hub.board(project));
      }),
      { numRuns: 500 },
    );
  });

  it('names a feature as stale when an event came late, and when it could not be read', () => {
    const reader = new LiveBoards();
    const part = { project: PROJECT, feature: FEATURE };
    reader.hear(upcast(makeEvent({ lamport_clock: 5 })), 1);
    expect(reader.stale()).toEqual([]);
    reader.hear(upcast(makeEvent({ lamport_clock: 3 })), 2);
    expect(reader.stale()).toEqual([part]);
    reader.begin(part);
    expect(reader.stale()).toEqual([]);
    reader.giveUp(part);
    expect(reader.stale()).toEqual([part]);
  });
});
