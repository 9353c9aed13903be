import {
  holdReason,
  holdSentence,
  sharingOf,
  type HoldReason,
  type RoutableEvent,
} from '../../../src/domain/outbox/routing-policy.js';
import type { Account } from '../../../src/domain/outbox/account.js';

const account: Account = { hub: { url: 'https://hub.example.org', id: 'hub-1' }, team: 'acme' };

const open: RoutableEvent = {
  projectUuid: '550e8400-e29b-41d4-a716-446655440000',
  sharing: 'on',
  account,
  owner: undefined,
  needsConsent: false,
};

const held = (change: Partial<RoutableEvent>): string => {
  const reason = holdReason({ ...open, ...change });
  return reason === undefined ? 'leaves' : holdSentence(reason);
};

describe('routing policy', () => {
  it('lets an event go that nothing holds', () => {
    expect(holdReason(open)).toBeUndefined();
  });

  it.each<[Partial<RoutableEvent>, string]>([
    [{ projectUuid: undefined }, 'no project identity'],
    [{ sharing: 'off' }, 'sharing is off'],
    [{ sharing: 'unreadable' }, 'config unreadable'],
    [{ account: undefined }, 'not signed in'],
    [{ owner: { hub: 'hub-1', team: 'other' } }, 'belongs to team other at hub hub-1'],
    [{ owner: { hub: 'hub-2', team: 'acme' } }, 'belongs to team acme at hub hub-2'],
    [{ needsConsent: true }, 'not consented'],
    [{ refusal: 'team is read-only' }, 'refused by the hub: team is read-only'],
  ])('holds %j: "%s"', (change, sentence) => {
    expect(held(change)).toBe(sentence);
  });

  it.each(['hub-1', 'https://hub.example.org'])('knows the owner %s as the hub of the account', (hub) => {
    expect(held({ owner: { hub, team: 'acme' } })).toBe('leaves');
  });

  it('tells the first reason that applies, in the order of the policy', () => {
    const everything: RoutableEvent = {
      projectUuid: undefined,
      sharing: 'off',
      account: undefined,
      owner: { hub: 'x', team: 'y' },
      needsConsent: true,
      refusal: 'no',
    };
    const steps: Partial<RoutableEvent>[] = [
      {},
      { projectUuid: 'p' },
      { sharing: 'on' },
      { account },
      { owner: undefined },
      { needsConsent: false },
    ];
    let input = everything;
    const told = steps.map((step) => {
      input = { ...input, ...step };
      return holdReason(input)?.hold;
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
          for (const owner of [undefined, { hub: 'hub-1', team: 'acme' }, { hub: 'hub-9', team: 'acme' }])
            for (const needsConsent of [false, true]) {
              const leaves =
                projectUuid !== undefined &&
                sharing === 'on' &&
                signedIn !== undefined &&
                owner?.hub !== 'hub-9' &&
                !needsConsent;
              const input = { projectUuid, sharing, account: signedIn, owner, needsConsent };
              expect(holdReason(input) === undefined).toBe(leaves);
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

  it('fails loudly for a reason that nobody knows', () => {
    expect(() => holdSentence({ hold: 'weather' } as unknown as HoldReason)).toThrow(/unhandled case/);
  });
});
