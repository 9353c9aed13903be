import { performance } from 'node:perf_hooks';

/**
 * Runs the contestants in turn (A B C A B C ...), so that what disturbs the machine disturbs all of them, and returns
 * what each one took. A contestant's `run` may return its own figure; otherwise its wall-clock milliseconds count. One
 * round before the counted ones warms caches and is forgotten.
 */
export const inTurn = async (contestants, { rounds = 9, warmUp = 1 } = {}) => {
  const figures = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const { name, run, before } of contestants) {
      await before?.();
      const start = performance.now();
      const own = await run();
      const figure = typeof own === 'number' ? own : performance.now() - start;
      if (round >= 0) figures.get(name).push(figure);
    }
  }
  return figures;
};

/** Median, least and greatest of the figures. */
export const summarize = (figures) => {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1), rounds: sorted.length };
};

/** The value below which `share` of the figures lie (0.5, 0.99). */
export const percentile = (figures, share) => {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};
