import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChaosHub } from '../support/chaos-hub.js';
import type { Misbehaviour } from '../support/misbehaviour.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNote, addNotes, ask, inParallel, makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, syncNow } from '../support/recount.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';
import { startCli } from '../support/run-cli.js';

interface Row {
  readonly name: string;
  /** What happens to the batches, when these two events wait. */
  readonly faults: (ids: readonly string[]) => readonly Misbehaviour[];
  readonly end: string;
  /** 0 when the pass gets over it by itself. */
  readonly code: 0 | 3 | 4;
  readonly held?: Readonly<Record<string, number>>;
  /** What the pass says about the time before which nothing should be tried. */
  readonly retryAfterMs?: number;
  /** How many of the two arrive in that very pass. */
  readonly arrived?: number;
}

const outage = (name: string, fault: Misbehaviour, end = 'unavailable'): Row => ({
  name,
  faults: () => [fault],
  end,
  code: 3,
});

const tooMany = (name: string, retryAfter: string, retryAfterMs: number): Row => ({
  ...outage(`429 with ${name}`, { status: 429, headers: { 'retry-after': retryAfter } }),
  retryAfterMs,
});

const refusal = (ids: readonly string[]): object => [{ event_id: ids[0], error: 'not this one' }];

const TABLE: readonly Row[] = [
  outage('200 with empty results', { status: 200, body: { results: [] } }, 'nothing-moved'),
  outage(
    '200 with ids that nobody sent',
    { status: 200, body: { results: [{ event_id: '01JCX00000000000000000000Z', status: 'success' }] } },
    'nothing-moved',
  ),
  outage('200 with half a document', { status: 200, body: '{"results":[' }, 'unexpected'),
  outage('200 with a list', { status: 200, body: [] }, 'unexpected'),
  outage(
    '200 with something that is no gzip',
    { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'gzip, honestly' },
    'unexpected',
  ),
  {
    name: '400 that names an event',
    faults: (ids) => [{ status: 400, body: { error: 'validation', details: refusal(ids) } }],
    end: 'complete',
    code: 3,
    arrived: 1,
  },
  {
    name: '400 that names an event in a list inside of a string',
    faults: (ids) => [{ status: 400, body: { details: JSON.stringify(refusal(ids)) } }],
    end: 'complete',
    code: 3,
    arrived: 1,
  },
  {
    name: '400 without a word, once',
    faults: () => [{ status: 400, body: 'no' }],
    end: 'complete',
    code: 0,
    arrived: 2,
  },
  { name: '401 once', faults: () => [{ status: 401 }], end: 'complete', code: 0, arrived: 2 },
  { name: '401 twice', faults: () => [{ status: 401 }, { status: 401 }], end: 'signed-out', code: 4 },
  {
    name: '403',
    faults: () => [{ status: 403, body: { detail: 'read-only token' } }],
    end: 'forbidden',
    code: 3,
    held: { 'refused by the hub: read-only token': 2 },
  },
  outage('408', { status: 408 }),
  outage('412', { status: 412 }, 'protocol-mismatch'),
  { name: '413 once', faults: () => [{ status: 413 }], end: 'complete', code: 0, arrived: 2 },
  outage('426', { status: 426 }, 'protocol-mismatch'),
  tooMany('seconds', '7', 7000),
  tooMany('a date in the past', 'Thu, 01 Jan 2015 00:00:00 GMT', 1000),
  tooMany('a day', '86400', 300_000),
  outage('500', { status: 500 }),
  outage('503 with a page for people', { status: 503, body: '<html>Back soon</html>' }),
  outage('a redirect', { status: 307, headers: { location: '/elsewhere' } }, 'unexpected'),
  outage('404', { status: 404, body: '{"title":"no such endpoint"}' }, 'unexpected'),
  outage('a connection reset before anything arrived', 'reset'),
  outage('something that is not HTTP', 'not-http', 'unexpected'),
];

