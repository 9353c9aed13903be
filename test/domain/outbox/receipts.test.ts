import fc from 'fast-check';
import { isAnswered, openLedger, settle, waitingCount } from '../../../src/domain/outbox/ledger.js';
import { enterHistory, receiptTest } from '../../../src/domain/outbox/receipts.js';

const LAST = 30;

const settledOf = (records: readonly number[]) =>
  settle(
    openLedger('hub', 'acme', 3, 0),
    records.map((record) => ({
      record,
      eventId: `e${record}`,
      became: record % 3 === 0 ? 'duplicate' : 'delivered',
    })),
  );

describe('receipts of a hub that was restored', () => {
  it('are worth nothing for what it lost, and everything goes on to add up', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 3, max: LAST })),
        fc.uniqueArray(fc.integer({ min: 3, max: LAST })),
        (settled, chosen) => {
          const before = { ...settledOf(settled), history: 'first' };
          const lost = chosen.filter((record) => settled.includes(record));
          const after = enterHistory(before, 'second', lost);
          for (let record = 3; record <= LAST; record++) {
            const isKept = settled.includes(record) && !lost.includes(record);
            expect([record, isAnswered(after, record)]).toEqual([record, isKept]);
          }
          const { delivered, duplicate } = after.totals;
          expect(delivered + duplicate).toBe(settled.length - lost.length);
          expect(Math.min(delivered, duplicate)).toBeGreaterThanOrEqual(0);
          expect(waitingCount(after, LAST)).toBe(LAST - 2 - settled.length + lost.length);
          expect([after.history, after.reoffered ?? 0]).toEqual(['second', lost.length]);
          const again = settle(
            after,
            lost.map((record) => ({ record, eventId: `e${record}`, became: 'delivered' as const })),
          );
          expect(waitingCount(again, LAST)).toBe(waitingCount(before, LAST));
        },
      ),
    );
  });

  it('are none for an event that a person threw away', () => {
    const ledger = settle(openLedger('hub', 'acme', 1, 0), [
      { record: 1, eventId: 'e1', became: 'delivered' },
      { record: 2, eventId: 'e2', became: 'delivered' },
    ]);
    const hasReceipt = receiptTest(ledger, [{ decision: 'discard', record: 2, hub: 'hub', team: 'acme' }]);
    expect([1, 2, 3].map(hasReceipt)).toEqual([true, false, false]);
  });
});
