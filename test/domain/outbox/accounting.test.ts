import fc from 'fast-check';
import {
  accountedFor,
  addStanding,
  isBalanced,
  startAccounting,
  sum,
  waitingOf,
  type Accounting,
} from '../../../src/domain/outbox/accounting.js';
import {
  type HubLedger,
  ledgerOf,
  settleAt,
  takeIntoUse,
  openLedger,
  waitingCount,
} from '../../../src/domain/outbox/ledger.js';
import { applyDecisions, indexDecisions } from '../../../src/domain/outbox/ownership.js';
import { standingOf, type RecordStanding } from '../../../src/domain/outbox/routing-policy.js';
import {
  arbitraryAccount,
  arbitraryDecision,
  arbitraryRecords,
  arbitrarySettlement,
  arbitrarySharing,
  LAST,
} from '../../support/arbitrary-delivery.js';

const EMPTY: Accounting = startAccounting(undefined, 1, 0);

describe('an accounting', () => {
  it('of nothing is balanced', () => {
    expect(EMPTY).toEqual({
      captured: 0,
      delivered: 0,
      duplicate: 0,
      pending: 0,
      held: {},
      deadLetters: {},
      discarded: 0,
    });
    expect(isBalanced(EMPTY)).toBe(true);
  });

  it('counts as captured what exists since the hub appeared', () => {
    const ledger = openLedger('hub', 'acme', 4, 0);
    expect(startAccounting(ledger, 1, 10).captured).toBe(7);
    expect(startAccounting(undefined, 1, 10).captured).toBe(10);
    expect(startAccounting(undefined, 4, 10).captured).toBe(7);
  });

  it('begins with what the ledger has counted', () => {
    const ledger: HubLedger = {
      ...openLedger('hub', 'acme', 1, 0),
      through: 10,
      totals: { delivered: 4, duplicate: 3, discarded: 2, reclaimed: { 'sharing is off': 1 } },
    };
    const accounting = startAccounting(ledger, 1, 10);
    expect(accounting).toMatchObject({
      delivered: 4,
      duplicate: 3,
      discarded: 2,
      held: { 'sharing is off': 1 },
    });
    expect(isBalanced(accounting)).toBe(true);
  });

  it.each<[RecordStanding, Partial<Accounting>]>([
    [{ standing: 'settled' }, {}],
    [{ standing: 'pending', due: true, attempts: 0 }, { pending: 1 }],
    [{ standing: 'pending', due: false, attempts: 3 }, { pending: 1 }],
    [{ standing: 'held', reason: { hold: 'not-signed-in' } }, { held: { 'not signed in': 1 } }],
    [
      { standing: 'held', reason: { hold: 'elsewhere', hub: 'h', team: 't' } },
      { held: { 'belongs to team t at hub h': 1 } },
    ],
    [{ standing: 'dead', reason: 'schema' }, { deadLetters: { schema: 1 } }],
  ])('puts %j in its place', (standing, change) => {
    expect(addStanding(EMPTY, standing)).toEqual({ ...EMPTY, ...change });
  });

  it('adds up equal reasons, also many at once', () => {
    const held: RecordStanding = { standing: 'held', reason: { hold: 'sharing-off' } };
    const accounting = addStanding(addStanding(EMPTY, held), held, 4);
    expect(accounting.held).toEqual({ 'sharing is off': 5 });
    expect(sum(accounting.held)).toBe(5);
  });

  it('counts as waiting what is pending or held, and nothing else', () => {
    expect(
      waitingOf({
        captured: 100,
        delivered: 1,
        duplicate: 2,
        pending: 4,
        held: { a: 8, b: 16 },
        deadLetters: { c: 32 },
        discarded: 64,
      }),
    ).toBe(28);
  });

  it('is not balanced when one event is missing or counted twice', () => {
    expect(isBalanced({ ...EMPTY, captured: 1 })).toBe(false);
    expect(isBalanced({ ...EMPTY, pending: 1 })).toBe(false);
  });
});

describe('the accounting identity', () => {
  const situation = fc.record({
    accounts: fc.array(arbitraryAccount, { minLength: 1, maxLength: 4 }),
    asking: fc.option(arbitraryAccount, { nil: undefined }),
    records: arbitraryRecords,
    settlements: fc.array(fc.array(arbitrarySettlement, { maxLength: 8 }), { minLength: 4, maxLength: 4 }),
    decisions: fc.array(arbitraryDecision, { maxLength: 8 }),
    sharing: arbitrarySharing,
    nowMs: fc.integer({ min: 0, max: 120 }),
    firstLedgerAt: fc.integer({ min: 1, max: LAST }),
    isInsisted: fc.boolean(),
    decisionsUnreadable: fc.boolean(),
  });

  it('holds for every history of accounts, answers and decisions, whoever asks', () => {
    fc.assert(
      fc.property(situation, (given) => {
        let ledgers: readonly HubLedger[] = [];
        given.accounts.forEach((account, index) => {
          ledgers = takeIntoUse(ledgers, account, given.firstLedgerAt, 0, index);
          ledgers = settleAt(ledgers, account, given.settlements[index] ?? [], index);
        });
        ledgers = ledgers.map((ledger) => applyDecisions(ledger, given.decisions));
        const ledger =
          given.asking === undefined
            ? ledgers.find(({ closedAtMs }) => closedAtMs === undefined)
            : ledgerOf(ledgers, given.asking);
        let accounting = startAccounting(ledger, 1, LAST);
        for (const record of given.records) {
          if (record.record < (ledger?.first ?? 1)) continue;
          const standing = standingOf(record, {
            ...given,
            projectUuid: 'project',
            account: given.asking,
            ledger,
            decisions: indexDecisions(given.decisions),
          });
          accounting = addStanding(accounting, standing);
        }
        expect({ ...accounting, adds: accountedFor(accounting) }).toMatchObject({
          adds: accounting.captured,
        });
        // The quick count behind the limit never misses an event that waits.
        if (ledger !== undefined) {
          const invalid = given.records.filter(({ invalid }) => invalid !== undefined).length;
          expect(waitingCount(ledger, LAST)).toBeGreaterThanOrEqual(waitingOf(accounting));
          expect(waitingCount(ledger, LAST)).toBeLessThanOrEqual(waitingOf(accounting) + invalid);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
