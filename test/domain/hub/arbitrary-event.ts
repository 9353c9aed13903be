import fc from 'fast-check';
import type { BoardEvent } from '../../../src/domain/hub/board-event.js';
import { LANES } from '../../../src/domain/events/lane.js';

const lane = fc.constantFrom<string>(...LANES, 'elsewhere');
const workPackage = fc.constantFrom('WP01', 'WP02');

const payload = fc.oneof(
  fc.record({
    type: fc.constant('WPStatusChanged'),
    wp_id: workPackage,
    previous_status: lane,
    new_status: lane,
  }),
  fc.record({
    type: fc.constant('WPCreated'),
    wp_id: workPackage,
    title: fc.constantFrom('a', 'b', ''),
    dependencies: fc.constantFrom([], ['WP02'], ['WP01', 'WP02'], 'none'),
    status: lane,
  }),
  fc.record({
    type: fc.constant('WPAssigned'),
    wp_id: workPackage,
    agent_id: fc.constantFrom('ann', 'bob', ''),
    phase: fc.constantFrom('review', 'x'),
  }),
  fc.record({
    type: fc.constant('DependencyResolved'),
    wp_id: workPackage,
    dependency_wp_id: workPackage,
    resolution_type: fc.constantFrom('completed', 'skipped', 'x'),
  }),
  fc.record({ type: fc.constant('HistoryAdded'), wp_id: workPackage }),
  fc.record({
    type: fc.constant('ErrorLogged'),
    wp_id: fc.constantFrom('WP01', null),
    error_message: fc.constantFrom('x', 'y'),
  }),
  fc.record({
    type: fc.constant('FeatureCreated'),
    wp_count: fc.nat(3),
    target_branch: fc.constantFrom('main', 'next'),
  }),
  fc.record({ type: fc.constant('FeatureCompleted'), total_wps: fc.nat(3) }),
  fc.record({ type: fc.constant('GatePassed'), wp_id: workPackage }),
);

/** Events of a few work packages by a few nodes, with clocks that collide, and each with an id of its own. */
export const arbitraryEvents: fc.Arbitrary<readonly BoardEvent[]> = fc
  .array(
    fc.record({
      payload,
      node_id: fc.constantFrom('aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'),
      lamport_clock: fc.nat(6),
      feature: fc.constantFrom('001-a', '002-b'),
    }),
    { maxLength: 40 },
  )
  .map((drafts) =>
    drafts.map(({ payload: { type, ...rest }, node_id, lamport_clock, feature }, at) => ({
      event_id: `01JCX${String(at).padStart(21, '0')}`,
      event_type: type,
      aggregate_id: 'wp_id' in rest && rest.wp_id !== null ? rest.wp_id : feature,
      payload: { ...rest, feature_slug: feature },
      node_id,
      lamport_clock,
      timestamp: '2026-01-01T00:00:00Z',
      project_uuid: 'p',
    })),
  );
