/** What the order of events looks at. Every envelope has it. */
export interface CausalPosition {
  readonly lamport_clock: number;
  readonly node_id: string;
  readonly event_id: string;
}

/** What tells whether two events are about the same thing. */
export interface AggregatePosition extends CausalPosition {
  readonly aggregate_id: string;
  readonly project_uuid?: string | null;
  readonly payload?: unknown;
}

/** Total, deterministic order that respects causality: Lamport timestamp, then node id, then event id. */
export const compareCausal = (a: CausalPosition, b: CausalPosition): number =>
  a.lamport_clock - b.lamport_clock ||
  compareText(a.node_id, b.node_id) ||
  compareText(a.event_id, b.event_id);

/**
 * Whether neither event can have led to the other, as far as Lamport order can tell: the same aggregate of the
 * same project and feature, different nodes, equal clocks.
 */
export const isConcurrent = (a: AggregatePosition, b: AggregatePosition): boolean =>
  a.aggregate_id === b.aggregate_id &&
  (a.project_uuid ?? null) === (b.project_uuid ?? null) &&
  featureOf(a.payload) === featureOf(b.payload) &&
  a.node_id !== b.node_id &&
  a.lamport_clock === b.lamport_clock;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const featureOf = (payload: unknown): string | undefined => {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const slug = (payload as Record<string, unknown>)['feature_slug'];
  return typeof slug === 'string' ? slug : undefined;
};
