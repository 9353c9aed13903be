import fc from 'fast-check';
import { parseEnvelope } from '../../../src/domain/events/parse-envelope.js';
import { EVENT_TYPES } from '../../../src/domain/events/payloads.js';
import { sealed } from './samples.js';

const own = (change: object) => parseEnvelope({ ...sealed('WPStatusChanged'), ...change }, 'own');
const foreign = (change: object) => parseEnvelope({ ...older, ...change }, 'foreign');
const pathsOf = (result: ReturnType<typeof own> | ReturnType<typeof foreign>) =>
  result.ok ? [] : result.error.map(({ path }) => path);

/** What an older client puts on the wire. */
const older = {
  event_id: '01KH0000000000000000000001',
  event_type: 'WPStatusChanged',
  aggregate_id: 'WP03',
  aggregate_type: 'WorkPackage',
  payload: {
    wp_id: 'WP03',
    from_lane: 'planned',
    to_lane: 'in_progress',
    actor: null,
    feature_slug: null,
    policy_metadata: null,
  },
  node_id: '0f1e2d3c4b5a',
  lamport_clock: 17,
  timestamp: '2026-03-01T09:30:00.123456+00:00',
  team_slug: 'local',
};

describe('an envelope of our own', () => {
  it('is refused when it is not about the aggregate that its payload names', () => {
    expect(parseEnvelope({ ...sealed('WPCreated'), aggregate_id: 'WP01' }, 'own')).toEqual({
      ok: false,
      error: [{ path: 'aggregate_id', reason: 'is not what the payload is about' }],
    });
  });

  it.each(EVENT_TYPES)('passes when it is a sealed %s, also after JSON', (type) => {
    const envelope = sealed(type);
    expect(parseEnvelope(envelope, 'own')).toEqual({ ok: true, value: envelope });
    expect(parseEnvelope(JSON.parse(JSON.stringify(envelope)), 'own').ok).toBe(true);
  });

  it.each([
    ['event_id', '01kh0000000000000000000001'],
    ['event_id', '3b241101-e2bb-4255-8caf-4136c566a962'],
    ['event_type', 'MissionNextInvoked'],
    ['aggregate_id', ''],
    ['aggregate_type', 'MissionDossier'],
    ['payload', []],
    ['node_id', '0F1E2D3C4B5A'],
    ['lamport_clock', -1],
    ['lamport_clock', 2 ** 48 + 2],
    ['lamport_clock', 1.5],
    ['lamport_clock', '17'],
    ['causation_id', 'WP01'],
    ['timestamp', '2026-03-01T09:30:00+01:00'],
    ['timestamp', '2026-02-30T09:30:00Z'],
    ['timestamp', 'now'],
    ['team_slug', ''],
    ['project_uuid', '3B241101-E2BB-4255-8CAF-4136C566A962'],
    ['project_uuid', '3b241101-e2bb-1255-8caf-4136c566a962'],
    ['git_branch', 7],
    ['correlation_id', null],
    ['schema_version', '3.0.0'],
    ['surplus', true],
  ])('is refused with the path of %s = %j', (key, value) => {
    expect(pathsOf(own({ [key]: value }))).toContain(key);
  });

  it('lists every missing key', () => {
    expect(pathsOf(parseEnvelope({}, 'own'))).toHaveLength(17);
  });

  it('says of each issue what was expected', () => {
    expect(
      own({ team_slug: '', payload: { ...sealed('WPStatusChanged').payload, new_status: 'claimed' } }),
    ).toEqual({
      ok: false,
      error: [
        { path: 'team_slug', reason: 'must be text that is not empty' },
        { path: 'payload.new_status', reason: 'must be one of the lanes planned, doing, for_review, done' },
      ],
    });
  });

  it('is about the aggregate that its payload names', () => {
    expect(pathsOf(own({ aggregate_id: 'WP99' }))).toEqual(['aggregate_id']);
    expect(pathsOf(own({ aggregate_type: 'Feature' }))).toEqual(['aggregate_type']);
  });

  it('measures at most 64 KiB', () => {
    const payload = { ...sealed('HistoryAdded').payload, entry_content: 'x'.repeat(65_536) };
    const result = parseEnvelope({ ...sealed('HistoryAdded'), payload }, 'own');
    expect(result).toMatchObject({
      ok: false,
      error: [{ path: '', reason: expect.stringContaining('65536') }],
    });
  });

  it('judges each kind of payload value', () => {
    const check = (type: (typeof EVENT_TYPES)[number], change: object) => {
      const envelope = sealed(type);
      const result = parseEnvelope({ ...envelope, payload: { ...envelope.payload, ...change } }, 'own');
      return result.ok ? [] : result.error.map(({ path, reason }) => `${path} ${reason}`);
    };
    expect(check('WPCreated', { title: '' })).toEqual(['payload.title must not be empty']);
    expect(check('WPCreated', { title: 3 })).toEqual(['payload.title must be text']);
    expect(check('WPCreated', { dependencies: ['WP01', 'x'] })).toHaveLength(1);
    expect(check('WPCreated', { dependencies: 'WP01' })).toHaveLength(1);
    expect(check('WPAssigned', { phase: 'thinking' })).toEqual([
      'payload.phase must be one of implementation, review',
    ]);
    expect(check('WPAssigned', { retry_count: -1 })).toHaveLength(1);
    expect(check('WPAssigned', { retry_count: true })).toHaveLength(1);
    expect(check('FeatureCreated', { created_at: 'yesterday' })).toHaveLength(1);
    expect(check('FeatureCreated', { created_at: 20260301 })).toHaveLength(1);
    expect(check('FeatureCreated', { feature_number: '7' })).toHaveLength(1);
    expect(check('FeatureCompleted', { total_duration: null })).toEqual([]);
    expect(check('FeatureCompleted', { total_duration: 'three days' })).toHaveLength(1);
    expect(check('ErrorLogged', { stack_trace: 5 })).toEqual(['payload.stack_trace must be text or null']);
  });
});

