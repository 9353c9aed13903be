import fc from 'fast-check';
import { contains, setOf, sizeOf, union, type RecordSet } from '../../../src/domain/outbox/ledger.js';

const numbers = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });

const isInForm = (set: RecordSet): boolean =>
  set.every(({ from, through }, index) => {
    const before = set[index - 1];
    return from <= through && (before === undefined || from > before.through + 1);
  });

const members = (set: RecordSet): number[] =>
  set.flatMap(({ from, through }) => Array.from({ length: through - from + 1 }, (_, index) => from + index));

const ascending = (given: Iterable<number>): number[] => [...new Set(given)].sort((a, b) => a - b);

describe('a set of record numbers', () => {
  it('holds exactly the numbers it was made of, as few ascending ranges that never touch', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const set = setOf(given);
        expect(isInForm(set)).toBe(true);
        expect(members(set)).toEqual(ascending(given));
        expect(sizeOf(set)).toBe(new Set(given).size);
      }),
    );
  });

  it('has a union that holds what either holds, whichever comes first', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const both = union(setOf(a), setOf(b));
        expect(isInForm(both)).toBe(true);
        expect(members(both)).toEqual(ascending([...a, ...b]));
        expect(union(setOf(b), setOf(a))).toEqual(both);
        expect(union(both, both)).toEqual(both);
      }),
    );
  });

  it('holds every number that it was made of, and no other', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const set = setOf(given);
        for (let record = -1; record <= 61; record++) {
          expect(contains(set, record)).toBe(given.includes(record));
        }
      }),
    );
  });
});
