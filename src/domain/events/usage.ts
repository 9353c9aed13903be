import { nullable } from 'valibot';
import { integer, isFields, object, type DocumentOf } from '../document.js';

/** What can be said of a run of an agent, in wire order; each a whole number from 0 up. */
export const USAGE_MEASURES = [
  // How long its program ran, measured by whoever started it.
  'duration_ms',
  // The others as the program reports them.
  'turns',
  'input_tokens',
  'output_tokens',
  'cost_usd_micros',
] as const;

export type UsageMeasure = (typeof USAGE_MEASURES)[number];

/** What one run of an agent took; what is absent is unknown. */
export type RunUsage = { readonly [M in UsageMeasure]?: number };

/** A measure over several runs: its sum, and how many runs it is known of. */
const MEASURED = object({ sum: integer(0), runs: integer(0) });

/** What several runs took. A measure of which no run said anything is `null`, never 0. */
export const USAGE_SUM = {
  runs: integer(0),
  duration_ms: nullable(MEASURED),
  turns: nullable(MEASURED),
  input_tokens: nullable(MEASURED),
  output_tokens: nullable(MEASURED),
  cost_usd_micros: nullable(MEASURED),
};

export type UsageSum = DocumentOf<ReturnType<typeof object<typeof USAGE_SUM>>>;

/** The measures that a document has; whatever cannot be one is unknown. */
export const usageIn = (document: unknown): RunUsage => {
  const fields = isFields(document) ? document : {};
  return Object.fromEntries(
    USAGE_MEASURES.flatMap((measure) => {
      const value = fields[measure];
      return isMeasure(value) ? [[measure, value]] : [];
    }),
  );
};

/** Whether a number can be one of a single run: what is beyond it is a fault of the program. */
export const isMeasure = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST;

const LARGEST = 1e12;

const NOTHING = Object.fromEntries(USAGE_MEASURES.map((measure) => [measure, null])) as Omit<
  UsageSum,
  'runs'
>;

/** The sum of runs of which each has said what it took. */
export const sumOfRuns = (usages: readonly RunUsage[]): UsageSum =>
  joinUsage(
    usages.map((usage) => ({
      ...NOTHING,
      ...Object.fromEntries(Object.entries(usage).map(([measure, sum]) => [measure, { sum, runs: 1 }])),
      runs: 1,
    })),
  );

/** The sum of sums. */
export const joinUsage = (sums: readonly UsageSum[]): UsageSum => ({
  ...(Object.fromEntries(
    USAGE_MEASURES.map((measure) => {
      const known = sums.flatMap((each) => each[measure] ?? []);
      return [measure, known.length === 0 ? null : known.reduce(addMeasured)];
    }),
  ) as Omit<UsageSum, 'runs'>),
  runs: sums.reduce((count, { runs }) => count + runs, 0),
});

type MeasuredSum = DocumentOf<typeof MEASURED>;

const addMeasured = (one: MeasuredSum, other: MeasuredSum): MeasuredSum => ({
  sum: Math.min(one.sum + other.sum, Number.MAX_SAFE_INTEGER),
  runs: one.runs + other.runs,
});

/** What a run took, in words that {@link parseUsage} reads again; the duration comes first. */
export const describeUsage = (usage: RunUsage): string => {
  const said = REPORTED.flatMap(({ measure, unit, scale }) => {
    const value = usage[measure];
    if (value === undefined) return [];
    return [`${scale === 1 ? value : (value / scale).toFixed(6)} ${unit}`];
  });
  const took = usage.duration_ms === undefined ? '' : `took ${(usage.duration_ms / 1000).toFixed(3)} s; `;
  return `${took}${said.length === 0 ? 'it reported nothing' : `it reported ${said.join(', ')}`}`;
};

/** What such words say; `undefined` when they are others. */
export const parseUsage = (words: string): RunUsage | undefined => {
  const [, seconds, said] = DESCRIPTION.exec(words) ?? [];
  if (said === undefined) return undefined;
  const reported = REPORTED.map(({ measure, unit, scale }) => {
    const [, value] = new RegExp(`(?:^|, )([\\d.]+) ${unit}(?:,|$)`).exec(said) ?? [];
    return [measure, Math.round(Number(value) * scale)];
  });
  return usageIn({ duration_ms: Math.round(Number(seconds) * 1000), ...Object.fromEntries(reported) });
};

const DESCRIPTION = /^(?:took ([\d.]+) s; )?it reported (.+?)(?: \(\d+\))?$/;

/** A sum as people read it, with how many of the runs a number is known of where not of all. */
export const usageInWords = (sum: UsageSum, inWords: (ms: number) => string): readonly string[] => [
  ...(sum.duration_ms === null ? [] : [inWords(sum.duration_ms.sum)]),
  ...REPORTED.flatMap(({ measure, show }) => {
    const known = sum[measure];
    if (known === null) return [];
    return [`${show(known.sum)}${known.runs === sum.runs ? '' : ` (${known.runs} of ${sum.runs} runs)`}`];
  }),
];

/** A measure that programs report: its words in a note, how many of it are one of these, and a sum in short. */
interface Reported {
  readonly measure: UsageMeasure;
  readonly unit: string;
  readonly scale: number;
  readonly show: (sum: number) => string;
}

const REPORTED: readonly Reported[] = [
  { measure: 'turns', unit: 'turns', scale: 1, show: (sum) => `${sum} turns` },
  { measure: 'input_tokens', unit: 'tokens in', scale: 1, show: (sum) => `${shortCount(sum)} tokens in` },
  { measure: 'output_tokens', unit: 'tokens out', scale: 1, show: (sum) => `${shortCount(sum)} tokens out` },
  { measure: 'cost_usd_micros', unit: 'USD', scale: 1e6, show: (sum) => `$${(sum / 1e6).toFixed(2)}` },
];

/** A count of tokens in the unit that people speak of: `830`, `12.3k`, `4.1M`. */
export const shortCount = (count: number): string => {
  if (count < 1000) return String(count);
  return count < 1e6 ? `${(count / 1e3).toFixed(1)}k` : `${(count / 1e6).toFixed(1)}M`;
};
