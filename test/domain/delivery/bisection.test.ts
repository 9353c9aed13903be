import fc from 'fast-check';
import {
  afterAnswer,
  afterNamedRefusal,
  afterRefusal,
  bisectionOf,
  halve,
  nextPiece,
  type Bisection,
} from '../../../src/domain/delivery/batch-plan.js';

/** Delivers a batch to a hub that refuses every request with a poison event in it. */
const deliver = (
  batch: readonly number[],
  poison: ReadonlySet<number>,
  names: (piece: readonly number[]) => readonly number[],
) => {
  const delivered: number[] = [];
  const isolated: number[] = [];
  let requests = 0;
  let bisection: Bisection<number> = bisectionOf(batch);
  for (let piece = nextPiece(bisection); piece !== undefined; piece = nextPiece(bisection)) {
    requests += 1;
    if (!piece.some((event) => poison.has(event))) {
      delivered.push(...piece);
      bisection = afterAnswer(bisection);
      continue;
    }
    const named = names(piece);
    const step =
      named.length > 0
        ? afterNamedRefusal(bisection, (event) => named.includes(event))
        : afterRefusal(bisection);
    isolated.push(...(named.length > 0 ? piece.filter((event) => named.includes(event)) : []));
    if (step.isolated !== undefined) isolated.push(step.isolated);
    bisection = step.rest;
  }
  return { delivered, isolated, requests };
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('bisection', () => {
  it.each([
    ['first', 1],
    ['in the middle', 500],
    ['last', 1000],
  ])('scenario 11: isolates a poison event that is %s within about 2 log2 n requests', (_, poison) => {
    const { delivered, isolated, requests } = deliver(numbers(1000), new Set([poison]), () => []);
    expect(isolated).toEqual([poison]);
    expect(delivered).toEqual(numbers(1000).filter((event) => event !== poison));
    expect(requests).toBeLessThanOrEqual(21);
  });

  it('scenario 11: gets past a batch in which every event is poison', () => {
    const { delivered, isolated, requests } = deliver(numbers(64), new Set(numbers(64)), () => []);
    expect(isolated).toEqual(numbers(64));
    expect(delivered).toEqual([]);
    expect(requests).toBe(127);
  });

  it('delivers everything else in order, whatever is poison and whatever the hub names', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.array(fc.nat(60)),
        fc.integer({ min: 0, max: 3 }),
        (count, poisoned, generosity) => {
          const poison = new Set(poisoned);
          const batch = numbers(count);
          const { delivered, isolated } = deliver(batch, poison, (piece) =>
            piece.filter((event) => poison.has(event)).slice(0, generosity),
          );
          expect(delivered).toEqual(batch.filter((event) => !poison.has(event)));
          expect([...isolated].sort((a, b) => a - b)).toEqual(batch.filter((event) => poison.has(event)));
        },
      ),
    );
  });

  it('takes a refusal that names nothing of the batch for one of the whole', () => {
    const step = afterNamedRefusal(bisectionOf([1, 2, 3]), () => false);
    expect(step.rest.pieces).toEqual([[1, 2], [3]]);
  });

  it('is over at once when every event was named', () => {
    expect(afterNamedRefusal(bisectionOf([1, 2]), () => true).rest.pieces).toEqual([]);
  });

  it('stays over when it is over', () => {
    const over = bisectionOf<number>([]);
    expect(nextPiece(over)).toBeUndefined();
    expect(afterRefusal(over)).toEqual({ rest: over });
    expect(afterNamedRefusal(over, () => true)).toEqual({ rest: over });
    expect(afterAnswer(over)).toEqual(over);
  });

  it('gives the first half the odd event', () => {
    expect(halve([1, 2, 3])).toEqual([[1, 2], [3]]);
  });
});
