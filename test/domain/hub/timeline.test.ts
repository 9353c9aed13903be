import type { BoardEvent } from '../../../src/domain/hub/board-event.js';
import { timelineOf } from '../../../src/domain/hub/timeline.js';

const event = (id: string, clock: number, payload: object = {}, node = 'n1'): BoardEvent => ({
  event_id: id,
  event_type: 'WPStatusChanged',
  aggregate_id: 'WP01',
  lamport_clock: clock,
  node_id: node,
  timestamp: '2026-03-01T10:00:00.000Z',
  payload: {
    wp_id: 'WP01',
    feature_slug: '001-alpha',
    previous_status: 'planned',
    new_status: 'doing',
    changed_by: 'ada',
    ...payload,
  },
});

const about = { feature: '001-alpha', workPackageId: 'WP01' };

describe('the timeline of a work package', () => {
  it('is in causal order, each event once, with where it was found', () => {
    const [a, b, c] = [event('a', 1), event('b', 3), event('c', 2, {}, 'n2')];
    expect(timelineOf([b, a], [c, a], about).map(({ id, where, who }) => [id, where, who])).toEqual([
      ['a', 'here and at the hub', 'n1'],
      ['c', 'at the hub', 'n2'],
      ['b', 'here', 'n1'],
    ]);
  });

  it('says what happened and when, by the clock of whoever did it', () => {
    expect(timelineOf([event('a', 7)], [], about)[0]).toMatchObject({
      clock: 7,
      what: 'WPStatusChanged: planned → doing by ada',
      time: '2026-03-01 10:00:00',
    });
  });

  it('leaves out other work packages and other features', () => {
    const others = [event('a', 1, { wp_id: 'WP02' }), event('b', 1, { feature_slug: '002-beta' })];
    expect(timelineOf(others, others, about)).toEqual([]);
  });
});