describe("a reader's leniency", () => {
  it('takes the vocabulary of older clients, and what they leave out stays out', () => {
    expect(foreign({})).toEqual({ ok: true, value: older });
  });

  it.each([
    'claimed',
    'in_progress',
    'blocked',
    'approved',
    'canceled',
    'planned',
    'doing',
    'for_review',
    'done',
  ])('knows the lane %s', (lane) => {
    expect(foreign({ payload: { ...older.payload, to_lane: lane } }).ok).toBe(true);
  });

  it.each([
    ['an unknown type with any payload', { event_type: 'MissionNextInvoked', payload: { wp_id: 7 } }],
    ['an unknown aggregate type', { aggregate_type: 'MissionDossier' }],
    ['unknown keys', { build_id: 'x', payload: { ...older.payload, evidence: [1] } }],
    ['a UUID as event id', { event_id: '3B241101-e2bb-4255-8caf-4136c566a962' }],
    ['a UUID without hyphens', { event_id: '3b241101e2bb42558caf4136c566a962' }],
    ['a lower-case ULID', { event_id: '01kh0000000000000000000001' }],
    ['another schema version', { schema_version: '3.0.0' }],
    ['null for what is optional', { correlation_id: null, project_uuid: null, git_branch: null }],
    ['our own names', { payload: { wp_id: 'WP03', previous_status: 'doing', new_status: 'done' } }],
    ['a line break after an id', { event_id: '01KH0000000000000000000001\n' }],
    ['a line break after a work package', { payload: { ...older.payload, wp_id: 'WP03\n' } }],
    ['an empty actor', { payload: { ...older.payload, actor: '' } }],
    ['a time without separators', { timestamp: '20260203T101112' }],
    ['a number beyond what readers agree on', { payload: { ...older.payload, extra: { cost: 1e308 } } }],
    [
      'a count that is true, and a duration in words',
      {
        event_type: 'FeatureCompleted',
        payload: {
          feature_slug: '001-a',
          total_wps: true,
          total_duration: '8h 30m',
          completed_at: '20260203',
        },
      },
    ],
    ['an upper-case project uuid', { project_uuid: '3B241101-E2BB-4255-8CAF-4136C566A962' }],
  ])('takes %s', (_name, change) => {
    expect(foreign(change).ok).toBe(true);
  });

  it.each([
    ['event_id', { event_id: 'x' }],
    ['aggregate_id', { aggregate_id: '' }],
    ['lamport_clock', { lamport_clock: 2 ** 60 }],
    ['timestamp', { timestamp: 'noon' }],
    ['project_uuid', { project_uuid: '01KH0000000000000000000001' }],
    ['payload.to_lane', { payload: { ...older.payload, to_lane: 'nowhere' } }],
    ['payload.previous_status', { payload: { wp_id: 'WP03', to_lane: 'done' } }],
    ['payload.wp_id', { payload: { ...older.payload, wp_id: null } }],
  ])('still refuses a wrong %s', (path, change) => {
    expect(pathsOf(foreign(change))).toEqual(expect.arrayContaining([path]));
  });
});

