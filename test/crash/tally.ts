/** What a row of trials came to. */
export interface Tally {
  /** Points of the program at which something was made to happen. */
  readonly points: number;
  /** Processes killed, faults injected, power cuts replayed. */
  readonly kills: number;
  readonly faults: number;
  readonly cuts: number;
  /** Everything that was not as it has to be, with the trial in which it was seen. */
  readonly violations: readonly string[];
}

export const NOTHING: Tally = { points: 0, kills: 0, faults: 0, cuts: 0, violations: [] };

export const addTallies = (a: Tally, b: Tally): Tally => ({
  points: a.points + b.points,
  kills: a.kills + b.kills,
  faults: a.faults + b.faults,
  cuts: a.cuts + b.cuts,
  violations: [...a.violations, ...b.violations],
});

/** Numbers in [0, 1), always the same row for the same seed. */
export const chanceOf = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Every `stride`-th of the numbers from 1 to `last`; which of them differs from one `offset` to the next. */
export const pointsOf = (last: number, stride: number, offset = 0): readonly number[] =>
  Array.from({ length: last }, (_, index) => index + 1).filter((n) => (n + offset) % stride === 0);
