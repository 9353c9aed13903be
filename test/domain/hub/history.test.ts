import { cycleTimesOf, flowOf, marked } from '../../../src/domain/hub/history.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { makeEvent } from '../../support/hub-events.js';

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

  it('moves what the board moves: not by what cannot be read, and not by a clock beyond reason', () => {
    const flow = flowOf([
      placed(1, 1),
      {
        sequence: 2,
        event: upcast(makeEvent({ lamport_clock: 2 }, { previous_status: 'x', new_status: 'done' })),
      },
      { sequence: 3, event: upcast(makeEvent({ lamport_clock: 2 ** 45 }, { new_status: 'done' })) },
    ]);
    expect(flow).toEqual([{ day: '2026-01-01', planned: 0, doing: 1, for_review: 0, done: 0 }]);
  });
});
