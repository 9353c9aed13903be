import { MemoryOutboxes } from '../../../src/adapters/memory/memory-outbox.js';
import { DiagnoseOutbox } from '../../../src/app/reports/waiting-events.js';
import { settle, openLedger } from '../../../src/domain/outbox/ledger.js';
import { eventId, fact, facts, PROJECT } from '../../support/facts.js';

const ROOM = { maxWaiting: 100 };

const diagnosing = (outboxes: MemoryOutboxes): DiagnoseOutbox =>
  new DiagnoseOutbox({
    outboxes,
    sharing: { of: async () => 'on' },
    wallClock: { nowMs: () => 0 },
    account: async () => undefined,
  });

describe('judging what waits without the network', () => {
  it('finds nothing wrong with valid events', async () => {
    const outboxes = new MemoryOutboxes();
    await outboxes.open(PROJECT).capture(facts(1, 3), ROOM);
    expect(await diagnosing(outboxes).run()).toEqual([
      { projectUuid: PROJECT, waiting: 3, valid: 3, events: [] },
    ]);
  });

  it('shows events that validation refused, and what hubs said of others', async () => {
    const outboxes = new MemoryOutboxes();
    const outbox = outboxes.open(PROJECT);
    await outbox.capture(
      [fact(1), fact(2, { issues: [{ path: 'payload.wp_id', reason: 'is required' }] }), fact(3)],
      ROOM,
    );
    await outbox.pass((sender) =>
      sender.settle(() => [
        settle(openLedger('hub', 'acme', 1, 0), [
          { record: 1, eventId: eventId(1), became: 'delivered' },
          {
            record: 3,
            eventId: eventId(3),
            became: 'failing',
            attempts: 2,
            reason: 'no such lane',
            dueAtMs: 0,
          },
        ]),
      ]),
    );
    const [diagnosis] = await diagnosing(outboxes).run();
    expect(diagnosis).toMatchObject({ waiting: 2, valid: 1 });
    expect(diagnosis?.events).toEqual([
      {
        record: 2,
        eventId: eventId(2),
        eventType: 'HistoryAdded',
        attempts: 0,
        issues: [{ path: '', reason: 'payload.wp_id: is required' }],
      },
      {
        record: 3,
        eventId: eventId(3),
        eventType: 'HistoryAdded',
        attempts: 2,
        reason: 'no such lane',
        issues: [],
      },
    ]);
  });
});
