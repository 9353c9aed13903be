import fc from 'fast-check';
import { ENVELOPE_KEYS } from '../../../src/domain/events/envelope.js';
import { MAX_ENVELOPE_BYTES, parseEnvelope } from '../../../src/domain/events/parse-envelope.js';
import { EVENT_TYPES, type EventType } from '../../../src/domain/events/payloads.js';
import { utf8Length } from '../../../src/domain/events/utf8-length.js';
import { build, payloads, sealed } from './samples.js';

describe('facts of an event', () => {
  it.each(EVENT_TYPES)('a minimal %s is valid once defaults are filled in', (type) => {
    expect(build(type).issues).toEqual([]);
    expect(parseEnvelope(sealed(type), 'own')).toMatchObject({ ok: true });
  });

  it('fills in every default of the table', () => {
    expect(build('WPStatusChanged').event.payload.changed_by).toBe('user');
    expect(build('WPCreated').event.payload).toMatchObject({ dependencies: [], status: 'planned' });
    expect(build('WPAssigned').event.payload.retry_count).toBe(0);
    expect(build('HistoryAdded').event.payload.author).toBe('user');
    expect(build('ErrorLogged').event.payload).toEqual({
      error_type: 'network',
      error_message: 'no route',
      wp_id: null,
      stack_trace: null,
      agent_id: null,
    });
  });

  it('names the aggregate that the payload is about', () => {
    expect(build('WPCreated').event).toMatchObject({ aggregate_id: 'WP100', aggregate_type: 'WorkPackage' });
    expect(build('FeatureCreated').event).toMatchObject({
      aggregate_id: '007-demo',
      aggregate_type: 'Feature',
    });
    expect(build('ErrorLogged').event).toMatchObject({ aggregate_id: 'error', aggregate_type: 'Feature' });
    expect(build('ErrorLogged', { ...payloads.ErrorLogged, wp_id: 'WP07' }).event).toMatchObject({
      aggregate_id: 'WP07',
      aggregate_type: 'WorkPackage',
    });
  });

  it('has the key order of the wire once sealed, and payload keys in the order of the table', () => {
    const shuffled = {
      feature_slug: '007-demo',
      new_status: 'doing',
      previous_status: 'planned',
      wp_id: 'WP03',
    };
    const envelope = sealed('WPStatusChanged', shuffled);
    expect(Object.keys(envelope)).toEqual([...ENVELOPE_KEYS]);
    expect(Object.keys(envelope.payload)).toEqual([
      'wp_id',
      'previous_status',
      'new_status',
      'changed_by',
      'feature_slug',
    ]);
  });

  it('may lack everything that is not known of a place', () => {
    const unknown = {
      causation_id: null,
      project_uuid: null,
      project_slug: null,
      git_branch: null,
      head_commit_sha: null,
      repo_slug: null,
    };
    const { event, issues } = build('WPCreated', payloads.WPCreated, unknown);
    expect(issues).toEqual([]);
    expect(event).toMatchObject({
      causation_id: null,
      project_uuid: null,
      git_branch: null,
      repo_slug: null,
    });
  });

  it('keeps an invalid event together with every issue', () => {
    const { event, issues } = build('WPStatusChanged', {
      wp_id: 'WP1',
      previous_status: 'doing',
      new_status: 'nowhere',
    });
    expect(issues.map((issue) => issue.path)).toEqual([
      'payload.wp_id',
      'payload.new_status',
      'payload.feature_slug',
    ]);
    expect(event.payload).toMatchObject({ wp_id: 'WP1', new_status: 'nowhere' });
  });

  it('refuses keys that the table does not know, null for a key without null, and unknown types', () => {
    expect(build('WPCreated', { ...payloads.WPCreated, from_lane: 'x' }).issues).toEqual([
      { path: 'payload.from_lane', reason: 'is not a key of WPCreated' },
    ]);
    expect(build('FeatureCreated', { ...payloads.FeatureCreated, created_at: null }).issues).toHaveLength(1);
    expect(build('toString' as EventType, {}).issues.map((issue) => issue.path)).toContain('event_type');
  });

  it('redacts free text by the rule of its key, and every text of a key that no rule knows', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const history = {
      ...payloads.HistoryAdded,
      entry_content: `${token} in /home/alice/x`,
      author: '/home/alice',
    };
    expect(build('HistoryAdded', history).event.payload).toMatchObject({
      entry_content: '[redacted] in ~/x',
      author: '~',
    });
    const error = {
      ...payloads.ErrorLogged,
      stack_trace: 'at f (/home/alice/work/demo/a.js:1:2)\nat g (/opt/b.js:3:4)',
    };
    expect(build('ErrorLogged', error).event.payload.stack_trace).toBe('at f (a.js:1:2)\nat g ([path]:3:4)');
    const stray = { ...payloads.WPCreated, notes: { deep: [`token=${token}`, 7, null] } };
    expect(JSON.stringify(build('WPCreated', stray).event)).not.toContain(token);
  });

  it('cuts a long free text visibly, with the original length, to exactly what fits', () => {
    const { event, issues } = build('HistoryAdded', {
      ...payloads.HistoryAdded,
      entry_content: '🚀'.repeat(40_000),
    });
    expect(issues).toEqual([]);
    expect(event.payload.entry_content).toMatch(/^(?:🚀)+ … \[cut: 40000 characters originally\]$/u);
    const bytes = utf8Length(JSON.stringify({ ...event, node_id: '0f1e2d3c4b5a', lamport_clock: 2 ** 48 }));
    expect(bytes).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
    expect(bytes).toBeGreaterThan(MAX_ENVELOPE_BYTES - 8);
  });

  it('cuts several long texts, the longest first', () => {
    const { event, issues } = build('ErrorLogged', {
      error_type: 'runtime',
      error_message: 'm'.repeat(100_000),
      stack_trace: 's'.repeat(200_000),
    });
    expect(issues).toEqual([]);
    expect(event.payload.stack_trace?.length).toBeLessThan(1000);
    expect(event.payload.error_message).toContain('[cut: 100000 characters originally]');
  });

  it('leaves out what is too large and cannot be cut, and says that the event is invalid', () => {
    const dependencies = Array.from({ length: 20_000 }, () => 'WP01');
    const { event, issues } = build('WPCreated', { ...payloads.WPCreated, dependencies });
    expect(issues.map((issue) => issue.path)).toEqual(['payload.dependencies']);
    expect(event.payload.dependencies).toBe('[left out: 140001 bytes]');
  });

  it('leaves out what is too large where a free text should be', () => {
    const title = Array.from({ length: 20_000 }, () => 'WP01') as unknown as string;
    const { event } = build('WPCreated', { ...payloads.WPCreated, title });
    expect(event.payload.title).toBe('[left out: 140001 bytes]');
  });

  it('reports what JSON cannot hold and keeps the nearest that it can', () => {
    const payload: Record<string, unknown> = {
      ...payloads.HistoryAdded,
      entry_content: 'a\ud800b',
      extra: 2n,
    };
    payload['self'] = payload;
    const { event, issues } = build('HistoryAdded', payload);
    expect(issues).toEqual(
      expect.arrayContaining([
        { path: 'payload.entry_content', reason: 'holds an unpaired surrogate' },
        { path: 'payload.extra', reason: 'is a bigint, which JSON cannot hold' },
        { path: 'payload.self', reason: 'contains itself' },
      ]),
    );
    expect(event.payload).toMatchObject({ entry_content: 'a\ufffdb', extra: '2', self: '[left out]' });
  });

  it('never throws, always survives JSON and always fits, whatever the payload is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...EVENT_TYPES, 'Unknown' as EventType, '__proto__' as EventType),
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (type, payload) => {
          const { event } = build(type, payload);
          expect(JSON.parse(JSON.stringify(event))).toBeDefined();
          expect(utf8Length(JSON.stringify(event))).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
        },
      ),
    );
  });

  it('seals to an envelope without issue whenever it has none itself', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...EVENT_TYPES),
        fc.dictionary(fc.constantFrom('wp_id', 'title', 'x'), fc.anything()),
        (type, extra) => {
          const built = build(type, { ...payloads[type], ...extra });
          if (built.issues.length === 0)
            expect(parseEnvelope(sealed(type, { ...payloads[type], ...extra }), 'own').ok).toBe(true);
        },
      ),
    );
  });

  it('keeps a key named __proto__ an ordinary key', () => {
    const { event } = build('WPCreated', JSON.parse('{"__proto__": {"wp_id": "WP01"}}'));
    expect(Object.getPrototypeOf(event.payload)).toBe(Object.prototype);
    expect(event.aggregate_id).toBe('');
  });
});
