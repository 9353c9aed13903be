import { attentionOf, SILENT_AFTER_MS } from '../../../src/domain/hub/attention.js';
import { BoardProjection } from '../../support/board-projection.js';
import { criticalPath } from '../../../src/domain/hub/critical-path.js';
import { cycleTimesOf, flowOf, marked } from '../../../src/domain/hub/history.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { makeEvent, PROJECT } from '../../support/hub-events.js';

const NODE = 'aaaaaaaaaaaa';

describe('what needs a person', () => {
  const reasonsAfter = (...events: readonly ReturnType<typeof makeEvent>[]) => {
    const hub = new BoardProjection();
    events.forEach((event, at) => hub.add(upcast({ ...event, lamport_clock: event.lamport_clock + at })));
    const machines = [{ nodeId: NODE, lastReceivedAtMs: 0 }];
    const project = { project: PROJECT, features: hub.board(PROJECT), machines };
    return (nowMs: number) => attentionOf([project], nowMs).map(({ reason }) => reason);
  };
  const move = (from: string, to: string) => makeEvent({}, { previous_status: from, new_status: to });
  const assign = (phase: string, retries = 0) =>
    makeEvent({ event_type: 'WPAssigned' }, { agent_id: 'claude', phase, retry_count: retries });

  it('is a review that no agent does', () => {
    expect(reasonsAfter(move('planned', 'for_review'))(0)).toEqual(['review']);
    expect(reasonsAfter(move('planned', 'for_review'), assign('review'))(0)).toEqual([]);
  });

  it('is what came back again and again, until it is done', () => {
    expect(reasonsAfter(assign('implementation', 2))(0)).toEqual(['rejected']);
    expect(reasonsAfter(assign('implementation', 2), move('for_review', 'done'))(0)).toEqual([]);
  });

  it('is an error after which nothing happened', () => {
    const error = makeEvent({ event_type: 'ErrorLogged' }, { error_type: 'agent', error_message: 'No.' });
    expect(reasonsAfter(move('planned', 'doing'), error)(0)).toEqual(['error']);
    expect(reasonsAfter(error, move('planned', 'doing'))(0)).toEqual([]);
  });

  it('is a machine that fell silent with work in doing', () => {
    const reasons = reasonsAfter(move('planned', 'doing'));
    expect(reasons(SILENT_AFTER_MS)).toEqual([]);
    expect(reasons(SILENT_AFTER_MS + 1)).toEqual(['silent']);
  });
});

describe('a history', () => {
  const placed = (sequence: number, lamport: number, overrides = {}) => ({
    sequence,
    event: upcast(makeEvent({ lamport_clock: lamport, ...overrides })),
  });

  it('marks what arrived after its successors, and what ran side by side', () => {
    const entries = marked([
      placed(1, 5),
      placed(2, 5, { node_id: 'bbbbbbbbbbbb' }),
      placed(3, 2),
      placed(4, 9),
    ]);
    expect(entries.map(({ sequence, late, concurrent }) => [sequence, late, concurrent])).toEqual([
      [3, true, false],
      [1, false, true],
      [2, false, true],
      [4, false, false],
    ]);
  });

  it('is counted by day, and a clock that runs behind turns nothing back', () => {
    const at = (sequence: number, timestamp: string, from: string, to: string, id = 'WP01') => ({
      sequence,
      event: upcast(
        makeEvent(
          { lamport_clock: sequence, timestamp, aggregate_id: id },
          { wp_id: id, previous_status: from, new_status: to },
        ),
      ),
    });
    expect(
      flowOf([
        at(1, '2026-01-01T10:00:00.000Z', 'planned', 'doing'),
        at(2, '2026-01-02T10:00:00.000Z', 'planned', 'doing', 'WP02'),
        at(3, '2026-01-01T23:00:00.000Z', 'doing', 'done'),
      ]),
    ).toEqual([
      { day: '2026-01-01', planned: 0, doing: 1, for_review: 0, done: 0 },
      { day: '2026-01-02', planned: 0, doing: 1, for_review: 0, done: 1 },
    ]);
  });

  it('says how long a lane keeps work packages: every stay counts, and a clock that runs behind takes nothing away', () => {
    const at = (sequence: number, hour: string, from: string, to: string, id: string) => ({
      sequence,
      event: upcast(
        makeEvent(
          { lamport_clock: sequence, timestamp: `2026-01-01T${hour}:00:00.000Z`, aggregate_id: id },
          { wp_id: id, previous_status: from, new_status: to },
        ),
      ),
    });
    const hour = 3_600_000;
    expect(
      cycleTimesOf([
        at(1, '01', 'planned', 'doing', 'WP01'),
        at(2, '03', 'doing', 'for_review', 'WP01'),
        at(3, '04', 'for_review', 'doing', 'WP01'),
        at(4, '07', 'doing', 'done', 'WP01'),
        at(5, '01', 'planned', 'doing', 'WP02'),
        at(6, '02', 'doing', 'for_review', 'WP02'),
        at(7, '01', 'for_review', 'done', 'WP02'),
        at(8, '05', 'planned', 'doing', 'WP03'),
      ]),
    ).toEqual([
      { lane: 'doing', work_packages: 2, median_ms: hour, longest_ms: 5 * hour },
      { lane: 'for_review', work_packages: 2, median_ms: 0, longest_ms: hour },
    ]);
  });
});

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
