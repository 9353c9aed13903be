import { Flush } from '../../../src/app/delivery/flush.js';
import { hubKey } from '../../../src/domain/outbox/account.js';
import type { BatchOutcome } from '../../../src/domain/delivery/outcome.js';
import type { OutgoingEvent } from '../../../src/ports/delivery.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { collect, fact, PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();

const severalTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the documents that a pass sends', () => {
  it('hold until the last request about them, whatever was read and gathered meanwhile', async () => {
    const outboxes = outboxesOf(root.path, { segmentRecords: 100 });
    const outbox = outboxes.open(PROJECT);
    const world = new DeliveryWorld();
    const account = await world.signIn();
    const own = { hub: hubKey(account.hub), team: account.team };
    const mixed = Array.from({ length: 3500 }, (_, index) => fact(index + 1, index % 3 === 0 ? {} : own));
    await outbox.capture(mixed, { maxWaiting: 10_000 });
    const stored = new Map<string, unknown>();
    for (const { eventId, json } of await collect(outbox.records()))
      stored.set(eventId, { ...(JSON.parse(json ?? '') as object), team_slug: account.team });

    const sent = new Map<string, unknown>();
    const carry = async (events: readonly OutgoingEvent[]): Promise<BatchOutcome> => {
      await severalTurns();
      // A batch that is refused whole is sent again in halves, long after it was gathered.
      if (events.length > 500) return { outcome: 'refused-opaque', reason: 'too many' };
      for (const { eventId, json } of events) sent.set(eventId, JSON.parse(json));
      return {
        outcome: 'answered',
        answers: new Map(events.map(({ eventId }) => [eventId, { answer: 'accepted' }])),
      };
    };
    const route = async () => ({ account, courier: { carry } });
    const flush = new Flush(world.flushHost({ outboxes, route }));
    expect(await flush.run({ isInsisted: false })).toMatchObject({ delivered: 3500 });
    expect(sent).toEqual(stored);
  });
});
