import { DecideDeadLetters, ListDeadLetters } from '../../../src/app/reports/dead-letters.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { eventId, fact, PROJECT } from '../../support/facts.js';

const SECOND = '660e8400-e29b-41d4-a716-446655440001';

const ready = () => {
  const world = new DeliveryWorld();
  const account = () => world.account();
  const list = new ListDeadLetters({
    outboxes: world.outboxes,
    sharing: world.sharing,
    wallClock: world.time,
    account,
  });
  const decide = new DecideDeadLetters({
    outboxes: world.outboxes,
    listDeadLetters: list,
    lamport: world.clock,
    wallClock: world.time,
    randomness: world.randomness,
    account,
  });
  /** Refused by the hub until they are dead letters. */
  const refuse = async (): Promise<void> => {
    world.hub.judge = () => ({ status: 'rejected', error_message: 'no' });
    for (let pass = 0; pass < 5; pass++) await world.flush(true);
    world.hub.judge = () => undefined;
  };
  const invalid = (n: number, project: string | undefined = PROJECT) =>
    world.outboxes
      .open(project)
      .capture([fact(n, { issues: [{ path: 'payload', reason: 'is wrong' }] })], { maxWaiting: 100 });
  return { world, list, decide, refuse, invalid };
};

describe('listing dead letters', () => {
  it('finds what the hub refused and what can never be sent, in the order of capture', async () => {
    const { world, list, refuse, invalid } = ready();
    await world.capture(1, await world.signIn());
    await refuse();
    await invalid(50);
    await world.capture(1);
    expect(await list.run()).toMatchObject([
      { record: 1, refusedBy: 'hub', attempts: 5, reason: 'no', isSettled: true, eventType: 'HistoryAdded' },
      { record: 2, refusedBy: 'record', attempts: 0, reason: 'payload: is wrong', isSettled: false },
    ]);
  });

  it('finds none among events that only wait', async () => {
    const { world, list } = ready();
    await world.capture(3, await world.signIn());
    expect(await list.run()).toEqual([]);
  });

  it('finds those of one project, and of events without identity', async () => {
    const { list, invalid } = ready();
    await invalid(1);
    await invalid(2, SECOND);
    await invalid(3, undefined);
    expect(await list.run(SECOND)).toMatchObject([{ projectUuid: SECOND }]);
    expect(await list.run()).toHaveLength(3);
  });
});

describe('deciding about dead letters', () => {
  it('decides nothing unless every id names exactly one', async () => {
    const { world, decide, refuse } = ready();
    await world.capture(2, await world.signIn());
    await refuse();
    await expect(decide.choose([eventId(1), 'nothing'])).rejects.toMatchObject({ kind: 'input-invalid' });
    await expect(decide.choose(['01KH'])).rejects.toMatchObject({ kind: 'input-invalid' });
    expect(await decide.choose([eventId(2), eventId(1), eventId(1)])).toMatchObject([
      { eventId: eventId(1) },
      { eventId: eventId(2) },
    ]);
  });

  it('to discard settles first what no pass has met, and the counts stay balanced', async () => {
    const { world, decide, invalid } = ready();
    await world.signIn();
    await invalid(1);
    await world.capture(1);
    expect((await decide.run('discard', await decide.choose('all'))).decided).toHaveLength(1);
    await world.expectBalanced();
    expect((await world.status()).accounting).toMatchObject({ captured: 2, discarded: 1, deadLetters: {} });
  });

  it('to discard twice counts once', async () => {
    const { world, decide, invalid } = ready();
    await world.signIn();
    await invalid(1);
    const letters = await decide.choose('all');
    await decide.run('discard', letters);
    await decide.run('discard', letters);
    expect((await world.status()).accounting).toMatchObject({ captured: 1, discarded: 1 });
    await world.expectBalanced();
  });

  it('to requeue leaves what can never be sent', async () => {
    const { world, decide, refuse, invalid } = ready();
    await world.capture(1, await world.signIn());
    await refuse();
    await invalid(50);
    const { decided, left } = await decide.run('requeue', await decide.choose('all'));
    expect([decided, left]).toMatchObject([[{ record: 1 }], [{ record: 2 }]]);
    await world.flush();
    expect((await world.status()).accounting).toMatchObject({
      delivered: 1,
      deadLetters: { 'payload: is wrong': 1 },
    });
  });

  it('waits for nobody: who delivers meanwhile comes first', async () => {
    const { world, decide, invalid } = ready();
    await world.signIn();
    await invalid(1);
    const letters = await decide.choose('all');
    await world.outboxes.open(PROJECT).pass(async () => {
      await expect(decide.run('discard', letters)).rejects.toMatchObject({ kind: 'lock-busy' });
    });
    expect((await world.status()).accounting).toMatchObject({ discarded: 0 });
  });

  it('is for the hub in use alone', async () => {
    const { world, decide, refuse } = ready();
    await world.capture(1, await world.signIn());
    await refuse();
    await decide.run('discard', await decide.choose('all'));
    await world.signOut();
    const other = world.addHub({ url: 'https://other.example.org' });
    await world.signIn('ada', other);
    await world.flush();
    expect((await world.status()).accounting).toMatchObject({ captured: 1, discarded: 0 });
    await world.expectBalanced();
  });
});
