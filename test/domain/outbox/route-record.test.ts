import fc from 'fast-check';
import type { Account } from '../../../src/domain/outbox/account.js';
import type { Decision } from '../../../src/domain/outbox/decision.js';
import { type Settlement, type HubLedger, settle, openLedger } from '../../../src/domain/outbox/ledger.js';
import { consentOf, indexDecisions } from '../../../src/domain/outbox/ownership.js';
import {
  standingOf,
  type RecordStanding,
  type RoutableRecord,
  type RoutingContext,
} from '../../../src/domain/outbox/routing-policy.js';
import {
  arbitraryAccount,
  arbitraryDecision,
  arbitraryRecords,
  arbitrarySettlement,
  arbitrarySharing,
} from '../../support/arbitrary-delivery.js';

const ADA: Account = { hub: { url: 'https://hub.example.org', id: 'hub-1' }, team: 'acme' };
const LOCAL: RoutableRecord = { record: 1, team: 'local' };
const OWN: RoutableRecord = { record: 1, hub: 'hub-1', team: 'acme' };
const RANGE = { from: 1, through: 5 };
const DUE: RecordStanding = { standing: 'pending', due: true, attempts: 0 };

const context = (
  changes: Partial<RoutingContext> & { readonly said?: readonly Decision[] } = {},
): RoutingContext => {
  const { said = [], ...rest } = changes;
  return {
    projectUuid: 'project',
    sharing: 'on',
    account: ADA,
    ledger: undefined,
    decisions: indexDecisions(said),
    decisionsUnreadable: false,
    nowMs: 1000,
    isInsisted: false,
    ...rest,
  };
};

const ledger = (...settlements: readonly Settlement[]): HubLedger =>
  settle(openLedger('hub-1', 'acme', 1, 0), settlements);

const failing: Settlement = {
  record: 1,
  eventId: 'e',
  became: 'failing',
  attempts: 2,
  reason: 'no',
  dueAtMs: 2000,
};
const held = (reason: object): object => ({ standing: 'held', reason });
const elsewhere = (hub: string, team: string): object => held({ hold: 'elsewhere', hub, team });

