import fc from 'fast-check';
import {
  describeUsage,
  joinUsage,
  parseUsage,
  sumOfRuns,
  USAGE_MEASURES,
  usageIn,
  usageInWords,
} from '../../../src/domain/events/usage.js';

const anyUsage = fc
  .record(
    Object.fromEntries(USAGE_MEASURES.map((each) => [each, fc.option(fc.nat(1e12), { nil: undefined })])),
  )
  .map(usageIn);

describe('what a run took', () => {
  it('is read again from the words that say it', () =>
    fc.assert(fc.property(anyUsage, (usage) => expect(parseUsage(describeUsage(usage))).toEqual(usage))));

  it('is said in words that people read', () => {
    expect(describeUsage({ duration_ms: 185_234, turns: 12, cost_usd_micros: 421_300 })).toBe(
      'took 185.234 s; it reported 12 turns, 0.421300 USD',
    );
    expect(describeUsage({ duration_ms: 90 })).toBe('took 0.090 s; it reported nothing');
    expect(parseUsage('it took long')).toBeUndefined();
  });

  it('is unknown where a program prints what cannot be', () => {
    expect(
      usageIn({ turns: -1, input_tokens: 1.5, output_tokens: '7', cost_usd_micros: 1e15, duration_ms: null }),
    ).toEqual({});
  });
});

describe('what several runs took', () => {
  it('is unknown where none of them knows it, and says of how many it is known', () => {
    const sum = sumOfRuns([
      { duration_ms: 1000, turns: 3 },
      { duration_ms: 500, turns: 0 },
      { duration_ms: 1 },
    ]);
    expect(sum).toEqual({
      runs: 3,
      duration_ms: { sum: 1501, runs: 3 },
      turns: { sum: 3, runs: 2 },
      input_tokens: null,
      output_tokens: null,
      cost_usd_micros: null,
    });
    expect(usageInWords(sum, (ms) => `${ms} ms`)).toEqual(['1501 ms', '3 turns (2 of 3 runs)']);
  });

  it('is the same however the runs are put together', () =>
    fc.assert(
      fc.property(fc.array(anyUsage), fc.nat(), (usages, at) => {
        const cut = at % (usages.length + 1);
        expect(joinUsage([sumOfRuns(usages.slice(0, cut)), sumOfRuns(usages.slice(cut))])).toEqual(
          sumOfRuns(usages),
        );
      }),
    ));
});
