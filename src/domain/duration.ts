/** A span of time in words, in the largest unit of which there are two: `3 min`, `90 s`. */
export const duration = (ms: number): string => {
  const [name, length] = UNITS.find(([, unit]) => ms >= 2 * unit) ?? SECONDS;
  return `${Math.max(0, Math.floor(ms / length))} ${name}`;
};

type Unit = readonly [name: string, lengthMs: number];

const SECONDS: Unit = ['s', 1000];

const UNITS: readonly Unit[] = [
  ['days', 24 * 60 * 60 * 1000],
  ['h', 60 * 60 * 1000],
  ['min', 60 * 1000],
];
