import { playSchedule, type ScheduleReport } from './schedule.js';

// `npm run chaos` plays more of them, from another seed.
const schedules = Number(process.env['CHAOS_SCHEDULES'] ?? 10);
const firstSeed = Number(process.env['CHAOS_SEED'] ?? 20_260_301);

describe('delivery to a hub that misbehaves at random', () => {
  it(
    'loses nothing, counts nothing twice, and drains with no new event when the hub is good again',
    async () => {
      const reports: ScheduleReport[] = [];
      for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
        const report = await playSchedule(seed);
        // The seed is all that is needed to see it again.
        expect({ seed, lost: report.lost, broken: report.broken }).toEqual({ seed, lost: [], broken: [] });
        expect(report.delivered + report.deadLetters).toBe(report.captured);
        reports.push(report);
      }
      if (process.env['CHAOS_SCHEDULES'] !== undefined) process.stderr.write(`${summaryOf(reports)}\n`);
      const faults = faultsOf(reports);
      expect(faults.size).toBeGreaterThan(30);
    },
    Math.max(60_000, schedules * 5_000),
  );
});

const faultsOf = (reports: readonly ScheduleReport[]): ReadonlyMap<string, number> => {
  const sum = new Map<string, number>();
  for (const { faults } of reports) {
    for (const [name, count] of faults) sum.set(name, (sum.get(name) ?? 0) + count);
  }
  return sum;
};

const summaryOf = (reports: readonly ScheduleReport[]): string => {
  const total = (of: (report: ScheduleReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  const faults = [...faultsOf(reports)].sort(([, a], [, b]) => b - a);
  return [
    `schedules ${reports.length}, from seed ${firstSeed}`,
    `captured ${total(({ captured }) => captured)}, delivered ${total(({ delivered }) => delivered)}, ` +
      `dead letters ${total(({ deadLetters }) => deadLetters)}, lost ${total(({ lost }) => lost.length)}, ` +
      `received again by the hub ${total(({ duplicates }) => duplicates)}`,
    `faults ${faults.reduce((sum, [, count]) => sum + count, 0)}: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`,
  ].join('\n');
};
