import { describeIssues } from '../../../src/domain/result.js';
import { beginRun, DEFAULT_LIMITS } from '../../../src/domain/agents/begin-run.js';
import { parseOrchestrationState } from '../../../src/domain/agents/parse-state.js';

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
    [[], 'is not an object'],
    [{}, 'version: is not 1, the only one known'],
    [
      { version: 1 },
      'runId: is missing; feature: is missing; status: is missing; startedAt: is missing; updatedAt: is missing; agents: is missing; limits: is missing; workPackages: is missing',
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
      { ...broken.workPackages[0], stage: 'lost', rejections: 1.5, assignment: { phase: 'sleep' } },
      { ...broken.workPackages[0], stage: 'paused', assigned: { implementation: 0 } },
      { ...broken.workPackages[0], pause: { reason: 'bored', from: 'paused' } },
      7 as never,
    ];
    expect(issuesOf(broken).split('; ')).toEqual([
      'feature: must be a feature slug',
      'agents: must be a list of names',
      'limits.maxParallel: must be an integer from 1 up',
      'limits.maxRetries: must be an integer from 0 up',
      'limits.merges: is missing',
      expect.stringContaining('workPackages.0.stage: must be one of waiting, claiming'),
      'workPackages.0.rejections: must be an integer from 0 up',
      'workPackages.0.assignment.phase: must be one of implementation, review',
      'workPackages.0.assignment.agent: is missing',
      'workPackages.0.assignment.retryCount: is missing',
      'workPackages.0.assignment.isAnnounced: is missing',
      'workPackages.1.assigned.review: is missing',
      'workPackages.1.pause: must be there exactly at the stage paused',
      'workPackages.1.id: is there already',
      expect.stringContaining('workPackages.2.pause.reason: must be one of rejected-too-often'),
      'workPackages.2.pause.detail: is missing',
      expect.stringContaining('workPackages.2.pause.from: must be one of waiting'),
      'workPackages.2.pause: must be there exactly at the stage paused',
      'workPackages.2.id: is there already',
      'workPackages.3: is not an object',
    ]);
  });

  it('may have keys that nobody knows, which are left out', () => {
    const wide = state();
    Object.assign(wide, { note: 'mine' });
    expect(parseOrchestrationState(wide)).toEqual({ ok: true, value: state() });
  });
});
