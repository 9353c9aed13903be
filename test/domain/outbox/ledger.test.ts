import fc from 'fast-check';
import {
  type Settlement,
  type HubLedger,
  discard,
  reclaim,
  requeue,
  settle,
  exceptionOf,
  isAnswered,
  isSettled,
  newestAnswered,
  openLedger,
  waitingCount,
} from '../../../src/domain/outbox/ledger.js';

const FIRST = 3;
const LAST = 20;

const records = fc.integer({ min: FIRST, max: LAST });

const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.record({
    record: records,
    eventId: fc.constant('id'),
    became: fc.constantFrom('delivered' as const, 'duplicate' as const),
  }),
  fc.record({
    record: records,
    eventId: fc.constant('id'),
    became: fc.constantFrom('failing' as const, 'refused' as const),
    attempts: fc.nat(5),
    reason: fc.constant('no'),
    dueAtMs: fc.nat(1000),
  }),
  fc.record({
    record: records,
    eventId: fc.constant('id'),
    became: fc.constant('dead' as const),
    attempts: fc.constant(5),
    reason: fc.constant('no'),
  }),
);

type Step =
  | { readonly step: 'settle'; readonly settlements: readonly Settlement[] }
  | { readonly step: 'discard' | 'requeue' | 'reclaim'; readonly record: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ step: fc.constant('settle' as const), settlements: fc.array(settlement, { maxLength: 8 }) }),
    fc.record({
      step: fc.constantFrom('discard' as const, 'requeue' as const, 'reclaim' as const),
      record: records,
    }),
  ),
  { maxLength: 30 },
);

type Fate =
  'waiting' | 'failing' | 'refused' | 'dead' | 'delivered' | 'duplicate' | 'discarded' | 'elsewhere';

const OPEN: readonly Fate[] = ['waiting', 'failing', 'refused', 'dead'];

/** What the ledger says, as one table: the fate of every record. */
class Model {
  readonly fates = new Map<number, Fate>(
    Array.from({ length: LAST - FIRST + 1 }, (_, index) => [FIRST + index, 'waiting']),
  );

  apply(step: Step): void {
    if (step.step === 'settle') {
      for (const { record, became } of step.settlements) {
        if (OPEN.includes(this.fates.get(record)!)) this.fates.set(record, became);
      }
    } else if (step.step === 'reclaim') {
      if (this.fates.get(step.record) === 'waiting') this.fates.set(step.record, 'elsewhere');
    } else if (this.fates.get(step.record) === 'dead') {
      this.fates.set(step.record, step.step === 'discard' ? 'discarded' : 'failing');
    }
  }

  count(...wanted: readonly Fate[]): number {
    return [...this.fates.values()].filter((fate) => wanted.includes(fate)).length;
  }
}

const apply = (ledger: HubLedger, step: Step): HubLedger => {
  switch (step.step) {
    case 'settle':
      return settle(ledger, step.settlements);
    case 'discard':
      return discard(ledger, step.record);
    case 'requeue':
      return requeue(ledger, step.record);
    case 'reclaim':
      return reclaim(ledger, new Map([[step.record, 'elsewhere']]));
  }
};

const fresh = openLedger('hub', 'acme', FIRST, 0);

const run = (given: readonly Step[]): { readonly ledger: HubLedger; readonly model: Model } => {
  const model = new Model();
  for (const step of given) model.apply(step);
  return { ledger: given.reduce(apply, fresh), model };
};

const totalOf = ({ totals }: HubLedger): number =>
  totals.delivered +
  totals.duplicate +
  totals.discarded +
  Object.values(totals.reclaimed).reduce((sum, count) => sum + count, 0);

describe('a ledger', () => {
  it('agrees with a table of the fate of every record, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const { ledger, model } = run(given);
        expect(ledger.totals).toEqual({
          delivered: model.count('delivered'),
          duplicate: model.count('duplicate'),
          discarded: model.count('discarded'),
          reclaimed: model.count('elsewhere') === 0 ? {} : { elsewhere: model.count('elsewhere') },
        });
        expect(waitingCount(ledger, LAST)).toBe(model.count('waiting', 'failing', 'refused'));
        for (const [record, fate] of model.fates) {
          expect(isAnswered(ledger, record)).toBe(fate !== 'waiting');
          expect(isSettled(ledger, record)).toBe(!OPEN.includes(fate));
          const open = fate === 'failing' || fate === 'refused' || fate === 'dead';
          expect(exceptionOf(ledger, record)?.state).toBe(open ? fate : undefined);
        }
      }),
    );
  });

  it('counts each record from the first to the newest once: in the totals, as an exception, or as waiting', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const { ledger } = run(given);
        const dead = ledger.exceptions.filter(({ state }) => state === 'dead').length;
        expect(totalOf(ledger) + dead + waitingCount(ledger, LAST)).toBe(LAST - FIRST + 1);
      }),
    );
  });

  it('keeps its exceptions ascending and its ranges apart from each other and from the watermark', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const { ledger } = run(given);
        const numbers = ledger.exceptions.map(({ record }) => record);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        let end = ledger.through;
        for (const { from, through } of ledger.beyond) {
          expect(from).toBeGreaterThan(end + 1);
          expect(through).toBeGreaterThanOrEqual(from);
          end = through;
        }
        expect(newestAnswered(ledger)).toBe(end);
      }),
    );
  });

  it('is not changed by the same settlements a second time', () => {
    fc.assert(
      fc.property(steps, fc.array(settlement, { maxLength: 10 }), (given, settlements) => {
        const once = settle(run(given).ledger, settlements);
        expect(settle(once, settlements)).toEqual(once);
      }),
    );
  });

  it('is the same whether settlements are entered together or one by one, receipts above all', () => {
    const receipt = fc.record({
      record: fc.integer({ min: FIRST - 1, max: LAST }),
      eventId: fc.constant('id'),
      became: fc.constantFrom('delivered' as const, 'duplicate' as const),
    });
    const receipts = fc.uniqueArray(receipt, { selector: ({ record }) => record, maxLength: 10 });
    const rows = receipts.map((row) => [...row].sort((a, b) => a.record - b.record));
    const lists = fc.oneof(rows, receipts, fc.array(settlement, { maxLength: 10 }));
    fc.assert(
      fc.property(steps, lists, (given, settlements) => {
        const { ledger } = run(given);
        const oneByOne = settlements.reduce<HubLedger>((before, each) => settle(before, [each]), ledger);
        expect(settle(ledger, settlements)).toEqual(oneByOne);
      }),
      { numRuns: 500 },
    );
  });

  it('is not changed by what belongs to records before its first one', () => {
    const before: Settlement = { record: FIRST - 1, eventId: 'id', became: 'delivered' };
    expect(settle(fresh, [before])).toEqual(fresh);
    expect(reclaim(fresh, new Map([[FIRST - 1, 'elsewhere']]))).toEqual(fresh);
  });

  it('makes a requeued dead letter due at once with no attempt counted', () => {
    const dead = settle(fresh, [{ record: 4, eventId: 'id', became: 'dead', attempts: 5, reason: 'no' }]);
    expect(exceptionOf(requeue(dead, 4), 4)).toEqual({
      record: 4,
      eventId: 'id',
      state: 'failing',
      attempts: 0,
      reason: 'no',
      dueAtMs: 0,
    });
  });

  it('neither discards nor requeues what is no dead letter', () => {
    expect(discard(fresh, 5)).toBe(fresh);
    expect(requeue(fresh, 5)).toBe(fresh);
  });
});
