import { MemoryForeignQueue } from '../../support/memory-foreign-queue.js';
import { MemoryOutboxes } from '../../../src/adapters/memory/memory-outbox.js';
import { ImportEvents, ImportQueue } from '../../../src/app/outbox/import-events.js';
import { collect, eventId, PROJECT } from '../../support/facts.js';

const envelope = (n: number, changes: object = {}): string =>
  JSON.stringify({
    event_id: eventId(n),
    event_type: 'WPStatusChanged',
    aggregate_id: 'WP03',
    aggregate_type: 'WorkPackage',
    payload: {
      wp_id: 'WP03',
      from_lane: 'claimed',
      to_lane: 'in_progress',
      actor: 'user',
      feature_slug: '007-demo',
    },
    node_id: '0f1e2d3c4b5a',
    lamport_clock: 17 + n,
    causation_id: null,
    timestamp: '2026-03-01T09:30:00.123456+00:00',
    team_slug: 'local',
    project_uuid: PROJECT,
    project_slug: 'demo',
    ...changes,
  });

const world = (rows: readonly string[], maxWaiting = 100) => {
  const outboxes = new MemoryOutboxes();
  const queue = new MemoryForeignQueue(
    new Map([['queue.db', rows.map((data, index) => ({ eventId: `row-${index}`, data }))]]),
  );
  return {
    outboxes,
    importQueue: new ImportQueue({
      foreignQueue: queue,
      outboxes,
      importEvents: new ImportEvents({ outboxes, limits: async () => ({ maxWaiting }) }),
    }),
  };
};

describe('taking over the queue of an older client', () => {
  it('keeps id, node, clock and the older vocabulary of every event', async () => {
    const { outboxes, importQueue } = world([envelope(1), envelope(2)]);
    expect(await importQueue.run('queue.db')).toMatchObject({
      rows: 2,
      adopted: 2,
      known: 0,
      invalid: 0,
      unusable: [],
    });
    const records = await collect(outboxes.open(PROJECT).records());
    expect(records.map(({ json }) => json)).toEqual([envelope(1), envelope(2)]);
  });

  it('takes nothing twice', async () => {
    const { importQueue } = world([envelope(1), envelope(2)]);
    await importQueue.run('queue.db');
    expect(await importQueue.run('queue.db')).toMatchObject({ adopted: 0, known: 2 });
  });

  it('sorts events by project, and keeps those without one together', async () => {
    const other = '6ba7b810-9dad-41d1-80b4-00c04fd430c8';
    const { outboxes, importQueue } = world([
      envelope(1),
      envelope(2, { project_uuid: other }),
      envelope(3, { project_uuid: null }),
      envelope(4, { project_uuid: 'not a uuid' }),
    ]);
    await importQueue.run('queue.db');
    expect(await outboxes.open(PROJECT).nextRecord()).toBe(2);
    expect(await outboxes.open(other).nextRecord()).toBe(2);
    expect(await outboxes.open(undefined).nextRecord()).toBe(3);
  });

  it('says of every row that it could not keep why', async () => {
    const { importQueue } = world(['{', '[]', '{"event_id":"x"}', envelope(1)]);
    expect(await importQueue.run('queue.db')).toMatchObject({
      rows: 4,
      adopted: 1,
      unusable: [
        { eventId: 'row-0', reason: 'not JSON' },
        { eventId: 'row-1', reason: 'not an object' },
        { eventId: 'row-2', reason: 'without a usable event id' },
      ],
    });
  });

  it('keeps an event with issues as one that is never sent', async () => {
    const { outboxes, importQueue } = world([envelope(1, { lamport_clock: 'soon' })]);
    expect(await importQueue.run('queue.db')).toMatchObject({ adopted: 1, invalid: 1 });
    const [record] = await collect(outboxes.open(PROJECT).records());
    expect(record?.invalid).toContain('lamport_clock');
  });

  it('says how many found no room', async () => {
    const { importQueue } = world([envelope(1), envelope(2), envelope(3)], 2);
    expect(await importQueue.run('queue.db')).toMatchObject({ adopted: 2, refused: 1 });
  });
});
