import { describeIssues } from '../../../src/domain/result.js';
import { beginRun, DEFAULT_LIMITS } from '../../../src/domain/agents/begin-run.js';
import { parseOrchestrationState } from '../../../src/domain/agents/state.js';

const state = () =>
  JSON.parse(
    JSON.stringify(
      beginRun(
        {
          runId: '01KGH000000000000000000000',
          feature: '001-any',
          startedAt: '2026-01-01T00:00:00Z',
          agents: ['ann'],
          limits: DEFAULT_LIMITS,
        },
        {
          graph: { ids: ['WP01'], edges: [] },
          workPackages: new Map([['WP01', { title: 'One', lane: 'planned' }]]),
        },
      ),
    ),
  ) as Record<string, unknown> & { workPackages: Record<string, unknown>[] };

const issuesOf = (document: unknown): string => {
  const parsed = parseOrchestrationState(document);
  return parsed.ok ? '' : describeIssues(parsed.error);
};

describe('the stored state of an orchestration', () => {
  it.each([
    [[], 'version: is not 1, the only one known'],
    [null, 'version: is not 1, the only one known'],
    [{}, 'version: is not 1, the only one known'],
    [
      { version: 1 },
      'runId: is required; feature: is required; status: is required; startedAt: is required; updatedAt: is required; agents: is required; limits: is required; workPackages: is required',
    ],
  ])('%j is none', (document, issues) => {
    expect(issuesOf(document)).toBe(issues);
  });

  it('is judged in every place, and each fault is named', () => {
    const broken = state();
    Object.assign(broken, {
      feature: '../x',
      agents: ['', 1],
      limits: { maxParallel: 0, maxRetries: -1, timeoutMs: 1 },
    });
    broken.workPackages = [
      { ...broken.workPackages[0], at: 'lost', rejections: 1.5, assignment: { phase: 'sleep' } },
      { ...broken.workPackages[0], stage: 'waiting', assigned: { implementation: 0 } },
      { ...broken.workPackages[0], pause: { reason: 'bored' } },
      7 as never,
    ];
    expect(issuesOf(broken).split('; ')).toEqual([
      'feature: must be a feature slug',
      'agents: must be a list of names',
      'limits.maxParallel: must be an integer from 1 up',
      'limits.maxRetries: must be an integer from 0 up',
      'limits.merges: is required',
      'workPackages.0.at: must be one of planned, doing, for_review, done',
      'workPackages.0.assignment.phase: must be one of implementation, review',
      'workPackages.0.assignment.agent: is required',
      'workPackages.0.assignment.retryCount: is required',
      'workPackages.0.rejections: must be an integer from 0 up',
      'workPackages.1.assigned.review: is required',
      'workPackages.1.stage: is not known',
      expect.stringContaining('workPackages.2.pause.reason: must be one of rejected-too-often'),
      'workPackages.2.pause.detail: is required',
      'workPackages.3: must be an object',
    ]);
  });

  it('names each work package once', () => {
    const twice = state();
    twice.workPackages.push(...state().workPackages);
    expect(issuesOf(twice)).toBe('workPackages.1.id: is there already');
  });

  it('may have keys that nobody knows, but for those of a work package, which another build has written', () => {
    expect(issuesOf({ ...state(), note: 'mine' })).toBe('');
  });
});
