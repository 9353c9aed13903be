import { BoardProjection } from '../../support/board-projection.js';
import { criticalPath } from '../../../src/domain/hub/critical-path.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { makeEvent, PROJECT } from '../../support/hub-events.js';

describe('the critical path', () => {
  const board = (...plan: readonly (readonly [id: string, needs: readonly string[], isDone?: boolean])[]) => {
    const hub = new BoardProjection();
    for (const [id, dependencies, isDone] of plan)
      hub.add(
        upcast(
          makeEvent(
            { event_type: 'WPCreated', aggregate_id: id },
            { wp_id: id, dependencies, status: isDone === true ? 'done' : 'planned' },
          ),
        ),
      );
    return criticalPath(hub.board(PROJECT).flatMap((feature) => feature.work_packages));
  };

  it('is the longest row of what is open, and nothing where nothing waits', () => {
    expect(board(['WP01', []], ['WP02', ['WP01']], ['WP03', ['WP02']], ['WP04', ['WP01']])).toEqual([
      'WP01',
      'WP02',
      'WP03',
    ]);
    expect(board(['WP01', [], true], ['WP02', ['WP01']], ['WP03', ['WP02']])).toEqual(['WP02', 'WP03']);
    expect(board(['WP01', [], true], ['WP02', ['WP01']])).toEqual([]);
  });

  it('ends also where work packages wait for each other in a circle, or for one that nobody knows', () => {
    expect(board(['WP01', ['WP02']], ['WP02', ['WP01']])).toHaveLength(2);
    expect(board(['WP01', ['WP01', 'WP09']])).toEqual([]);
  });
});
