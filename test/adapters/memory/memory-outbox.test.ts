import { MemoryOutboxes } from '../../../src/adapters/memory/memory-outbox.js';
import { outboxContract } from '../../contracts/outbox.contract.js';
import { facts, PROJECT } from '../../support/facts.js';

outboxContract({
  name: 'The outbox in memory',
  durable: false,
  setup: async () => ({ subject: new MemoryOutboxes().open(PROJECT) }),
});

describe('the outboxes in memory', () => {
  it('list those in which something was captured, and open each once', async () => {
    const outboxes = new MemoryOutboxes();
    const outbox = outboxes.open(PROJECT);
    outboxes.open(undefined);
    expect(await outboxes.list()).toEqual([]);
    await outbox.capture(facts(1, 1), { maxWaiting: 1 });
    expect(await outboxes.list()).toEqual([PROJECT]);
    expect(outboxes.open(PROJECT)).toBe(outbox);
  });

  it('have nothing to reclaim', async () => {
    const outbox = new MemoryOutboxes().open(undefined);
    expect(await outbox.pass((sender) => sender.reclaim(async () => true, Infinity))).toEqual({
      ran: true,
      value: 0,
    });
  });
});
