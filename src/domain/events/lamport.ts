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
