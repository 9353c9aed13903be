import fc from 'fast-check';
import { hubKey, isSameAccount, type Account } from '../../../src/domain/outbox/account.js';
import {
  type HubLedger,
  ledgerInUse,
  ledgerOf,
  presumedAccount,
  refuseAt,
  settleAt,
  takeIntoUse,
  isLedgerOf,
  openLedger,
} from '../../../src/domain/outbox/ledger.js';
import { arbitraryAccount, arbitrarySettlement } from '../../support/arbitrary-delivery.js';

const URL = 'https://hub.example.org';
const BY_URL: Account = { hub: { url: URL }, team: 'acme' };
const BY_ID: Account = { hub: { url: URL, id: 'hub-1' }, team: 'acme' };
const OTHER_TEAM: Account = { hub: { url: URL, id: 'hub-1' }, team: 'birch' };

const use = (accounts: readonly Account[], ledgers: readonly HubLedger[] = []): readonly HubLedger[] =>
  accounts.reduce((present, account, index) => takeIntoUse(present, account, 1, 0, index + 1), ledgers);

const open = (ledgers: readonly HubLedger[]): readonly HubLedger[] =>
  ledgers.filter(({ closedAtMs }) => closedAtMs === undefined);

describe('taking a ledger into use', () => {
  it('opens one when hub and team appear', () => {
    expect(takeIntoUse([], BY_ID, 5, 2, 1)).toEqual([{ ...openLedger('hub-1', 'acme', 5, 2), urls: [URL] }]);
    expect(takeIntoUse([], BY_URL, 5, 2, 1)).toEqual([openLedger(URL, 'acme', 5, 2)]);
  });

  it('follows a hub from its URL to its id, with everything that is in the ledger', () => {
    const before = settleAt(use([BY_URL]), BY_URL, [{ record: 1, eventId: 'e', became: 'delivered' }], 7);
    expect(use([BY_ID], before)).toEqual([{ ...before[0], hub: 'hub-1', urls: [URL] }]);
  });

  it('remembers every place of a hub that moves', () => {
    const moved: Account = { ...BY_ID, hub: { url: 'https://new.example.org', id: 'hub-1' } };
    const [ledger] = use([BY_URL, BY_ID, moved, BY_ID]);
    expect(ledger).toMatchObject({ hub: 'hub-1', urls: [URL, moved.hub.url] });
    expect([URL, 'hub-1', moved.hub.url].map((hub) => isLedgerOf(ledger!, { hub, team: 'acme' }))).toEqual([
      ...[true, true, true],
    ]);
    expect(isLedgerOf(ledger!, { hub: URL, team: 'birch' })).toBe(false);
    expect(isLedgerOf(ledger!, { hub: 'https://elsewhere.example.org', team: 'acme' })).toBe(false);
  });

  it('closes the others and reopens one that comes back', () => {
    const [first, second] = use([BY_ID, OTHER_TEAM]);
    expect(first).toMatchObject({ team: 'acme', closedAtMs: 2 });
    expect(second).toMatchObject({ team: 'birch' });
    const back = use([BY_ID, OTHER_TEAM, BY_ID]);
    expect(ledgerOf(back, BY_ID)?.closedAtMs).toBeUndefined();
    expect(ledgerOf(back, OTHER_TEAM)?.closedAtMs).toBe(3);
  });

  it('of a hub that could not say its id for a while settles on the ledger under the id', () => {
    const both = use([BY_ID, BY_URL]);
    expect(both.map(({ hub }) => hub)).toEqual(['hub-1', URL]);
    const again = use([BY_ID], both);
    expect(open(again)).toMatchObject([{ hub: 'hub-1' }]);
    expect(takeIntoUse(again, BY_ID, 1, 0, 99)).toBe(again);
  });

  it('is idempotent: the same ledgers come back', () => {
    fc.assert(
      fc.property(fc.array(arbitraryAccount, { minLength: 1, maxLength: 6 }), (accounts) => {
        const ledgers = use(accounts);
        expect(takeIntoUse(ledgers, accounts.at(-1)!, 1, 0, 99)).toBe(ledgers);
      }),
    );
  });

  it('leaves exactly one open, which is the account’s, and loses none', () => {
    fc.assert(
      fc.property(fc.array(arbitraryAccount, { minLength: 1, maxLength: 6 }), (accounts) => {
        let ledgers: readonly HubLedger[] = [];
        for (const account of accounts) {
          const before = ledgers.length;
          ledgers = use([account], ledgers);
          expect(open(ledgers)).toEqual([ledgerOf(ledgers, account)]);
          expect(open(ledgers)[0]).toMatchObject({ hub: hubKey(account.hub), team: account.team });
          expect(ledgers.length).toBeGreaterThanOrEqual(before);
        }
        const names = ledgers.map(({ hub, team }) => `${hub} ${team}`);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

describe('settling at a ledger', () => {
  it('touches the account’s ledger only', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryAccount, { minLength: 1, maxLength: 4 }),
        fc.array(arbitrarySettlement, { maxLength: 5 }),
        (accounts, settlements) => {
          const ledgers = use(accounts);
          const own = ledgerOf(ledgers, accounts[0]!);
          const settled = settleAt(ledgers, accounts[0]!, settlements, 5);
          ledgers.forEach((ledger, index) => {
            if (ledger !== own) expect(settled[index]).toBe(ledger);
          });
        },
      ),
    );
  });

  it('a receipt ends a refusal and says when it came; another answer does neither', () => {
    const refused = refuseAt(use([BY_ID]), BY_ID, { reason: 'no', untilMs: 10 });
    expect(refused[0]?.refusal).toEqual({ reason: 'no', untilMs: 10 });
    const rejected = settleAt(
      refused,
      BY_ID,
      [{ record: 1, eventId: 'e', became: 'dead', attempts: 1, reason: 'x' }],
      5,
    );
    expect(rejected[0]).toMatchObject({ refusal: { reason: 'no' } });
    expect(rejected[0]?.lastReceiptAtMs).toBeUndefined();
    const received = settleAt(refused, BY_ID, [{ record: 1, eventId: 'e', became: 'duplicate' }], 5);
    expect(received[0]?.refusal).toBeUndefined();
    expect(received[0]?.lastReceiptAtMs).toBe(5);
  });

  it('a refusal concerns the account’s ledger only', () => {
    const ledgers = use([BY_ID, OTHER_TEAM]);
    const refused = refuseAt(ledgers, OTHER_TEAM, { reason: 'no', untilMs: 10 });
    expect(refused[0]).toBe(ledgers[0]);
    expect(refused[1]?.refusal?.reason).toBe('no');
  });
});

describe('the ledger that reports speak of', () => {
  it('is the account’s, open or closed, else the one in use', () => {
    const ledgers = use([BY_ID, OTHER_TEAM]);
    expect(ledgerInUse(ledgers, BY_ID)?.team).toBe('acme');
    expect(ledgerInUse(ledgers, undefined)?.team).toBe('birch');
    expect(ledgerInUse([], BY_ID)).toBeUndefined();
    expect(
      ledgerInUse(ledgers, { hub: { url: 'https://elsewhere.example.org' }, team: 'acme' }),
    ).toBeUndefined();
  });

  it.each<[string, Account | undefined, readonly HubLedger[], Account | undefined]>([
    ['nobody stays nobody', undefined, use([BY_ID]), undefined],
    ['a known team stays', BY_ID, use([OTHER_TEAM]), BY_ID],
    [
      'a machine token is that of the ledger in use',
      { hub: { url: URL }, team: 'local' },
      use([BY_ID]),
      BY_ID,
    ],
    [
      'without a ledger its team is not known',
      { hub: { url: URL }, team: 'local' },
      [],
      { hub: { url: URL }, team: 'local' },
    ],
    [
      'a ledger of another URL is another hub’s',
      { hub: { url: 'https://other.example.org' }, team: 'local' },
      use([BY_URL]),
      { hub: { url: 'https://other.example.org' }, team: 'local' },
    ],
  ])('%s', (_name, account, ledgers, presumed) => {
    expect(presumedAccount(ledgers, account)).toEqual(presumed);
  });
});

describe('the same account', () => {
  it.each<[boolean, string, Account, Account]>([
    [true, 'itself', BY_ID, BY_ID],
    [true, 'before its hub said its id', BY_URL, BY_ID],
    [true, 'when its hub does not say its id any more', BY_ID, BY_URL],
    [false, 'of another team', BY_ID, OTHER_TEAM],
    [false, 'at another hub behind the same URL', BY_ID, { hub: { url: URL, id: 'hub-2' }, team: 'acme' }],
    [false, 'at another URL', BY_URL, { hub: { url: 'https://other.example.org' }, team: 'acme' }],
  ])('%s: %s', (expected, _name, a, b) => {
    expect(isSameAccount(a, b)).toBe(expected);
  });
});
