import { type Settlement, settle, openLedger, waitingCount } from '../../src/domain/outbox/ledger.js';
import type { Outbox } from '../../src/ports/outbox.js';
import { collect, eventId, fact, facts } from '../support/facts.js';

export interface OutboxFlavour {
  readonly name: string;
  /** Whether what was captured outlives the object; `reopen` is then there. */
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: Outbox;
    /** The same outbox as another process would open it now. */
    readonly reopen?: () => Outbox;
    readonly dispose?: () => void;
  }>;
}

const ROOM = { maxWaiting: 1000 };

const delivered = (record: number): Settlement => ({ record, eventId: eventId(record), became: 'delivered' });

/** What every outbox promises. */
export const outboxContract = ({ name, durable, setup }: OutboxFlavour): void => {
  describe(`${name} keeps the promises of an outbox`, () => {
    let outbox: Outbox;
    let reopen: () => Outbox;
    let dispose: (() => void) | undefined;

    beforeEach(async () => {
      const made = await setup();
      outbox = made.subject;
      expect(made.reopen !== undefined).toBe(durable);
      reopen = made.reopen ?? (() => outbox);
      dispose = made.dispose;
    });
    afterEach(() => dispose?.());

    const pass = async (...settlements: readonly Settlement[]): Promise<unknown> =>
      outbox.pass((sender) =>
        sender.settle(([ledger = openLedger('hub', 'acme', 1, 0)]) => [settle(ledger, settlements)]),
      );

    it('says of an outbox that nobody used that there is nothing', async () => {
      const { first, last, ledgers, decisions, beside } = await outbox.reading();
      expect({ first, last, ledgers, decisions }).toEqual({ first: 1, last: 0, ledgers: [], decisions: [] });
      expect(beside).toEqual({ refused: 0, withdrawn: 0, waitingForLock: 0, tornTails: 0 });
      expect(await collect(outbox.records())).toEqual([]);
      expect(await outbox.nextRecord()).toBe(1);
      expect(await outbox.hasRoomFor(1, ROOM)).toBe(true);
      expect(await outbox.hasRoomFor(1001, ROOM)).toBe(false);
    });

    const foreign = (n: number, lamport: number) => ({
      eventId: eventId(n),
      json: `{"event_id":"${eventId(n)}","lamport_clock":${lamport}}`,
      lamport,
      team: 'local',
    });

    it('adopts foreign events as they are, once, and takes the clock past them', async () => {
      const events = [foreign(1, 40), foreign(2, 7), foreign(1, 40)];
      expect(await outbox.adopt(events, ROOM)).toEqual({ adopted: 2, known: 1, refused: 0 });
      expect(await outbox.adopt(events, ROOM)).toEqual({ adopted: 0, known: 3, refused: 0 });
      const records = await collect(reopen().records());
      expect(records.map(({ record, json }) => [record, json])).toEqual([
        [1, events[0]?.json],
        [2, events[1]?.json],
      ]);
      const [captured] = await outbox.capture(facts(3, 1), ROOM);
      expect(captured).toMatchObject({ outcome: 'captured', record: 3 });
      expect(captured?.outcome === 'captured' && captured.event.lamport_clock).toBe(41);
    });

    it('adopts no more than there is room for, and says how many it refused', async () => {
      await outbox.capture(facts(1, 2), ROOM);
      const events = [foreign(11, 1), foreign(12, 2), foreign(13, 3)];
      expect(await outbox.adopt(events, { maxWaiting: 4 })).toEqual({ adopted: 2, known: 0, refused: 1 });
      expect(await outbox.adopt(events, { maxWaiting: 5 })).toEqual({ adopted: 1, known: 2, refused: 0 });
    });

    it('captures events in order, under ascending numbers without gaps and rising Lamport timestamps', async () => {
      const outcomes = [
        ...(await outbox.capture(facts(1, 3), ROOM)),
        ...(await outbox.capture(facts(4, 1), ROOM)),
      ];
      expect(outcomes).toMatchObject(
        [1, 2, 3, 4].map((n) => ({
          outcome: 'captured',
          record: n,
          waiting: n,
          event: { event_id: eventId(n), lamport_clock: n },
        })),
      );
      expect(await outbox.nextRecord()).toBe(5);
    });

    it('yields every event byte for byte as it was sealed, with the account of its capture', async () => {
      const issues = [{ path: 'payload.wp_id', reason: 'is no work package id' }];
      const outcomes = await outbox.capture(
        [fact(1, { hub: 'h1', team: 'acme' }), fact(2, { issues })],
        ROOM,
      );
      const [first, second] = outcomes.map((one) =>
        JSON.stringify(one.outcome === 'captured' ? one.event : {}),
      );
      expect(await collect(reopen().records())).toEqual([
        { record: 1, eventId: eventId(1), hub: 'h1', team: 'acme', json: first },
        {
          record: 2,
          eventId: eventId(2),
          team: 'local',
          json: second,
          invalid: 'payload.wp_id: is no work package id',
        },
      ]);
    });

    it('yields the records from a number on', async () => {
      await outbox.capture(facts(1, 5), ROOM);
      const numbers = async (from: number) =>
        (await collect(outbox.records(from))).map(({ record }) => record);
      expect(await numbers(4)).toEqual([4, 5]);
      expect(await numbers(6)).toEqual([]);
    });

    it('gives every one of many callers at once a number and a Lamport timestamp of its own', async () => {
      const handles = [outbox, reopen(), reopen()];
      const outcomes = await Promise.all(
        facts(1, 40).map((one, index) => handles[index % 3]!.capture([one], ROOM)),
      );
      expect(outcomes.flat().every(({ outcome }) => outcome === 'captured')).toBe(true);
      const stored = await collect(reopen().records());
      expect(stored.map(({ record }) => record)).toEqual(facts(1, 40).map((_, index) => index + 1));
      expect(new Set(stored.map((record) => record.eventId)).size).toBe(40);
      const clocks = stored.map(({ json }) => (JSON.parse(json!) as { lamport_clock: number }).lamport_clock);
      expect(clocks).toEqual([...new Set(clocks)].sort((a, b) => a - b));
    });

    it('confirms what it holds, also when that is nothing, and changes nothing by it', async () => {
      await outbox.confirm();
      expect((await outbox.reading()).last).toBe(0);
      await outbox.capture([fact(1)], ROOM);
      await outbox.confirm();
      expect((await collect(reopen().records())).map(({ eventId: id }) => id)).toEqual([eventId(1)]);
    });

    it('refuses aloud what is beyond the limit, counts it, and leaves what is there', async () => {
      const outcomes = await outbox.capture(facts(1, 3), { maxWaiting: 2 });
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['captured', 'captured', 'refused']);
      expect(outcomes[2]).toEqual({
        outcome: 'refused',
        eventId: eventId(3),
        reason: 'outbox-full',
        message: '2 events wait already',
      });
      expect(await outbox.capture(facts(4, 1), { maxWaiting: 2 })).toMatchObject([{ outcome: 'refused' }]);
      expect(await outbox.hasRoomFor(1, { maxWaiting: 2 })).toBe(false);
      expect((await reopen().reading()).beside.refused).toBe(2);
      expect(await collect(reopen().records())).toHaveLength(2);
    });

    it('has room again for as many events as were settled', async () => {
      await outbox.capture(facts(1, 3), { maxWaiting: 3 });
      await pass(delivered(1), delivered(3));
      expect(await outbox.hasRoomFor(2, { maxWaiting: 3 })).toBe(true);
      expect(await outbox.hasRoomFor(3, { maxWaiting: 3 })).toBe(false);
      const outcomes = await reopen().capture(facts(4, 3), { maxWaiting: 3 });
      expect(outcomes.map((one) => (one.outcome === 'captured' ? one.waiting : one.outcome))).toEqual([
        2,
        3,
        'refused',
      ]);
    });

    it('keeps what a sender settled, and shows the next change what the last one made', async () => {
      await outbox.capture(facts(1, 4), ROOM);
      await pass(delivered(1), { record: 3, eventId: eventId(3), became: 'dead', attempts: 5, reason: 'no' });
      await pass(delivered(2), delivered(1));
      const { ledgers, last } = await reopen().reading();
      expect(ledgers).toMatchObject([{ through: 3, totals: { delivered: 2 }, exceptions: [{ record: 3 }] }]);
      expect(waitingCount(ledgers[0]!, last)).toBe(1);
    });

    it('has one sender at a time, and another one when the first is done or has failed', async () => {
      await outbox.capture(facts(1, 1), ROOM);
      const ran = await outbox.pass(async () => {
        expect(await reopen().pass(async () => 'second')).toBe('busy');
        return 'first';
      });
      expect(ran).toEqual({ ran: true, value: 'first' });
      const failure = outbox.pass(async () => {
        throw new Error('no network');
      });
      await expect(failure).rejects.toThrow('no network');
      expect(await reopen().pass(async () => 'third')).toEqual({ ran: true, value: 'third' });
    });

    it('shows a sender the records up to the newest one when it asked', async () => {
      await outbox.capture(facts(1, 3), ROOM);
      await outbox.pass(async (sender) => {
        const seen: number[] = [];
        for await (const { record } of sender.records(2)) {
          if (seen.length === 0) await outbox.capture(facts(4, 1), ROOM);
          seen.push(record);
        }
        expect(seen).toEqual([2, 3]);
      });
    });

    it('shows a sender the same records as everybody', async () => {
      await outbox.capture(facts(1, 7), ROOM);
      const records = await collect(outbox.records(3));
      expect(records).toHaveLength(5);
      expect(await outbox.pass((sender) => collect(sender.records(3)))).toEqual({
        ran: true,
        value: records,
      });
    });

    it('lets events be captured while a pass runs', async () => {
      await outbox.pass(async () => {
        expect(await reopen().capture(facts(1, 1), ROOM)).toMatchObject([{ outcome: 'captured' }]);
      });
    });

    it('keeps decisions in their order and lets discards and requeues take effect', async () => {
      await outbox.capture(facts(1, 2), ROOM);
      await pass({ record: 1, eventId: eventId(1), became: 'dead', attempts: 5, reason: 'no' });
      const claim = { decision: 'claim', range: { from: 1, through: 2 }, hub: 'hub', team: 'acme' } as const;
      const discard = { decision: 'discard', record: 1, hub: 'hub', team: 'acme' } as const;
      await outbox.decide([]);
      await outbox.decide([claim]);
      await outbox.decide([discard]);
      const { decisions, ledgers, decisionsUnreadable } = await reopen().reading();
      expect(decisions).toEqual([claim, discard]);
      expect(decisionsUnreadable).toBeUndefined();
      expect(ledgers).toMatchObject([{ totals: { discarded: 1 }, exceptions: [], decided: 2 }]);
    });

    it('counts withdrawn intents beside the records', async () => {
      await outbox.noteWithdrawn([eventId(1), eventId(2)], 'no evidence');
      await outbox.noteWithdrawn([], 'no evidence');
      expect((await reopen().reading()).beside).toMatchObject({ withdrawn: 2, refused: 0 });
    });

    it('takes explanations of dead letters without changing any count', async () => {
      await outbox.capture(facts(1, 1), ROOM);
      const before = await outbox.reading();
      await outbox.pass(async (sender) => {
        await sender.explainDeadLetters([]);
        await sender.explainDeadLetters([{ record: 1, eventId: eventId(1), reason: 'no' }]);
        expect(await sender.reading()).toEqual(before);
      });
    });
  });
};
