import { PROBLEMS, type ProblemKind } from './problem.js';
import type { Route } from './route.js';

/**
 * How a call may be refused, by what it is and by what it says of itself. What reaches no call, because it cannot be read
 * as a request, is {@link UNREAD}.
 */
export const refusalsOf = ({ method, body, bearer, refuses = [] }: Route): readonly ProblemKind[] => [
  ...new Set<ProblemKind>([
    ...ALWAYS,
    ...(method === 'POST' ? (['foreign-origin'] as const) : []),
    ...(bearer === undefined ? [] : OF_BEARERS),
    ...(body === undefined ? [] : OF_BODIES),
    ...refuses,
  ]),
];

/** The same by the status of the answer. */
export const refusalsByStatus = (route: Route): ReadonlyMap<number, readonly ProblemKind[]> => {
  const byStatus = new Map<number, ProblemKind[]>();
  for (const kind of refusalsOf(route)) {
    const { status } = PROBLEMS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind]);
  }
  return byStatus;
};

export const UNREAD: readonly ProblemKind[] = ['malformed-request', 'request-timeout', 'headers-too-large'];

const ALWAYS: readonly ProblemKind[] = ['unknown-host', 'internal-error'];

/** Who they are is asked of the store. */
const OF_BEARERS: readonly ProblemKind[] = ['not-authenticated', 'not-a-member', 'storage-failed'];

/** Every body is for something that is stored. */
const OF_BODIES: readonly ProblemKind[] = [
  'malformed-body',
  'body-too-large',
  'unsupported-encoding',
  'too-many-requests',
  'storage-failed',
];