describe('sync now at a hub that answers badly', () => {
  let sandbox: Sandbox;
  let hub: ChaosHub;
  const atHub = (): readonly string[] => hub.hub.storedIds('acme');

  beforeAll(async () => {
    sandbox = await createSandbox();
    hub = await ChaosHub.start();
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    await signIn(sandbox, hub.address.url);
  });

  afterAll(async () => {
    await hub.close();
    await sandbox.dispose();
  });

  it.each(TABLE)(
    'scenario 13: $name ends the pass as the contract says, and scenario 14: the next one drains the outbox with no new event',
    async ({ faults, end, code, held = {}, arrived = 0, retryAfterMs }) => {
      const ids = await addNotes(sandbox, 2);
      hub.on('batch').next(...faults(ids));
      const bad = await syncNow(sandbox, atHub);
      expect({ code: bad.code, ended: bad.document['ended'].end }).toEqual({ code, ended: end });
      expect(bad.document['ended'].retry_after_ms).toBe(retryAfterMs);
      expect(bad.document['delivered']).toBe(bad.arrived.length);
      expect(bad.document['left']).toBe(2 - arrived);
      expect(bad.document['dead_letters']).toBe(0);
      const heldCount = Object.values(held).reduce((sum, count) => sum + count, 0);
      await expectAccounted(sandbox, { atHub: atHub(), held, pending: 2 - arrived - heldCount });

      const good = await syncNow(sandbox, atHub);
      expect(good).toMatchObject({ code: 0, document: { left: 0, delivered: 2 - arrived } });
      expect(good.arrived.length + bad.arrived.length).toBe(2);
      expect([...bad.arrived, ...good.arrived].sort()).toEqual([...ids].sort());
    },
  );

  it('scenario 12: a result for half of the ids settles that half, and the rest goes with the next pass', async () => {
    const [first, second] = await addNotes(sandbox, 2);
    hub.hub.judge = ({ event_id: id }) => (id === second ? 'silent' : undefined);
    const half = await syncNow(sandbox, atHub);
    hub.hub.judge = () => undefined;
    expect(half).toMatchObject({ code: 3, arrived: [first], document: { delivered: 1, left: 1 } });
    await expectAccounted(sandbox, { atHub: atHub(), pending: 1 });
    expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 0, arrived: [second] });
  });

  it.each([
    ['plain', false],
    ['compressed to almost nothing', true],
  ])('scenario 12: a body of 1 GiB, %s, ends the pass in bounded memory', async (_, gzip) => {
    const [id] = await addNotes(sandbox, 1);
    hub.on('batch').next({ flood: 2 ** 30, gzip });
    const file = join(sandbox.directory, 'peak');
    const preload = join(import.meta.dirname, '..', 'support', 'peak-memory.cjs');
    const { code, document } = await ask(sandbox, ['sync', 'now'], {
      env: { NODE_OPTIONS: `--require=${preload}`, PEAK_MEMORY_FILE: file },
    });
    expect({ code, delivered: document['delivered'], left: document['left'] }).toEqual({
      code: 3,
      delivered: 0,
      left: 1,
    });
    expect(Number(await readFile(file, 'utf8'))).toBeLessThan(256);
    expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 0, arrived: [id] });
  });

  it('scenario 13: a black hole keeps sync now until it is interrupted, and everything stays', async () => {
    const [id] = await addNotes(sandbox, 1);
    const posted = (): number => hub.requests.filter(({ method }) => method === 'POST').length;
    const before = posted();
    hub.on('batch').next('never-answer');
    const running = startCli(sandbox, ['sync', 'now', '--json']);
    await hub.until(() => posted() > before);
    const { code, stdout } = await running.kill('SIGINT');
    expect({ code, ended: JSON.parse(stdout).ended.end }).toEqual({ code: 130, ended: 'interrupted' });
    // The hub took it and nobody was told: one more pass hears that it is a duplicate.
    expect(await syncNow(sandbox, atHub)).toMatchObject({
      code: 0,
      arrived: [],
      document: { delivered: 0, duplicate: 1, left: 0 },
    });
    await expectAccounted(sandbox, { atHub: atHub() });
    expect(atHub().filter((stored) => stored === id)).toHaveLength(1);
  });

  it('scenario 13: six outages in a row are no attempts: nothing becomes a dead letter', async () => {
    const ids = await addNotes(sandbox, 2);
    for (let n = 0; n < 6; n++) {
      hub.on('batch').next({ status: 503 });
      expect(await syncNow(sandbox, atHub)).toMatchObject({
        code: 3,
        document: { dead_letters: 0, left: 2 },
      });
    }
    expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 0, arrived: ids });
  });

  it('scenario 13: five refusals of one event make it a dead letter, and the others went at once', async () => {
    const [refused, taken] = await addNotes(sandbox, 2);
    hub.hub.judge = ({ event_id: id }) =>
      id === refused ? { status: 'rejected', error_message: 'we do not like it' } : undefined;
    const passes = await inParallel([1, 2, 3, 4, 5], 1, () => syncNow(sandbox, atHub));
    hub.hub.judge = () => undefined;
    expect(passes.map(({ arrived }) => arrived)).toEqual([[taken], [], [], [], []]);
    expect(passes.map(({ document }) => document['dead_letters'])).toEqual([0, 0, 0, 0, 1]);
    await expectAccounted(sandbox, { atHub: atHub(), deadLetters: { 'we do not like it': 1 } });
    // A dead letter is nothing that waits.
    await addNote(sandbox);
    expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 0, document: { delivered: 1, left: 0 } });
    expect(await succeed(sandbox, ['events', 'list', '--limit', '1000'])).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ event_id: refused })]),
    });
  });
});
