import { lockFile, tryLockFile, type HeldLock } from './process-lock.js';

export interface Waiting {
  /** How long at most. */
  readonly waitMs: number;
  /** Told each second how long it has been; with `undefined` when a wait of which it was told is over. */
  readonly onWait?: ((waitedMs: number | undefined) => void) | undefined;
}

/**
 * Takes the lock of a file in the order of arrival. Kernel locks know no order: of many who poll, one may lose for ever,
 * and who has just come polls most often. So there is a row of places before the lock, each a lock of its own; whoever
 * waits goes from the last to the first and keeps a place until the next one is free. Who dies leaves its place to the
 * next, since the kernel gives it back. Beyond as many as there are places, chance decides who gets the last one.
 * `undefined` when the time is over or the signal aborted.
 */
export const lockInTurn = async (
  path: string,
  { waitMs, onWait }: Waiting,
  signal?: AbortSignal,
): Promise<HeldLock | undefined> => {
  const startMs = performance.now();
  let wasTold = false;
  const teller = setInterval(() => {
    wasTold = true;
    onWait?.(performance.now() - startMs);
  }, TOLD_EACH_MS);
  try {
    return await goThrough(path, startMs + waitMs, signal);
  } finally {
    clearInterval(teller);
    if (wasTold) onWait?.(undefined);
  }
};

const goThrough = async (
  path: string,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> => {
  // Where nobody waits, the first place is free.
  let held = tryLockFile(placeBefore(path, 1));
  const way = held === undefined ? [...PLACES.map((place) => placeBefore(path, place)), path] : [path];
  try {
    for (const step of way) {
      const next = await lockFile(step, Math.max(0, deadlineMs - performance.now()), signal);
      held?.release();
      held = next;
      if (next === undefined) return undefined;
    }
    return held;
  } catch (error) {
    held?.release();
    throw error;
  }
};

const placeBefore = (path: string, place: number): string => `${path}-queue/${place}`;

/** From the last to the first. */
const PLACES = Array.from({ length: 16 }, (_, at) => 16 - at);
const TOLD_EACH_MS = 1_000;
