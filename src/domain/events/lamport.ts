import { isFields } from '../document.js';
import { err, ok, type Result } from '../result.js';

/** Above this a number is no Lamport timestamp. */
export const MAX_LAMPORT = 2 ** 48;

/**
 * Above this a remote timestamp is beyond reason: no team makes so many events. It is kept with its event, but no clock
 * follows it. Far below {@link MAX_LAMPORT}, so that a clock which was driven up to here can still tick for good.
 */
export const MAX_FOLLOWED = 2 ** 40;

/** The next value for a local event. */
export const tick = (value: number): number => value + 1;

/**
 * The value after hearing of a remote timestamp: past both (Lamport 1978, rule IR2). Refused when the remote
 * value is no Lamport timestamp, or one beyond reason.
 */
export const receive = (value: number, remote: number): Result<number, 'poison'> =>
  isFollowed(remote) ? ok(Math.max(value, remote) + 1) : err('poison');

export const isLamport = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_LAMPORT;

/** Whether a remote value is a timestamp that clocks and boards go by. */
export const isFollowed = (value: unknown): value is number => isLamport(value) && value <= MAX_FOLLOWED;

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
  const slug = isFields(payload) ? payload['feature_slug'] : undefined;
  return typeof slug === 'string' ? slug : undefined;
};
