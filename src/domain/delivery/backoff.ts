/** Growing, jittered delays between attempts, and the receiver's own minimum. Random numbers are passed in. */

/** The delays double from here … */
export const FIRST_DELAY_MS = 500;
/** … up to here. */
export const LONGEST_DELAY_MS = 30_000;
/** A hub can ask for a pause between these bounds; what lies outside is moved to the nearer one. */
export const SHORTEST_RETRY_AFTER_MS = 1_000;
export const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * How long to wait after that many failures in a row, in milliseconds: full jitter below the doubling ceiling, or the
 * hub's own retry-after when that is longer. `random` is uniform in [0, 1).
 */
export const delayMs = (failures: number, random: number, retryAfterMs?: number): number =>
  Math.max(eventDelayMs(failures, random), retryAfterMs === undefined ? 0 : clampRetryAfter(retryAfterMs));

/** How long an event is left alone after its n-th `rejected` answer (n from 1), in milliseconds. */
export const eventDelayMs = (attempts: number, random: number): number =>
  Math.floor(ceilingMs(attempts) * random);

export const clampRetryAfter = (ms: number): number =>
  Math.min(Math.max(ms, SHORTEST_RETRY_AFTER_MS), LONGEST_RETRY_AFTER_MS);

/** The ceiling after n failures in a row: 0 after none, then 0.5 s doubling to 30 s. */
export const ceilingMs = (failures: number): number =>
  failures < 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, DOUBLINGS), LONGEST_DELAY_MS);

const DOUBLINGS = 16;
