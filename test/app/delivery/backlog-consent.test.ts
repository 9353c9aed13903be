import { BacklogConsent } from '../../../src/app/delivery/backlog-consent.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { fact, PROJECT } from '../../support/facts.js';

const SECOND = '660e8400-e29b-41d4-a716-446655440001';

const ready = async () => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  const consent = new BacklogConsent({ outboxes: world.outboxes, checkouts: world.registry });
  return { world, account, consent };
};

describe('the question at sign-in', () => {
  it('is about nothing when nothing waits', async () => {
    const { world, account, consent } = await ready();
    expect(await consent.question(account)).toEqual([]);
    await world.capture(2, account);
    expect(await consent.question(account)).toEqual([]);
  });

  it('counts local events and those of the same team elsewhere, by project', async () => {
    const { world, account, consent } = await ready();
    const elsewhere: Account = { hub: { url: 'https://other.example.org' }, team: 'acme' };
    await world.capture(2);
    await world.capture(3, elsewhere);
    await world.capture(1, undefined, SECOND);
    await world.registry.remember({ path: '/work/demo', projectUuid: PROJECT, projectSlug: 'demo' });
    expect(await consent.question(account)).toEqual([
      { projectUuid: PROJECT, projectSlug: 'demo', local: 2, elsewhere: 3 },
      { projectUuid: SECOND, local: 1, elsewhere: 0 },
    ]);
  });

  it('leaves out what can never go to this account', async () => {
    const { world, account, consent } = await ready();
    await world.capture(1, { hub: { url: world.hub.url, id: world.hub.id }, team: 'birch' });
    await world.outboxes
      .open(PROJECT)
      .capture([fact(900, { issues: [{ path: 'x', reason: 'y' }] })], { maxWaiting: 10 });
    await world.outboxes.open(undefined).capture([fact(901)], { maxWaiting: 10 });
    expect(await consent.question(account)).toEqual([]);
  });

  it('leaves out what was delivered, and what another account claimed', async () => {
    const { world, account, consent } = await ready();
    await world.capture(2);
    await world.flush();
    expect(await consent.question(account)).toEqual([]);
    await world.signOut();
    const bob = await world.signIn('bob');
    expect(await consent.question(bob)).toEqual([]);
  });

  it('leaves out a project that a person keeps on this machine', async () => {
    const { world, account, consent } = await ready();
    await world.capture(1);
    await world.registry.setPreference(PROJECT, 'off');
    expect(await consent.question(account)).toEqual([]);
  });
});

describe('the answer', () => {
  it.each(['consent', 'withhold'] as const)(
    '%s is a decision about everything that is there, for this account',
    async (answer) => {
      const { world, account, consent } = await ready();
      await world.capture(3);
      await consent.record(account, await consent.question(account), answer);
      await world.capture(1);
      expect((await world.outboxes.open(PROJECT).reading()).decisions).toEqual([
        { decision: answer, range: { from: 1, through: 3 }, hub: world.hub.id, team: 'acme' },
      ]);
      const { accounting } = await world.status();
      expect(accounting).toMatchObject(
        answer === 'consent' ? { pending: 4 } : { pending: 1, held: { 'not consented': 3 } },
      );
    },
  );

  it('no keeps the project on this machine and decides about no event', async () => {
    const { world, account, consent } = await ready();
    await world.capture(3);
    await consent.record(account, await consent.question(account), 'decline');
    expect(await world.registry.preference(PROJECT)).toBe('off');
    expect((await world.outboxes.open(PROJECT).reading()).decisions).toEqual([]);
    expect((await world.status()).accounting.held).toEqual({ 'sharing is off': 3 });
  });

  it('withheld from one account says nothing about another', async () => {
    const { world, account, consent } = await ready();
    await world.capture(3);
    await consent.record(account, await consent.question(account), 'withhold');
    await world.signOut();
    const bob = await world.signIn('bob');
    expect(await consent.question(bob)).toMatchObject([{ local: 3 }]);
  });
});
