import fc from 'fast-check';
import type { Account } from '../../../src/domain/outbox/account.js';
import type { Decision } from '../../../src/domain/outbox/decision.js';
import { settle, exceptionOf, openLedger } from '../../../src/domain/outbox/ledger.js';
import { applyDecisions, consentOf, indexDecisions, ownerOf } from '../../../src/domain/outbox/ownership.js';

const range = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 8 }))
  .map(([from, more]) => ({ from, through: from + more }));

const account = (hub: string, team: string): Account => ({ hub: { url: hub }, team });

const placed = fc.record({ range, hub: fc.constantFrom('h1', 'h2'), team: fc.constantFrom('a', 'b') });

const decisions: fc.Arbitrary<readonly Decision[]> = fc.array(
  fc.oneof(
    placed.map((place) => ({ decision: 'claim' as const, ...place })),
    placed.map((place) => ({ decision: 'consent' as const, ...place })),
    placed.map((place) => ({ decision: 'withhold' as const, ...place })),
    fc.constant<Decision>({ decision: 'unreadable' }),
  ),
  { maxLength: 12 },
);

const covers = (decision: Decision, record: number): boolean =>
  'range' in decision && decision.range.from <= record && record <= decision.range.through;

describe('the owner of a record', () => {
  it('is who claimed it first, whatever was claimed later', () => {
    fc.assert(
      fc.property(decisions, (given) => {
        const index = indexDecisions(given);
        for (let record = 1; record <= 30; record++) {
          const claim = given.find((one) => one.decision === 'claim' && covers(one, record));
          const expected = claim?.decision === 'claim' ? { hub: claim.hub, team: claim.team } : undefined;
          expect(ownerOf({ record, team: 'local' }, index)).toEqual(expected);
        }
      }),
    );
  });

  it('is the account at capture, whoever claims its number', () => {
    const index = indexDecisions([
      { decision: 'claim', range: { from: 1, through: 9 }, hub: 'h2', team: 'b' },
    ]);
    expect(ownerOf({ record: 4, hub: 'h1', team: 'a' }, index)).toEqual({ hub: 'h1', team: 'a' });
  });
});

describe('consent', () => {
  it('is what was said last about this record and this account, and after anything that cannot be read', () => {
    fc.assert(
      fc.property(decisions, fc.constantFrom('h1', 'h2'), fc.constantFrom('a', 'b'), (given, hub, team) => {
        const index = indexDecisions(given);
        for (let record = 1; record <= 30; record++) {
          const lastLost = given.map((one) => one.decision).lastIndexOf('unreadable');
          const said = given
            .slice(lastLost + 1)
            .reverse()
            .find(
              (one) =>
                (one.decision === 'consent' || one.decision === 'withhold') &&
                covers(one, record) &&
                one.hub === hub &&
                one.team === team,
            );
          const expected = said === undefined ? undefined : said.decision === 'consent';
          expect(consentOf({ record, team: 'local' }, account(hub, team), index)).toBe(expected);
        }
      }),
    );
  });

  it('counts for a hub under its id as well as under its URL', () => {
    const index = indexDecisions([
      { decision: 'consent', range: { from: 1, through: 1 }, hub: 'id', team: 'a' },
    ]);
    const signedIn: Account = { hub: { url: 'https://hub', id: 'id' }, team: 'a' };
    expect(consentOf({ record: 1, team: 'local' }, signedIn, index)).toBe(true);
    expect(consentOf({ record: 2, team: 'local' }, signedIn, index)).toBeUndefined();
  });
});

describe('decisions about dead letters', () => {
  const dead = (record: number) =>
    ({ record, eventId: `e${record}`, became: 'dead', attempts: 5, reason: 'no' }) as const;
  const ledger = settle(openLedger('h1', 'a', 1, 0), [dead(1), dead(2), dead(3)]);
  const about = (decision: 'discard' | 'requeue', record: number, hub = 'h1', team = 'a'): Decision => ({
    decision,
    record,
    hub,
    team,
  });

  it('are applied once, in their order', () => {
    const all = [about('discard', 1), about('requeue', 2), about('discard', 2)];
    const applied = applyDecisions(ledger, all);
    expect(applied.totals.discarded).toBe(1);
    expect(exceptionOf(applied, 1)).toBeUndefined();
    expect(exceptionOf(applied, 2)?.state).toBe('failing');
    expect(applied.decided).toBe(3);
    expect(applyDecisions(applied, all)).toBe(applied);
  });

  it('do not requeue again what died again after them', () => {
    const all = [about('requeue', 2)];
    const again = settle(applyDecisions(ledger, all), [dead(2)]);
    expect(exceptionOf(applyDecisions(again, all), 2)?.state).toBe('dead');
    const more = applyDecisions(again, [...all, { decision: 'unreadable' }, about('requeue', 2)]);
    expect(exceptionOf(more, 2)?.state).toBe('failing');
  });

  it('concern only the hub and team they name', () => {
    const all = [about('discard', 1, 'h2'), about('discard', 2, 'h1', 'b')];
    expect(applyDecisions(ledger, all)).toEqual({ ...ledger, decided: 2 });
  });

  it('name a hub by any of its names', () => {
    const moved = { ...ledger, urls: ['https://h1'] };
    expect(applyDecisions(moved, [about('discard', 1, 'https://h1')]).totals.discarded).toBe(1);
  });

  it('make due what the hub refused, once, and nothing else', () => {
    const refused = settle(ledger, [
      { record: 4, eventId: 'e4', became: 'refused', attempts: 2, reason: 'no team', dueAtMs: 900 },
      { record: 5, eventId: 'e5', became: 'failing', attempts: 1, reason: 'not so', dueAtMs: 800 },
    ]);
    const withheld = { ...refused, refusal: { reason: 'read-only', untilMs: 900 } };
    const all: readonly Decision[] = [{ decision: 'ask-again', hub: 'h1', team: 'a' }];
    const applied = applyDecisions(withheld, all);
    expect(applied.refusal).toBeUndefined();
    expect(exceptionOf(applied, 4)).toMatchObject({ state: 'refused', attempts: 2, dueAtMs: 0 });
    expect(exceptionOf(applied, 5)).toEqual(exceptionOf(refused, 5));
    expect(exceptionOf(applied, 1)?.state).toBe('dead');
    const again = { ...applied, refusal: { reason: 'read-only', untilMs: 1800 } };
    expect(applyDecisions(again, all)).toBe(again);
    expect(applyDecisions(withheld, [{ decision: 'ask-again', hub: 'h1', team: 'b' }]).refusal).toBeDefined();
  });

  it('count from the beginning where the file that held the earlier ones is gone', () => {
    const seen = { ...ledger, decided: 7 };
    expect(applyDecisions(seen, [about('discard', 3)]).totals.discarded).toBe(1);
  });
});
