import { indexDecisions } from '../../../src/domain/outbox/ownership.js';
import {
  holdSentence,
  sharingOf,
  standingOf,
  type HoldReason,
  type RoutableRecord,
  type RoutingContext,
} from '../../../src/domain/outbox/routing-policy.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import { openLedger } from '../../../src/domain/outbox/ledger.js';
import type { Decision } from '../../../src/domain/outbox/decision.js';

const account: Account = { hub: { url: 'https://hub.example.org', id: 'hub-1' }, team: 'acme' };
const local: RoutableRecord = { record: 1, team: 'local' };
const withheld: Decision = {
  ...{ decision: 'withhold', range: { from: 1, through: 1 }, hub: 'hub-1', team: 'acme' },
};
const refusing = {
  ...openLedger('hub-1', 'acme', 1, 0),
  refusal: { reason: 'team is read-only', untilMs: 9 },
};

const open: RoutingContext = {
  projectUuid: '550e8400-e29b-41d4-a716-446655440000',
  sharing: 'on',
  account,
  ledger: undefined,
  decisions: indexDecisions([]),
  decisionsUnreadable: false,
  nowMs: 1,
  isInsisted: false,
};

const held = (context: Partial<RoutingContext>, record = local): HoldReason | undefined => {
  const standing = standingOf(record, { ...open, ...context });
  return standing.standing === 'held' ? standing.reason : undefined;
};

describe('routing policy', () => {
  it('lets an event go that nothing holds', () => {
    expect(held({})).toBeUndefined();
  });

  it.each<[string, Partial<RoutingContext>, RoutableRecord, string]>([
    ['without an identity', { projectUuid: undefined }, local, 'no project identity'],
    ['that is not shared', { sharing: 'off' }, local, 'sharing is off'],
    ['under an unreadable config', { sharing: 'unreadable' }, local, 'config unreadable'],
    ['of nobody signed in', { account: undefined }, local, 'not signed in'],
    ['of another team', {}, { ...local, team: 'b', hub: 'hub-1' }, 'belongs to team b at hub hub-1'],
    ['of another hub', {}, { ...local, team: 'acme', hub: 'h2' }, 'belongs to team acme at hub h2'],
    ['that waits for a yes', { decisions: indexDecisions([withheld]) }, local, 'not consented'],
    ['that the hub refused', { ledger: refusing }, local, 'refused by the hub: team is read-only'],
    ['of unknown owner', { decisionsUnreadable: true }, local, 'decisions unreadable'],
  ])('holds an event %s', (_name, context, record, sentence) => {
    expect(holdSentence(held(context, record)!)).toBe(sentence);
  });

  it.each(['hub-1', 'https://hub.example.org'])('knows the owner %s as the hub of the account', (hub) => {
    expect(held({}, { record: 1, hub, team: 'acme' })).toBeUndefined();
  });

  it('tells the first reason that applies, in the order of the policy', () => {
    let context: Partial<RoutingContext> = {
      projectUuid: undefined,
      sharing: 'off',
      account: undefined,
      decisions: indexDecisions([withheld]),
      ledger: refusing,
    };
    const steps: (Partial<RoutingContext> & { readonly record?: RoutableRecord })[] = [
      {},
      { projectUuid: 'p' },
      { sharing: 'on' },
      { account, record: { record: 1, hub: 'x', team: 'y' } },
      {},
      { decisions: indexDecisions([]) },
    ];
    const told = steps.map(({ record, ...step }) => {
      context = { ...context, ...step };
      return held(context, record)?.hold;
    });
    expect(told).toEqual([
      'no-identity',
      'sharing-off',
      'not-signed-in',
      'elsewhere',
      'not-consented',
      'refused',
    ]);
  });

  it('agrees with a naive reading of the policy for every combination', () => {
    for (const projectUuid of [undefined, 'p'])
      for (const sharing of ['on', 'off', 'unreadable'] as const)
        for (const signedIn of [undefined, account])
          for (const hub of [undefined, 'hub-1', 'hub-9'])
            for (const isWithheld of [false, true]) {
              const leaves =
                projectUuid !== undefined &&
                sharing === 'on' &&
                signedIn !== undefined &&
                hub !== 'hub-9' &&
                !(isWithheld && hub === undefined);
              const record = hub === undefined ? local : { record: 1, hub, team: 'acme' };
              const decisions = indexDecisions(isWithheld ? [withheld] : []);
              const input = { projectUuid, sharing, account: signedIn, decisions };
              expect(held(input, record) === undefined).toBe(leaves);
            }
  });

  it.each([
    [[], undefined, 'on'],
    [[{ readable: true }, { readable: true, share: true }], undefined, 'on'],
    [
      [
        { readable: true, share: true },
        { readable: true, share: false },
      ],
      'on',
      'off',
    ],
    [[{ readable: true }], 'off', 'off'],
    [[{ readable: false, share: true }], 'on', 'unreadable'],
    [[{ readable: false }, { readable: true, share: false }], undefined, 'off'],
  ] as const)(
    'scenario 20: reads sharing from the checkouts %j and the preference %s as %s',
    (checkouts, preference, sharing) => {
      expect(sharingOf(checkouts, preference)).toBe(sharing);
    },
  );
});
