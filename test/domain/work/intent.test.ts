import { intentOf, type IntendedWork } from '../../../src/domain/work/intent.js';

const event = { event_id: '01KGH000000000000000000000' } as IntendedWork['events'][number]['event'];
const line = { evidence: 'line', path: 'a.md', line: '- x' } as const;

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
    const written = JSON.parse(JSON.stringify(bare)) as object;
    expect(Object.keys(written).sort()).toEqual(['events', 'nextRecord', 'version']);
  });

  it('holds the texts only when several files could be caught half-way', () => {
    const changes = [...work().changes, { path: 'b.md', before: undefined, after: 'b' }];
    expect(intentOf(work({ changes })).changes).toEqual([
      { path: 'a.md', before: 'a', after: 'a\n- x\n' },
      { path: 'b.md', after: 'b' },
    ]);
  });
});
