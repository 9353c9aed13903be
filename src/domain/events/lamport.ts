import { err, ok, type Result } from '../result.js';

/** Above this a remote Lamport timestamp is poison, not time: the clock never follows it. */
export const MAX_LAMPORT = 2 ** 48;

/** The next value for a local event. */
export const tick = (value: number): number => value + 1;

/**
 * The value after hearing of a remote timestamp: past both (Lamport 1978, rule IR2). Refused when the remote
 * value cannot be a Lamport timestamp.
 */
export const receive = (value: number, remote: number): Result<number, 'poison'> =>
  isLamport(remote) ? ok(Math.max(value, remote) + 1) : err('poison');

export const isLamport = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_LAMPORT;
