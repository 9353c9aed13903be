import type { EventScope } from '../../../src/app/reports/event-scope.js';
import { ListEvents } from '../../../src/app/reports/journal-events.js';
import type { JournalRecord, Outbox } from '../../../src/ports/outbox.js';
import { MemoryOutboxes } from '../../../src/adapters/memory/memory-outbox.js';
import { fact, facts, PROJECT } from '../../support/facts.js';
import { envelopeOf } from '../../support/outgoing-events.js';

const list = async (
  outbox: Outbox | undefined,
  { limit, ...scope }: EventScope & { readonly limit: number },
) => {
  const subject = new ListEvents({ scopeEvents: { run: async () => ({ scope, outbox }) } });
  return (await subject.run({ limit, checkout: { root: '/', projectRoot: '/' } })).events;
};

const journal = (...records: readonly Partial<JournalRecord>[]): Outbox =>
  ({
    async *records() {
      for (const [index, record] of records.entries())
        yield { record: index + 1, eventId: `e${index}`, team: 'local', ...record };
    },
  }) as unknown as Outbox;

describe('the local journal', () => {
  it('is listed oldest first, the newest of it when it is long', async () => {
    const outbox = new MemoryOutboxes().open(PROJECT);
    await outbox.capture(facts(1, 10), { maxWaiting: 100 });
    const clocks = (await list(outbox, { limit: 3 })).map((event) => event.lamport_clock);
    expect(clocks).toEqual([8, 9, 10]);
    expect(await list(outbox, { limit: 100 })).toHaveLength(10);
  });

  it('is filtered before it is limited', async () => {
    const outbox = journal(
      { json: JSON.stringify(envelopeOf(1)) },
      {
        json: JSON.stringify(
          envelopeOf(2, { payload: { ...envelopeOf(2).payload, wp_id: 'WP02' } as never }),
        ),
      },
      {
        json: JSON.stringify(
          envelopeOf(3, { payload: { ...envelopeOf(3).payload, feature_slug: '002-y' } as never }),
        ),
      },
    );
    const clocks = async (input: EventScope) =>
      (await list(outbox, { limit: 1, ...input })).map((event) => event.lamport_clock);
    expect(await clocks({ workPackage: 'WP02' })).toEqual([2]);
    expect(await clocks({ feature: '002-y' })).toEqual([3]);
    expect(await clocks({ feature: '001-x', workPackage: 'WP01' })).toEqual([1]);
    expect(await clocks({ feature: '003-z' })).toEqual([]);
  });

  it('leaves out what cannot be read, and lists what can never be sent', async () => {
    const outbox = journal(
      { invalid: 'damaged' },
      { json: '{"nothing":1}' },
      { json: JSON.stringify(envelopeOf(3)), invalid: 'payload.wp_id is missing' },
    );
    expect(await list(outbox, { limit: 10 })).toEqual([expect.objectContaining({ lamport_clock: 3 })]);
  });

  it('shows the words of other programs in ours', async () => {
    const theirs = {
      ...envelopeOf(1),
      payload: { wp_id: 'WP01', from_lane: 'planned', to_lane: 'in_progress', actor: 'ada' },
    };
    const [listed] = await list(journal({ json: JSON.stringify(theirs) }), { limit: 1 });
    expect(listed?.payload).toMatchObject({ previous_status: 'planned', new_status: 'doing' });
  });

  it('of a project without events is empty', async () => {
    expect(await list(new MemoryOutboxes().open(PROJECT), { limit: 5 })).toEqual([]);
    expect(await list(undefined, { limit: 5 })).toEqual([]);
    void fact;
  });
});
