import type { EnvelopeDocument } from '../../../src/domain/events/envelope.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { EVENT_TYPES } from '../../../src/domain/events/payloads.js';
import { sealed } from './samples.js';

const older: EnvelopeDocument = {
  event_id: '3B241101E2BB42558CAF4136C566A962',
  event_type: 'WPStatusChanged',
  aggregate_id: 'WP03',
  aggregate_type: 'WorkPackage',
  payload: {
    wp_id: 'WP03',
    from_lane: 'claimed',
    to_lane: 'in_progress',
    actor: 'bob',
    policy_metadata: null,
  },
  node_id: '0f1e2d3c4b5a',
  lamport_clock: 17,
  timestamp: '2026-03-01T09:30:00.123456+00:00',
  team_slug: 'acme',
  causation_id: '01kh0000000000000000000001',
};

describe('what the emitter of an older client lets through', () => {
  const read = (event_type: string, payload: object, changes: object = {}) =>
    upcast({ ...older, event_type, payload: { ...payload } as EnvelopeDocument['payload'], ...changes });

  it.each([
    ['8h 30m', 'PT8H30M'],
    ['3725.4s', 'PT3725.4S'],
    ['2d 1h', 'P2DT1H'],
    ['45m', 'PT45M'],
    ['PT3H', 'PT3H'],
    ['a while', 'a while'],
    ['', ''],
  ])('is read as the duration that it means: %s', (total_duration, meant) => {
    const { payload } = read('FeatureCompleted', { feature_slug: '001-a', total_wps: 1, total_duration });
    expect(payload['total_duration']).toBe(meant);
  });

  it('is read as the number, the id, the author and the moment that it means', () => {
    expect(
      read('FeatureCreated', {
        feature_slug: '001-a\n',
        feature_number: '001',
        target_branch: 'main',
        wp_count: true,
      }).payload,
    ).toMatchObject({ feature_slug: '001-a', wp_count: 1 });
    expect(
      read('WPCreated', { wp_id: 'WP01\n', title: 'x', dependencies: ['WP02\n'] }).payload,
    ).toMatchObject({
      wp_id: 'WP01',
      dependencies: ['WP02'],
    });
    expect(
      read('WPStatusChanged', { wp_id: 'WP01', from_lane: 'planned', to_lane: 'done', actor: '' }).payload,
    ).toMatchObject({ changed_by: 'user' });
    expect(
      read(
        'FeatureCompleted',
        { feature_slug: '001-a', total_wps: 1, completed_at: '20260203T1011' },
        {
          event_id: `${older.event_id}\n`,
          aggregate_id: 'WP03\n',
          timestamp: '20260203T101112.5Z',
        },
      ),
    ).toMatchObject({
      event_id: '3b241101-e2bb-4255-8caf-4136c566a962',
      aggregate_id: 'WP03',
      timestamp: '2026-02-03T10:11:12.5Z',
      payload: { completed_at: '2026-02-03T10:11' },
    });
  });
});

describe('an event of an older client', () => {
  it('reads in our vocabulary, and the stored document keeps its own', () => {
    const stored = structuredClone(older);
    expect(upcast(older)).toEqual({
      ...older,
      event_id: '3b241101-e2bb-4255-8caf-4136c566a962',
      causation_id: '01KH0000000000000000000001',
      payload: {
        wp_id: 'WP03',
        previous_status: 'planned',
        new_status: 'doing',
        changed_by: 'bob',
        policy_metadata: null,
      },
    });
    expect(older).toEqual(stored);
  });

  it.each([
    ['claimed', 'planned'],
    ['in_progress', 'doing'],
    ['blocked', 'doing'],
    ['approved', 'for_review'],
    ['canceled', 'planned'],
    ['for_review', 'for_review'],
    ['done', 'done'],
  ])('has its lane %s read as %s', (theirs, ours) => {
    const view = upcast({ ...older, payload: { ...older.payload, to_lane: theirs } });
    expect(view.payload['new_status']).toBe(ours);
  });

  it('keeps absent what its writer left out', () => {
    const view = upcast(older);
    for (const key of [
      'correlation_id',
      'schema_version',
      'git_branch',
      'head_commit_sha',
      'repo_slug',
      'project_uuid',
    ]) {
      expect(view).not.toHaveProperty(key);
    }
    expect(view.payload).not.toHaveProperty('feature_slug');
  });

  it('gets the defaults where it says nothing or null', () => {
    const { actor: _actor, ...silent } = older.payload;
    expect(upcast({ ...older, payload: silent }).payload['changed_by']).toBe('user');
    expect(upcast({ ...older, payload: { ...silent, actor: null, feature_slug: null } }).payload).toEqual(
      expect.not.objectContaining({ feature_slug: null }),
    );
  });

  it('is passed on as it is when its type is unknown', () => {
    const unknown = {
      ...older,
      event_type: 'MissionNextInvoked',
      payload: { from_lane: 'claimed' },
      build_id: 'b',
    };
    expect(upcast(unknown)).toMatchObject({ payload: { from_lane: 'claimed' }, build_id: 'b' });
  });

  it('prefers our name where both are there', () => {
    const view = upcast({ ...older, payload: { ...older.payload, new_status: 'done' } });
    expect(view.payload['new_status']).toBe('done');
    expect(view.payload).not.toHaveProperty('to_lane');
  });
});

it.each(EVENT_TYPES)('an event of our own reads as it stands: %s', (type) => {
  const document = JSON.parse(JSON.stringify(sealed(type))) as EnvelopeDocument;
  expect(upcast(document)).toEqual(document);
});
