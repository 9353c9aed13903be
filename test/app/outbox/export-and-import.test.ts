import fc from 'fast-check';
import { MemoryOutboxes } from '../../../src/adapters/memory/memory-outbox.js';
import {
  ExportEvents,
  type ExportFormat,
  type ExportInput,
} from '../../../src/app/reports/journal-events.js';
import type { EventScope } from '../../../src/app/reports/event-scope.js';
import { ImportEvents } from '../../../src/app/outbox/import-events.js';
import { eventPieces } from '../../../src/domain/events/event-pieces.js';
import { collect, fact, PROJECT } from '../../support/facts.js';
import { envelopeOf, ulidOf } from '../../support/outgoing-events.js';

const chunksOf = async function* (text: string): AsyncGenerator<string> {
  yield text;
};

const importer = (outboxes: MemoryOutboxes, maxWaiting = 1000) => {
  const subject = new ImportEvents({ outboxes, limits: async () => ({ maxWaiting }) });
  return (text: string, signal?: AbortSignal) => subject.run(eventPieces(chunksOf(text)), undefined, signal);
};

/** What is asked for, as events name it already. */
type Asked = Pick<ExportInput, 'format' | 'limit'> & EventScope;

const exported = async (outboxes: MemoryOutboxes, { format, limit, ...scope }: Asked) => {
  const lines: string[] = [];
  const scopeEvents = { run: async () => ({ scope, outbox: outboxes.open(PROJECT) }) };
  const input = {
    format,
    ...(limit === undefined ? {} : { limit }),
    checkout: { root: '/', projectRoot: '/' },
  };
  await new ExportEvents({ scopeEvents }).run(input, (line) => void lines.push(line));
  return lines;
};

const documentsIn = async (outboxes: MemoryOutboxes, project?: string): Promise<readonly unknown[]> =>
  (await collect(outboxes.open(project).records())).map(({ json }) => JSON.parse(json ?? 'null') as unknown);