describe('any reader', () => {
  it.each([
    [
      'an integer beyond the safe range',
      { extra: { a: [{ b: 2 ** 53 }] } },
      'extra.a.0.b',
      'is not a safe integer',
    ],
    ['a number that is not finite', { extra: NaN }, 'extra', 'is not a finite number'],
    ['an unpaired surrogate', { extra: ['x\udc00'] }, 'extra.0', 'holds an unpaired surrogate'],
    ['an unpaired surrogate at the end', { extra: '\ud800' }, 'extra', 'holds an unpaired surrogate'],
    [
      'an unpaired surrogate in a key',
      { extra: { '\ud800': 1 } },
      'extra',
      'has a key with an unpaired surrogate',
    ],
  ])('names %s', (_name, change, path, reason) => {
    expect(foreign({ event_type: 'Unknown', ...change })).toMatchObject({
      ok: false,
      error: [{ path, reason }],
    });
  });

  it('takes emoji, and names a document that is nested too deeply', () => {
    expect(foreign({ extra: '🚀' }).ok).toBe(true);
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
    expect(foreign({ extra: deep })).toMatchObject({
      ok: false,
      error: [{ reason: 'is nested deeper than 64 levels' }],
    });
  });

  it.each([null, undefined, 1, 'x', [], () => 1])('refuses %p as a whole', (value) => {
    expect(parseEnvelope(value, 'foreign')).toEqual({
      ok: false,
      error: [{ path: '', reason: 'must be an object' }],
    });
  });

  it('ignores what an object inherits', () => {
    expect(parseEnvelope(Object.create(older) as unknown, 'foreign').ok).toBe(false);
  });

  it('never throws, whatever the input is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    const nearly = fc
      .tuple(
        fc.constantFrom(...EVENT_TYPES),
        fc.dictionary(fc.constantFrom(...Object.keys(sealed('WPCreated')), 'x'), anything),
      )
      .map(([type, change]) => ({ ...sealed(type), ...change }));
    fc.assert(
      fc.property(
        fc.oneof(anything, nearly),
        fc.constantFrom('own' as const, 'foreign' as const),
        (value, mode) => {
          const result = mode === 'own' ? parseEnvelope(value, 'own') : parseEnvelope(value, 'foreign');
          if (result.ok) expect(result.value).toBe(value);
          else expect(result.error.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes as foreign whatever it takes as own', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVENT_TYPES), (type) => {
        expect(parseEnvelope(sealed(type), 'foreign').ok).toBe(true);
      }),
    );
  });
});
