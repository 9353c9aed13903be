import type { PassCounts } from '../../../delivery/pass-report.js';
import { totalOf } from '../../../delivery/pass-report.js';
import { duration } from '../../../../domain/duration.js';
import type { Text } from '../../render/text.js';

/** What a long delivery looks like while it lasts: a bar, how many are left, how fast, and for how long still. */
export class Progress {
  readonly #expected: number;
  readonly #startedAtMs: number;

  /** `expected`: how many events waited at the beginning. Times are milliseconds since 1970. */
  constructor(expected: number, startedAtMs: number) {
    this.#expected = expected;
    this.#startedAtMs = startedAtMs;
  }

  lines(counts: PassCounts, nowMs: number): readonly Text[] {
    const { delivered, duplicate, rejected, deadLetters } = counts;
    const done = totalOf(counts);
    // Events may be captured while the pass lasts.
    const expected = Math.max(this.#expected, done);
    const seconds = Math.max(0, nowMs - this.#startedAtMs) / 1000;
    const said = [
      `Delivered ${delivered + duplicate}`,
      ...(rejected + deadLetters === 0 ? [] : [`refused ${rejected + deadLetters}`]),
      `${expected - done} left`,
      ...(seconds < 1 ? [] : rate(done / seconds, expected - done)),
    ];
    return [`${bar(expected === 0 ? 1 : done / expected)} ${said.join(', ')}`];
  }
}

const rate = (perSecond: number, left: number): readonly string[] => [
  `${Math.round(perSecond)}/s`,
  ...(perSecond > 0 && left > 0 ? [`${duration((left / perSecond) * 1000)} to go`] : []),
];

const BAR_WIDTH = 20;

const bar = (share: number): string => {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `[${'='.repeat(full)}${' '.repeat(BAR_WIDTH - full)}]`;
};
