import { writeFileSync } from 'node:fs';
import { inTurn, summarize } from './rounds.mjs';
import { formatTable } from './table.mjs';

/**
 * Measures one piece of work beside its floor and its peers, in the same rounds.
 *
 *     await compare({
 *       work: 'start: --version',
 *       unit: 'ms',              // or 'events/s', with better: 'higher'
 *       floor: 'node -e 0',      // the contestant that the others are divided by
 *       contestants: [
 *         { name: 'node -e 0', run: () => ... },
 *         { name: '--version', run: () => ..., goal: 1.5 },   // at most 1.5 x the floor; at least, if higher is better
 *       ],
 *     });
 *
 * Prints its own table, or hands the figures to `npm run bench`, which prints one for all programs. Resolves to the
 * comparison with every figure, so that a second one can be drawn from the same rounds.
 */
export const compare = async ({
  work,
  unit = 'ms',
  better = 'lower',
  floor,
  contestants,
  rounds,
  warmUp,
}) => {
  const figures = await inTurn(contestants, { rounds, warmUp });
  return { ...conclude({ work, unit, better, floor, contestants, figures }), figures };
};

/** The same for figures that were measured elsewhere: `figures` maps names to lists of numbers. */
export const conclude = ({ work, unit = 'ms', better = 'lower', floor, contestants, figures }) => {
  const floorMedian = summarize(figures.get(floor)).median;
  const rows = contestants.map(({ name, goal }) => {
    const summary = summarize(figures.get(name));
    const ratio = summary.median / floorMedian;
    const met = goal === undefined ? undefined : better === 'lower' ? ratio <= goal : ratio >= goal;
    return { name, ...summary, ratio, ...(goal === undefined ? {} : { goal, met }) };
  });
  const comparison = { work, unit, better, floor, rows };
  finished.push(comparison);
  if (process.env.BENCH_OUTPUT === undefined) process.stdout.write(`${formatTable([comparison])}\n`);
  else writeFileSync(process.env.BENCH_OUTPUT, JSON.stringify(finished));
  return comparison;
};

const finished = [];