const documents = fc.array(
  fc.record({
    clock: fc.integer({ min: 0, max: 2 ** 47 }),
    node: fc.constantFrom('0f1e2d3c4b5a', 'aaaaaaaaaaaa'),
    more: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { maxKeys: 3 }),
    isBroken: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('what is exported and imported', () => {
  it.each<[ExportFormat, string]>([
    ['ndjson', 'lines'],
    ['cloudevents', 'lines'],
    ['cloudevents', 'list'],
  ])('as %s in %s is the same in a fresh state root, and nothing the second time', async (format, shape) => {
    await fc.assert(
      fc.asyncProperty(documents, async (drafts) => {
        const events = drafts.map(({ clock, node, more, isBroken }, index) => ({
          ...more,
          ...envelopeOf(index + 1, { lamport_clock: clock, node_id: node, project_uuid: PROJECT as never }),
          ...(isBroken ? { timestamp: 'yesterday' } : {}),
        }));
        const first = new MemoryOutboxes();
        const { invalid } = await importer(first)(events.map((event) => JSON.stringify(event)).join('\n'));
        const lines = await exported(first, { format });
        const file = shape === 'lines' ? lines.join('\n') : `[${lines.join(',\n')}]`;
        const fresh = new MemoryOutboxes();
        const count = events.length;
        expect(invalid).toBeGreaterThanOrEqual(drafts.filter(({ isBroken }) => isBroken).length);
        expect(await importer(fresh)(file)).toMatchObject({
          rows: count,
          adopted: count,
          invalid,
          unusable: [],
        });
        expect(await documentsIn(fresh, PROJECT)).toEqual(JSON.parse(JSON.stringify(events)));
        expect(await documentsIn(fresh, PROJECT)).toEqual(await documentsIn(first, PROJECT));
        expect(await importer(fresh)(file)).toMatchObject({ rows: count, adopted: 0, known: count });
      }),
      { seed: 20_261_120, numRuns: 60 },
    );
  });

  it('takes the clock past everything that was imported', async () => {
    const outboxes = new MemoryOutboxes();
    await importer(outboxes)(JSON.stringify(envelopeOf(1, { lamport_clock: 5000 })));
    const [captured] = await outboxes.open(PROJECT).capture([fact(900)], { maxWaiting: 10 });
    expect(captured).toMatchObject({ event: { lamport_clock: 5001 } });
  });

  it('names every line that cannot be used, and takes the others', async () => {
    const outboxes = new MemoryOutboxes();
    const good = JSON.stringify(envelopeOf(1));
    const cloud = '{"specversion":"1.0","id":"1","source":"/x","type":"push","data":{}}';
    const odd = JSON.stringify(envelopeOf(2, { timestamp: 'soon' }));
    const report = await importer(outboxes)(
      ['{"cut":', good, '', '7', cloud, odd, '{"event_id":"x"}'].join('\n'),
    );
    expect(report).toEqual({
      ...{ rows: 6, adopted: 2, known: 0, invalid: 1, refused: 0, isComplete: true },
      issues: [{ line: 6, eventId: ulidOf(2), reason: expect.stringContaining('timestamp') }],
      unusable: [
        { line: 1, reason: 'not JSON' },
        { line: 4, reason: 'not an object' },
        { line: 5, reason: 'a CloudEvent of somebody else, without nodeid' },
        { line: 7, reason: 'without a usable event id' },
      ],
    });
    const [, record] = await collect(outboxes.open(PROJECT).records());
    expect(record?.invalid).toContain('timestamp');
  });

  it('says that a list was cut off, and what of it was taken', async () => {
    const outboxes = new MemoryOutboxes();
    const report = await importer(outboxes)(`[${JSON.stringify(envelopeOf(1))},\n{"event_id"`);
    expect(report).toMatchObject({
      ...{ rows: 2, adopted: 1, isComplete: false },
      unusable: [
        { line: 2, reason: 'not JSON' },
        { line: 2, reason: 'the list has no end: the file was cut off' },
      ],
    });
  });

  it('says how many found no room', async () => {
    const lines = [1, 2, 3].map((n) => JSON.stringify(envelopeOf(n)));
    expect(await importer(new MemoryOutboxes(), 2)(lines.join('\n'))).toMatchObject({
      adopted: 2,
      refused: 1,
    });
  });

  it('has told of what is durable when a later portion cannot be stored', async () => {
    const outboxes = new MemoryOutboxes();
    const outbox = outboxes.open(PROJECT);
    const adopt = outbox.adopt.bind(outbox);
    let portions = 0;
    outbox.adopt = (...call) =>
      (portions += 1) > 1 ? Promise.reject(new Error('disk full')) : adopt(...call);
    const subject = new ImportEvents({
      outboxes: { list: () => outboxes.list(), open: () => outbox },
      limits: async () => ({
        maxWaiting: 1000,
      }),
    });
    const events = Array.from({ length: 100 }, (_, index) =>
      JSON.stringify({ ...envelopeOf(index + 1), filler: 'x'.repeat(60_000) }),
    );
    const heard: number[] = [];
    const importing = subject.run(eventPieces(chunksOf(events.join('\n'))), ({ adopted }) =>
      heard.push(adopted),
    );
    await expect(importing).rejects.toThrow('disk full');
    expect(heard).toEqual([(await collect(outbox.records())).length]);
    expect(heard[0]).toBeGreaterThan(50);
    expect(heard[0]).toBeLessThan(100);
  });

  it('stops where it is interrupted', async () => {
    const line = JSON.stringify(envelopeOf(1));
    expect(await importer(new MemoryOutboxes())(line, AbortSignal.abort())).toMatchObject({
      ...{ rows: 0, adopted: 0, isComplete: false },
    });
  });

  it('sorts events by project, and keeps those without one together', async () => {
    const outboxes = new MemoryOutboxes();
    const other = '6ba7b810-9dad-41d1-80b4-00c04fd430c8';
    const events = [
      envelopeOf(1),
      envelopeOf(2, { project_uuid: other as never }),
      envelopeOf(3, { project_uuid: null }),
    ];
    await importer(outboxes)(JSON.stringify(events));
    expect(await documentsIn(outboxes, PROJECT)).toEqual(events.slice(0, 1));
    expect(await documentsIn(outboxes, other)).toEqual(events.slice(1, 2));
    expect(await documentsIn(outboxes)).toEqual(events.slice(2));
  });

  it('is what a filter asks for: a feature, a work package, the newest so many', async () => {
    const outboxes = new MemoryOutboxes();
    const about = (n: number, wp: string, feature: string) =>
      envelopeOf(n, { payload: { wp_id: wp, feature_slug: feature } as never });
    const events = [
      about(1, 'WP01', '001-x'),
      about(2, 'WP02', '001-x'),
      about(3, 'WP01', '002-y'),
      about(4, 'WP01', '001-x'),
    ];
    await importer(outboxes)(events.map((event) => JSON.stringify(event)).join('\n'));
    const ids = async (input: Partial<Asked>): Promise<readonly number[]> =>
      (await exported(outboxes, { format: 'ndjson', ...input })).map(
        (line) => (JSON.parse(line) as { lamport_clock: number }).lamport_clock,
      );
    expect(await ids({})).toEqual([1, 2, 3, 4]);
    expect(await ids({ workPackage: 'WP01' })).toEqual([1, 3, 4]);
    expect(await ids({ workPackage: 'WP01', feature: '001-x' })).toEqual([1, 4]);
    expect(await ids({ workPackage: 'WP01', limit: 2 })).toEqual([3, 4]);
    expect(await ids({ limit: 9 })).toEqual([1, 2, 3, 4]);
  });
});
