/** Why the background process leaves. */
export type Leave =
  'idle' | 'hub out of reach' | 'another version takes over' | 'state root gone' | 'asked to stop';

/** What decides about staying. Times are milliseconds since 1970. */
export interface BackgroundSituation {
  readonly nowMs: number;
  /** When there was last something to do: a start, a ring, a flush that moved something. */
  readonly lastWorkAtMs: number;
  /** Since when the hub is in trouble; absent while it is not. */
  readonly setBackSinceMs: number | undefined;
  /** A flush is under way, or events are due again soon. */
  readonly isBusy: boolean;
  readonly version: string;
  /** The version that asked it to leave. */
  readonly askedBy: string | undefined;
  readonly lingerMs: number;
}

/** A hub that stays out of reach for so long is left to the next command. */
export const GIVE_UP_AFTER_MS = 10 * 60 * 1000;

/** Whether the background process leaves now, and why. */
export const decideLeave = (situation: BackgroundSituation): Leave | undefined => {
  const { nowMs, lastWorkAtMs, setBackSinceMs, isBusy, version, askedBy, lingerMs } = situation;
  if (askedBy !== undefined && isNewer(askedBy, version)) return 'another version takes over';
  if (setBackSinceMs !== undefined)
    return nowMs - setBackSinceMs >= GIVE_UP_AFTER_MS ? 'hub out of reach' : undefined;
  return !isBusy && nowMs - lastWorkAtMs >= lingerMs ? 'idle' : undefined;
};

/** Whether version `a` comes after `b` (numbers between dots; what follows a hyphen comes before the release). */
export const isNewer = (a: string, b: string): boolean => {
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return left.isRelease && !right.isRelease;
};

const parts = (version: string): { readonly numbers: readonly number[]; readonly isRelease: boolean } => {
  const [release = '', ...rest] = version.split('-');
  return {
    numbers: release.split('.').map((number) => Number.parseInt(number, 10) || 0),
    isRelease: rest.length === 0,
  };
};