describe('where a record stands', () => {
  it.each<[string, RoutableRecord, Parameters<typeof context>[0], object]>([
    ['one of the account is pending', OWN, {}, DUE],
    ['a local one is pending', LOCAL, {}, DUE],
    [
      'one that was captured where its hub was before it moved is pending',
      { record: 1, hub: 'https://old.example.org', team: 'acme' },
      { ledger: { ...openLedger('hub-1', 'acme', 1, 0), urls: ['https://old.example.org'] } },
      DUE,
    ],
    ['without an identity it is held', OWN, { projectUuid: undefined }, held({ hold: 'no-identity' })],
    ['not shared, it is held', OWN, { sharing: 'off' }, held({ hold: 'sharing-off' })],
    [
      'under an unreadable config it is held',
      OWN,
      { sharing: 'unreadable' },
      held({ hold: 'config-unreadable' }),
    ],
    ['signed out, it is held', OWN, { account: undefined }, held({ hold: 'not-signed-in' })],
    ['one of another team is held', { ...OWN, team: 'birch' }, {}, elsewhere('hub-1', 'birch')],
    ['one of the same team at another hub is held', { ...OWN, hub: 'hub-2' }, {}, elsewhere('hub-2', 'acme')],
    ['one captured under the URL of the hub is its own', { ...OWN, hub: ADA.hub.url }, {}, DUE],
    [
      'a local one that somebody claimed is theirs',
      LOCAL,
      { said: [{ decision: 'claim', range: RANGE, hub: 'hub-1', team: 'birch' }] },
      elsewhere('hub-1', 'birch'),
    ],
    [
      'the first claim counts',
      LOCAL,
      {
        said: [
          { decision: 'claim', range: RANGE, hub: 'hub-1', team: 'acme' },
          { decision: 'claim', range: RANGE, hub: 'hub-1', team: 'birch' },
        ],
      },
      DUE,
    ],
    [
      'a withheld local one waits for consent',
      LOCAL,
      { said: [{ decision: 'withhold', range: RANGE, hub: 'hub-1', team: 'acme' }] },
      held({ hold: 'not-consented' }),
    ],
    [
      'withheld from one account is not withheld from another',
      LOCAL,
      { said: [{ decision: 'withhold', range: RANGE, hub: 'hub-2', team: 'acme' }] },
      DUE,
    ],
    [
      'the latest word about consent counts',
      LOCAL,
      {
        said: [
          { decision: 'withhold', range: RANGE, hub: 'hub-1', team: 'acme' },
          { decision: 'consent', range: RANGE, hub: 'hub-1', team: 'acme' },
        ],
      },
      DUE,
    ],
    [
      'consent sends along what the same team had at another hub',
      { ...OWN, hub: 'hub-2' },
      { said: [{ decision: 'consent', range: RANGE, hub: 'hub-1', team: 'acme' }] },
      DUE,
    ],
    [
      'consent never sends what another team has',
      { ...OWN, team: 'birch' },
      { said: [{ decision: 'consent', range: RANGE, hub: 'hub-1', team: 'acme' }] },
      elsewhere('hub-1', 'birch'),
    ],
    [
      'unreadable decisions hold local ones',
      LOCAL,
      { decisionsUnreadable: true },
      held({ hold: 'decisions-unreadable' }),
    ],
    [
      'what a person allows after unreadable decisions goes',
      LOCAL,
      {
        decisionsUnreadable: true,
        said: [{ decision: 'unreadable' }, { decision: 'consent', range: RANGE, hub: 'hub-1', team: 'acme' }],
      },
      DUE,
    ],
    ['unreadable decisions do not hold its own', OWN, { decisionsUnreadable: true }, DUE],
    ['an invalid one is dead', { ...OWN, invalid: 'no wp_id' }, {}, { standing: 'dead', reason: 'no wp_id' }],
    [
      'an invalid one that is held elsewhere is dead too',
      { ...OWN, invalid: 'no wp_id' },
      { sharing: 'off' },
      { standing: 'dead', reason: 'no wp_id' },
    ],
    [
      'a delivered one is settled',
      OWN,
      { ledger: ledger({ record: 1, eventId: 'e', became: 'delivered' }) },
      { standing: 'settled' },
    ],
    [
      'a delivered one stays settled whatever is decided later',
      OWN,
      {
        ledger: ledger({ record: 1, eventId: 'e', became: 'delivered' }),
        sharing: 'off',
        account: undefined,
      },
      { standing: 'settled' },
    ],
    [
      'a dead letter says why',
      OWN,
      { ledger: ledger({ record: 1, eventId: 'e', became: 'dead', attempts: 5, reason: 'schema' }) },
      { standing: 'dead', reason: 'schema' },
    ],
    [
      'a rejected one is not due before its time',
      OWN,
      { ledger: ledger(failing) },
      { standing: 'pending', due: false, attempts: 2 },
    ],
    [
      'a rejected one is due at its time',
      OWN,
      { ledger: ledger(failing), nowMs: 2000 },
      { standing: 'pending', due: true, attempts: 2 },
    ],
    [
      'a rejected one is due when a person insists',
      OWN,
      { ledger: ledger(failing), isInsisted: true },
      { standing: 'pending', due: true, attempts: 2 },
    ],
    [
      'one that the hub refused is held until its time',
      OWN,
      { ledger: ledger({ ...failing, became: 'refused' }) },
      held({ hold: 'refused', detail: 'no' }),
    ],
    [
      'one that the hub refused is due at its time',
      OWN,
      { ledger: ledger({ ...failing, became: 'refused' }), nowMs: 2000 },
      { standing: 'pending', due: true, attempts: 2 },
    ],
    [
      'a refusal of the account holds everything until its time',
      OWN,
      { ledger: { ...ledger(), refusal: { reason: 'read-only', untilMs: 1001 } } },
      held({ hold: 'refused', detail: 'read-only' }),
    ],
    [
      'a refusal of the account is over at its time',
      OWN,
      { ledger: { ...ledger(), refusal: { reason: 'read-only', untilMs: 1000 } } },
      DUE,
    ],
    [
      'a refusal of the account does not hold up a person who insists',
      OWN,
      { ledger: { ...ledger(), refusal: { reason: 'read-only', untilMs: 9000 } }, isInsisted: true },
      DUE,
    ],
  ])('%s', (_name, record, changes, expected) => {
    expect(standingOf(record, context(changes))).toEqual(expected);
  });
});

describe('laws of routing', () => {
  const given = fc.record({
    account: fc.option(arbitraryAccount, { nil: undefined }),
    records: arbitraryRecords,
    said: fc.array(arbitraryDecision, { maxLength: 8 }),
    settlements: fc.array(arbitrarySettlement, { maxLength: 10 }),
    sharing: arbitrarySharing,
    nowMs: fc.integer({ min: 0, max: 120 }),
    isInsisted: fc.boolean(),
    decisionsUnreadable: fc.boolean(),
  });

  it('nothing goes that is not shared, not signed in, without an identity, or of another team', () => {
    fc.assert(
      fc.property(given, ({ records, settlements, ...rest }) => {
        const all = context({ ...rest, ledger: ledger(...settlements) });
        for (const record of records) {
          if (standingOf(record, all).standing !== 'pending') continue;
          expect(rest.sharing).toBe('on');
          expect(rest.account).toBeDefined();
          if (record.hub !== undefined) expect(record.team).toBe(rest.account?.team);
          else if (rest.decisionsUnreadable) {
            expect(rest.account && consentOf(record, rest.account, all.decisions)).toBe(true);
          }
          expect(standingOf(record, { ...all, projectUuid: undefined }).standing).toBe('held');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a person who insists makes things due, and sends nothing that is held for the user’s reasons', () => {
    fc.assert(
      fc.property(given, ({ records, settlements, ...rest }) => {
        const patient = context({ ...rest, isInsisted: false, ledger: ledger(...settlements) });
        for (const record of records) {
          const before = standingOf(record, patient);
          const insisted = standingOf(record, { ...patient, isInsisted: true });
          if (before.standing === 'held' && before.reason.hold !== 'refused')
            expect(insisted).toEqual(before);
          if (insisted.standing === 'pending') expect(insisted.due).toBe(true);
        }
      }),
    );
  });
});
