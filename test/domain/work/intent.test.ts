import fc from 'fast-check';
import { intentOf, type IntendedWork } from '../../../src/domain/work/intent.js';
import { parseIntent } from '../../../src/domain/work/parse-intent.js';

const event = { event_id: '01KGH000000000000000000000' } as IntendedWork['events'][number]['event'];
const line = { evidence: 'line', path: 'a.md', line: '- x' } as const;
const announced = { evidence: 'announced', path: 'meta.json', key: 'WP01', eventId: event.event_id } as const;

const work = (overrides: Partial<IntendedWork> = {}): IntendedWork => ({
  project: '550e8400-e29b-41d4-a716-446655440000',
  branch: 'main',
  events: [{ event, evidence: line, hub: 'h' }],
  changes: [{ path: 'a.md', before: 'a', after: 'a\n- x\n' }],
  message: 'm',
  nextRecord: 7,
  ...overrides,
});

describe('an intent', () => {
  it('lists the events with their evidence, the branch, the wanted commit and where the journal stands', () => {
    expect(intentOf(work())).toEqual({
      version: 1,
      project: '550e8400-e29b-41d4-a716-446655440000',
      branch: 'main',
      events: [{ event, evidence: line, hub: 'h' }],
      commit: { paths: ['a.md'], message: 'm' },
      nextRecord: 7,
    });
  });

  it('leaves out what there is none of', () => {
    const bare = intentOf(work({ project: undefined, branch: undefined, message: undefined }));
    expect(Object.keys(bare).sort()).toEqual(['events', 'nextRecord', 'version']);
  });

  it('holds the texts only when several files could be caught half-way', () => {
    const changes = [...work().changes, { path: 'b.md', before: undefined, after: 'b' }];
    expect(intentOf(work({ changes })).changes).toEqual([
      { path: 'a.md', before: 'a', after: 'a\n- x\n' },
      { path: 'b.md', after: 'b' },
    ]);
  });

  it('survives being written and read', () => {
    const text = fc.string({ unit: 'binary' });
    const events = fc.array(
      fc.constantFrom({ event, evidence: line }, { event, evidence: announced, issues: [] }),
    );
    const changes = fc.array(
      fc.record({ path: text, before: fc.option(text, { nil: undefined }), after: text }),
    );
    fc.assert(
      fc.property(
        events,
        changes,
        fc.option(text, { nil: undefined }),
        fc.nat(),
        (some, edits, message, nextRecord) => {
          const intent = intentOf(work({ events: some, changes: edits, message, nextRecord }));
          expect(parseIntent(JSON.parse(JSON.stringify(intent)))).toEqual(intent);
        },
      ),
    );
  });

  it('is recognised in no other document', () => {
    fc.assert(fc.property(fc.jsonValue(), (document) => parseIntent(document) === undefined));
  });

  it.each([
    ['version', 2],
    ['project', 7],
    ['branch', null],
    ['nextRecord', '7'],
    ['nextRecord', 0.5],
    ['events', {}],
    ['events', [null]],
    ['events', [{ event: {}, evidence: line }]],
    ['events', [{ event, evidence: line, hub: 1 }]],
    ['events', [{ event, evidence: line, issues: 'odd' }]],
    ['events', [{ event }]],
    ['events', [{ event, evidence: { evidence: 'line', path: 'a' } }]],
    ['events', [{ event, evidence: { evidence: 'line', line: 'a' } }]],
    ['events', [{ event, evidence: { ...announced, key: 1 } }]],
    ['events', [{ event, evidence: { ...announced, eventId: 1 } }]],
    ['events', [{ event, evidence: { evidence: 'rumour', path: 'a' } }]],
    ['commit', { paths: 'a', message: 'm' }],
    ['commit', { paths: ['a'] }],
    ['commit', null],
    ['changes', [{ path: 'a' }]],
    ['changes', [{ path: 'a', before: 1, after: 'b' }]],
    ['changes', {}],
  ])('is not recognised when %s is %j', (key, value) => {
    const document: unknown = JSON.parse(JSON.stringify({ ...intentOf(work()), [key]: value }));
    expect(parseIntent(document)).toBeUndefined();
  });
});
