import fc from 'fast-check';
import {
  CONTRACT_LIMITS,
  hasRoom,
  learnTooLarge,
  type BatchLimits,
} from '../../../src/domain/delivery/batch-plan.js';

interface Sized {
  readonly bytes: number;
}

const sized = (...bytes: readonly number[]): Sized[] => bytes.map((each) => ({ bytes: each }));
const bodyOf = (batch: readonly Sized[]): string =>
  `{"events":[${batch.map((event) => 'x'.repeat(event.bytes)).join(',')}]}`;

/** Cuts events into batches, in order, as a pass gathers them. */
const planBatches = (events: readonly Sized[], limits: BatchLimits): readonly (readonly Sized[])[] => {
  const batches: Sized[][] = [];
  let bytes = 0;
  for (const event of events) {
    const batch = batches.at(-1);
    const fits = batch !== undefined && hasRoom({ events: batch.length, bytes }, event.bytes, limits);
    if (fits) batch.push(event);
    else batches.push([event]);
    bytes = event.bytes + (fits ? bytes : 0);
  }
  return batches;
};

describe('batch plan', () => {
  it('takes at most a thousand events a batch', () => {
    const batches = planBatches(new Array(2500).fill({ bytes: 10 }) as Sized[], CONTRACT_LIMITS);
    expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
  });

  it('yields nothing for nothing', () => {
    expect(planBatches([], CONTRACT_LIMITS)).toEqual([]);
  });

  it('sends an event that is too large by itself alone', () => {
    const batches = planBatches(sized(10, 500, 10), { maxEvents: 10, maxRawBytes: 100 });
    expect(batches.map((batch) => batch.map((event) => event.bytes))).toEqual([[10], [500], [10]]);
    expect(hasRoom({ events: 0, bytes: 0 }, 500, { maxEvents: 1, maxRawBytes: 1 })).toBe(true);
  });

  it('keeps order and limits, and fills each batch as far as it goes', () => {
    const limits = fc.record({
      maxEvents: fc.integer({ min: 1, max: 8 }),
      maxRawBytes: fc.integer({ min: 20, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 90 })), limits, (bytes, bounds: BatchLimits) => {
        const events = sized(...bytes);
        const batches = planBatches(events, bounds);
        expect(batches.flat()).toEqual(events);
        batches.forEach((batch, index) => {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(bounds.maxEvents);
          if (batch.length > 1) expect(bodyOf(batch).length).toBeLessThanOrEqual(bounds.maxRawBytes);
          const next = batches[index + 1]?.[0];
          if (next === undefined || batch.length === bounds.maxEvents) return;
          expect(bodyOf([...batch, next]).length).toBeGreaterThan(bounds.maxRawBytes);
        });
      }),
    );
  });

  it('halves what a hub found too large until single events remain', () => {
    let limits = CONTRACT_LIMITS;
    let batch = new Array(1000).fill({ bytes: 100 }) as Sized[];
    for (let each = 0; each < 20; each++) {
      limits = learnTooLarge(limits, batch);
      [batch = []] = planBatches(batch, limits).map((piece) => [...piece]);
    }
    expect(batch).toHaveLength(1);
    expect(limits.maxEvents).toBe(1);
  });

  it('never learns a larger limit', () => {
    const learnt = learnTooLarge({ maxEvents: 5, maxRawBytes: 50 }, sized(...new Array(900).fill(100)));
    expect(learnt).toEqual({ maxEvents: 5, maxRawBytes: 50 });
  });
});
