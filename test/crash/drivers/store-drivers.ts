import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Settlement, settle, openLedger } from '../../../src/domain/outbox/ledger.js';
import type { Outbox, JournalRecord, Sender } from '../../../src/ports/outbox.js';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { captureLockPath, outboxPaths } from '../../../src/adapters/outbox/outbox-paths.js';
import { WaitingFacts } from '../../../src/adapters/outbox/waiting-facts.js';
import { collect, eventId, fact, PROJECT } from '../../support/facts.js';
import { outboxDirectory, type StoreWorld } from '../store-world.js';

/** A small program on an outbox: what was there before it, and what it does under test. */
export interface StoreDriver {
  readonly name: string;
  /** Events that the driver captures or leaves to wait; they may be there once or not at all. */
  readonly prepare: (world: StoreWorld, top: string) => Promise<void>;
  readonly run: (world: StoreWorld, top: string) => Promise<void>;
}

export const HUB = 'https://hub.example.org';
export const TEAM = 'acme';

const captured =
  (count: number) =>
  async (world: StoreWorld): Promise<void> => {
    for (let n = 1; n <= count; n++) await world.capture(fact(n));
  };

const settlementOf = ({ record, eventId }: JournalRecord): Settlement => {
  const about = { record, eventId, attempts: 1, reason: 'the hub said no' };
  if (record % 3 === 0) return { ...about, became: 'dead' };
  if (record % 3 === 1) return { record, eventId, became: 'delivered' };
  return { ...about, became: 'failing', dueAtMs: 0 };
};

/** Settles every record in the same way in which a pass does, two at a time. */
const settleAll = async (sender: Sender, world: Pick<StoreWorld, 'said'>): Promise<void> => {
  const records = await collect(sender.records(1));
  for (let at = 0; at < records.length; at += 2) {
    const settlements = records.slice(at, at + 2).map(settlementOf);
    const dead = settlements.filter(({ became }) => became === 'dead');
    await sender.explainDeadLetters(dead.map((each) => ({ ...each, reason: 'the hub said no' })));
    await sender.settle(([ledger = openLedger(HUB, TEAM, 1, 0)]) => [settle(ledger, settlements)]);
    for (const { record } of settlements) world.said(`settled ${record}`);
  }
};

const inPass = async (outbox: Outbox, work: (sender: Sender) => Promise<void>): Promise<void> => {
  const passed = await outbox.pass(work);
  if (passed === 'busy') throw new Error('somebody else is the sender');
};

export const STORE_DRIVERS: readonly StoreDriver[] = [
  {
    name: 'first-capture',
    prepare: async () => undefined,
    run: async (world) => void (await world.capture(fact(1))),
  },
  {
    name: 'capture-one',
    prepare: captured(2),
    run: async (world) => void (await world.capture(fact(11))),
  },
  {
    name: 'capture-several',
    prepare: captured(1),
    run: async (world) => {
      await world.capture(fact(11), fact(12), fact(13));
      await world.capture(fact(14), fact(15));
    },
  },
  {
    name: 'rotation',
    prepare: captured(5),
    run: async (world) => {
      await world.capture(fact(11));
      await world.capture(fact(12));
      await world.capture(fact(13));
    },
  },
  {
    name: 'seals-waiting-facts',
    prepare: async (world) => {
      await captured(2)(world);
      const waiting = new WaitingFacts(outboxPaths(world.stateRoot, PROJECT).waiting);
      for (const n of [3, 4]) await waiting.add(fact(n), 3);
    },
    run: async (world) => void (await world.capture(fact(11))),
  },
  {
    name: 'waits-for-a-stopped-holder',
    prepare: captured(2),
    run: async (world) => {
      const lock = tryLockFile(captureLockPath(world.stateRoot));
      try {
        await world.capture(fact(11), fact(12));
      } finally {
        lock?.release();
      }
    },
  },
  {
    name: 'torn-tail',
    prepare: async (world, top) => {
      await captured(2)(world);
      appendFileSync(join(outboxDirectory(top), 'current.jsonl'), '{"sum":"00000000","record":3,"clo');
    },
    run: async (world) => void (await world.capture(fact(11))),
  },
  {
    name: 'clock-rebuild',
    prepare: async (world) => {
      await captured(4)(world);
      rmSync(join(world.stateRoot, 'clock.json'));
    },
    run: async (world) => {
      await world.clock.read();
      const { value } = await world.clock.update((present) => present + 10);
      world.said(`clock ${value}`);
      await world.capture(fact(11));
    },
  },
  {
    name: 'settling',
    prepare: captured(5),
    run: async (world) => {
      await inPass(world.outbox, (sender) => settleAll(sender, world));
      await world.capture(fact(11));
    },
  },
  {
    name: 'decisions',
    prepare: async (world) => {
      await captured(4)(world);
      await inPass(world.outbox, (sender) => settleAll(sender, { said: () => undefined }));
    },
    run: async (world) => {
      await world.outbox.decide([
        { decision: 'claim', range: { from: 4, through: 4 }, hub: HUB, team: TEAM },
        { decision: 'discard', record: 3, hub: HUB, team: TEAM },
      ]);
      world.said('decided 2');
      await world.outbox.noteWithdrawn(['01KH0000000000000000000099'], 'no evidence');
      world.said('withdrawn 1');
      await world.capture(fact(11));
    },
  },
  {
    name: 'retention',
    prepare: async (world) => {
      await captured(8)(world);
      await inPass(world.outbox, async (sender) => {
        const delivered = [1, 2, 3].map((n) => ({
          record: n,
          eventId: eventId(n),
          became: 'delivered' as const,
        }));
        await sender.settle(() => [settle(openLedger(HUB, TEAM, 1, 0), delivered)]);
      });
    },
    run: async (world) => {
      await inPass(world.outbox, async (sender) => {
        const removed = await sender.reclaim(
          async (segment) => segment.every(({ record }) => record <= 3),
          Date.now() + 60_000,
        );
        world.said(`reclaimed ${removed}`);
      });
      await world.capture(fact(11));
    },
  },
];

export const driverNamed = (name: string): StoreDriver => {
  const driver = STORE_DRIVERS.find((candidate) => candidate.name === name);
  if (driver === undefined) throw new Error(`no driver ${name}`);
  return driver;
};
