import fc from 'fast-check';
import { LANES } from '../../../src/domain/events/lane.js';
import {
  PAUSE_REASONS,
  PHASES,
  RESULTS,
  RUN_STATUSES,
  type OrchestrationState,
  type WorkPackageRecord,
} from '../../../src/domain/agents/state.js';

const names = fc.constantFrom('ann', 'bob', 'cy');
const text = fc.string({ maxLength: 20 });
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((it) => (it === undefined ? {} : { [key]: it }));

const record = (id: string): fc.Arbitrary<WorkPackageRecord> =>
  fc
    .tuple(
      optional('at', fc.constantFrom(...LANES)),
      optional('result', fc.constantFrom(...RESULTS)),
      optional('implementer', names),
      optional('reviewer', names),
      optional(
        'assignment',
        fc.record({
          phase: fc.constantFrom(...PHASES),
          agent: names,
          retryCount: fc.nat(5),
        }),
      ),
      optional('feedback', text),
      optional('base', fc.constantFrom('a', 'b')),
      optional('startedAt', fc.constantFrom('a', 'b')),
      fc.record({
        assigned: fc.record({ implementation: fc.nat(9), review: fc.nat(9) }),
        failedAgents: fc.uniqueArray(names),
        rejections: fc.nat(9),
      }),
      optional('pause', fc.record({ reason: fc.constantFrom(...PAUSE_REASONS), detail: text })),
    )
    .map((parts) => parts.reduce<object>((all, part) => ({ ...all, ...part }), { id }) as WorkPackageRecord);

/** Any state that can be stored, sensible or not. */
export const states: fc.Arbitrary<OrchestrationState> = fc
  .uniqueArray(fc.constantFrom('WP01', 'WP02', 'WP03', 'WP04', 'WP100'), { maxLength: 5 })
  .chain((ids) =>
    fc.record({
      version: fc.constant(1 as const),
      runId: fc.constant('01KGH000000000000000000000'),
      feature: fc.constant('001-any'),
      status: fc.constantFrom(...RUN_STATUSES),
      startedAt: fc.constant('2026-01-01T00:00:00Z'),
      updatedAt: fc.constant('2026-01-01T00:00:00.125Z'),
      agents: fc.uniqueArray(names),
      limits: fc.record({
        maxParallel: fc.integer({ min: 1, max: 4 }),
        maxRetries: fc.nat(3),
        timeoutMs: fc.integer({ min: 1, max: 9 }),
        merges: fc.boolean(),
      }),
      workPackages: fc.tuple(...[...ids].sort().map(record)),
    }),
  );
