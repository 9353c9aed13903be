import fc from 'fast-check';
import type { Account } from '../../src/domain/outbox/account.js';
import type { Decision } from '../../src/domain/outbox/decision.js';
import type { Settlement } from '../../src/domain/outbox/ledger.js';
import type { RoutableRecord, Sharing } from '../../src/domain/outbox/routing-policy.js';

const HUBS = ['https://a.example.org', 'https://b.example.org'] as const;
const TEAMS = ['acme', 'birch'] as const;
export const LAST = 12;

/** Accounts at two hubs, each with its id or not yet, in two teams. */
export const arbitraryAccount: fc.Arbitrary<Account> = fc
  .record({ hub: fc.constantFrom(...HUBS), hasId: fc.boolean(), team: fc.constantFrom(...TEAMS) })
  .map(({ hub, hasId, team }) => ({ hub: { url: hub, ...(hasId ? { id: `id of ${hub}` } : {}) }, team }));

const hubName = fc.constantFrom(...HUBS, ...HUBS.map((hub) => `id of ${hub}`));
const recordNumber = fc.integer({ min: 1, max: LAST });
const range = fc
  .tuple(recordNumber, recordNumber)
  .map(([a, b]) => ({ from: Math.min(a, b), through: Math.max(a, b) }));

/** Records 1 to `LAST`: of an account or `local`, some of them invalid. */
export const arbitraryRecords: fc.Arbitrary<readonly RoutableRecord[]> = fc
  .array(
    fc.record({
      hub: fc.option(hubName, { nil: undefined }),
      team: fc.constantFrom(...TEAMS),
      isInvalid: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { minLength: LAST, maxLength: LAST },
  )
  .map((drafts) =>
    drafts.map(({ hub, team, isInvalid }, index) => ({
      record: index + 1,
      ...(hub === undefined ? { team: 'local' } : { hub, team }),
      ...(isInvalid ? { invalid: 'damaged' } : {}),
    })),
  );

export const arbitraryDecision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({
    decision: fc.constantFrom('claim' as const, 'consent' as const, 'withhold' as const),
    range,
    hub: hubName,
    team: fc.constantFrom(...TEAMS),
  }),
  fc.record({
    decision: fc.constantFrom('discard' as const, 'requeue' as const),
    record: recordNumber,
    hub: hubName,
    team: fc.constantFrom(...TEAMS),
  }),
  fc.record({ decision: fc.constant('ask-again' as const), hub: hubName, team: fc.constantFrom(...TEAMS) }),
  fc.constant<Decision>({ decision: 'unreadable' }),
);

export const arbitrarySettlement: fc.Arbitrary<Settlement> = fc
  .record({
    record: recordNumber,
    became: fc.constantFrom('delivered', 'duplicate', 'failing', 'refused', 'dead'),
    attempts: fc.integer({ min: 0, max: 5 }),
    dueAtMs: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ record, became, attempts, dueAtMs }) => {
    const eventId = `event ${record}`;
    switch (became) {
      case 'delivered':
      case 'duplicate':
        return { record, eventId, became };
      case 'dead':
        return { record, eventId, became, attempts, reason: 'given up' };
      default:
        return {
          record,
          eventId,
          became: became as 'failing' | 'refused',
          attempts,
          reason: 'not now',
          dueAtMs,
        };
    }
  });

export const arbitrarySharing: fc.Arbitrary<Sharing> = fc.constantFrom('on', 'off', 'unreadable');
