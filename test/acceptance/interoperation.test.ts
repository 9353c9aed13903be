import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ChaosHub } from '../support/chaos-hub.js';
import { AWAKE, eventually, noted, nothingRuns, withBackground } from '../support/background.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { envelopeOf } from '../support/outgoing-events.js';
import { makePythonQueue } from '../support/python-queue.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNote, ask, eventIdsOf, makeProject, PASSWORD, signIn, succeed } from '../support/project.js';
import { expectAccounted, syncNow } from '../support/recount.js';
import { inSandbox } from '../support/sandbox.js';

/** Makes a hub one of the base contract alone: no lifetimes, no ids of its own, no acks, no word about anybody. */
const onlyTheBase = (hub: ChaosHub): void => {
  const { hub: memory } = hub;
  memory.snapshot = () => ({ type: 'snapshot', work_packages: [] });
  hub.on('/api/v1/me/').always(() => ({ status: 404, body: 'Not Found' }));
  hub.on('health').always(() => ({ status: 405, body: 'Method Not Allowed' }));
  hub.on('/api/v1/token/revoke/').always(() => ({ status: 404, body: 'Not Found' }));
  hub.on('/api/v1/token/').always(() => {
    const { access, refresh } = memory.signIns.signIn('ada', PASSWORD)!;
    return { status: 200, body: { access, refresh } };
  });
};

/** What the base contract knows; everything else is used only after the server has announced it. */
const BASE_CALLS = [
  ...['POST /api/v1/events/batch/', 'UPGRADE /ws/v1/events/', 'GET /api/v1/sync/health/'],
  ...['POST /api/v1/token/', 'POST /api/v1/token/refresh/', 'POST /api/v1/ws-token/'],
];
const BASE_HEADERS = [
  ...['accept', 'accept-encoding', 'authorization', 'connection', 'content-encoding', 'content-length'],
  ...['content-type', 'host', 'user-agent', 'upgrade', 'sec-websocket-key', 'sec-websocket-version'],
];

const unannounced = ({ requests, frames }: ChaosHub): readonly string[] => [
  ...requests.map(({ method, path }) => `${method} ${path}`).filter((call) => !BASE_CALLS.includes(call)),
  ...requests.flatMap(({ headers }) => Object.keys(headers)).filter((name) => !BASE_HEADERS.includes(name)),
  ...frames.filter((frame) => JSON.parse(frame).type !== 'pong'),
];

describe('our client at a server of the base contract', () => {
  it('delivers everything once, in the background and in the foreground, also when an answer is lost, and uses nothing that was not announced', async () => {
    const hub = await ChaosHub.start({ capabilities: [] });
    onlyTheBase(hub);
    const stored = (): readonly string[] => hub.hub.storedIds('acme');
    try {
      await withBackground(async (sandbox) => {
        await makeProject(sandbox, smallFeature({ WP01: {} }));
        await signIn(sandbox, hub.hub.url);
        const ids: string[] = [];
        const capture = async (awake: boolean): Promise<void> => {
          ids.push(...eventIdsOf(await addNote(sandbox, 'a note', awake ? AWAKE : {})));
        };
        await capture(true);
        await eventually(
          () => stored().length === 1,
          () => 'not delivered',
        );
        await noted(sandbox, ({ left }) => left === 'idle');
        await nothingRuns(sandbox);
        await capture(false);
        await capture(false);
        hub.on('batch').next('reset-after');
        expect(await syncNow(sandbox, stored)).toMatchObject({ code: 3, document: { left: 2 } });
        expect(await syncNow(sandbox, stored)).toMatchObject({
          code: 0,
          document: { duplicate: 2, left: 0 },
        });
        expect(stored()).toEqual(ids);
        await expectAccounted(sandbox, { atHub: stored() });
        for (const line of ['sync status --check', 'sync verify', 'auth logout'])
          await ask(sandbox, line.split(' '));
        expect(unannounced(hub)).toEqual([]);
      });
    } finally {
      await hub.close();
    }
  });
});

const PROJECT = '3b241101-e2bb-4255-8caf-4136c566a962';

/** An envelope with the fifteen keys of that client, in its order and in its vocabulary. */
const envelope = (number: number, type: string, about: string, payload: object): object => ({
  event_id: `01KH00000000000000000000${String(number).padStart(2, '0')}`,
  event_type: type,
  aggregate_id: about,
  aggregate_type: type.startsWith('Feature') ? 'Feature' : 'WorkPackage',
  payload,
  node_id: '0f1e2d3c4b5a',
  lamport_clock: number,
  causation_id: null,
  timestamp: `2026-03-01T09:30:${String(number).padStart(2, '0')}.123456+00:00`,
  team_slug: number % 2 === 0 ? 'local' : 'acme',
  project_uuid: PROJECT,
  project_slug: 'demo',
  git_branch: 'main',
  head_commit_sha: 'a'.repeat(40),
  repo_slug: 'acme/demo',
});

const moved = (number: number, id: string, from: string, to: string): object =>
  envelope(number, 'WPStatusChanged', id, {
    ...{ wp_id: id, from_lane: from, to_lane: to, actor: 'user' },
    ...{ feature_slug: '007-demo', policy_metadata: null },
  });

const planned = (number: number, id: string): object =>
  envelope(number, 'WPCreated', id, {
    wp_id: id,
    title: `Title of ${id}`,
    feature_slug: '007-demo',
    dependencies: [],
  });

const HISTORY = [
  envelope(1, 'FeatureCreated', '007-demo', {
    ...{ feature_slug: '007-demo', feature_number: '007', target_branch: 'main', wp_count: 5 },
  }),
  ...['WP01', 'WP02', 'WP03', 'WP04', 'WP05'].map((id, index) => planned(2 + index, id)),
  moved(7, 'WP01', 'planned', 'claimed'),
  moved(8, 'WP02', 'claimed', 'in_progress'),
  moved(9, 'WP03', 'in_progress', 'blocked'),
  moved(10, 'WP04', 'in_progress', 'for_review'),
  moved(11, 'WP04', 'for_review', 'done'),
  moved(12, 'WP05', 'planned', 'canceled'),
  envelope(13, 'HistoryAdded', 'WP01', {
    ...{ wp_id: 'WP01', entry_type: 'note', entry_content: 'taken', author: 'user' },
  }),
];

describe('the Python client at our hub', () => {
  let hub: TestHub;
  beforeEach(async () => {
    hub = await startTestHub();
  });
  afterEach(() => hub.close());

  /** As that client sends: gzip of the highest level, three headers of its own, nothing else. */
  const send = (
    token: string,
    events: readonly object[],
  ): Promise<{ status: number; body: Record<string, unknown> }> =>
    new Promise((resolve, reject) => {
      const body = gzipSync(Buffer.from(JSON.stringify({ events })), { level: 9 });
      const request = httpRequest(
        `${hub.url}/api/v1/events/batch/`,
        {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${token}`,
            'Content-Encoding': 'gzip',
            'Content-Type': 'application/json',
          },
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> }),
          );
        },
      );
      request.once('error', reject).end(body);
    });

  it('has every event stored as it sent it, once, and sees it on the board in the four lanes', async () => {
    const token = await hub.tokenOf('acme');
    const statusesOf = async (): Promise<readonly unknown[]> => {
      const { status, body } = await send(token, HISTORY);
      expect(status).toBe(200);
      return (body['results'] as readonly { readonly status: unknown }[]).map((result) => result.status);
    };
    expect(await statusesOf()).toEqual(HISTORY.map(() => 'success'));
    expect(await statusesOf()).toEqual(HISTORY.map(() => 'duplicate'));
    const { events } = await hub.stores.store.forTeam('acme').read({ after: 0, limit: 100 });
    expect(events.map(({ document }) => document)).toEqual(HISTORY.map((event) => JSON.stringify(event)));

    const response = await fetch(`${hub.url}/api/v1/projects/${PROJECT}/board/`, {
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
    });
    const { features } = (await response.json()) as { features: readonly Record<string, any>[] };
    // A note of that client names no feature, and none is guessed for it.
    expect(features.map((each) => each['feature_slug'])).toEqual(['', '007-demo']);
    const lanes = Object.fromEntries(
      (features[1]?.['work_packages'] as readonly Record<string, unknown>[]).map((each) => [
        each['wp_id'],
        each['lane'],
      ]),
    );
    expect(lanes).toEqual({ WP01: 'planned', WP02: 'doing', WP03: 'doing', WP04: 'done', WP05: 'planned' });
  });
});

describe('what an older client left in its queues', () => {
  it('is named by the doctor, taken over from all of them, and then no longer named', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await mkdir(join(sandbox.stateRoot, 'queues'), { recursive: true, mode: 0o700 });
      await chmod(sandbox.stateRoot, 0o700);
      const rows = [5, 40]
        .map((n) => envelopeOf(n))
        .map((event) => ({ eventId: event.event_id, data: JSON.stringify(event) }));
      makePythonQueue(join(sandbox.stateRoot, 'queue.db'), rows.slice(0, 1));
      makePythonQueue(join(sandbox.stateRoot, 'queues', 'queue-ada.db'), rows.slice(1));
      const found = async (): Promise<readonly string[]> =>
        (await ask(sandbox, ['sync', 'doctor'])).document['findings']
          .map(({ message }: { readonly message: string }) => message)
          .filter((message: string) => message.includes('older client'));
      expect(await found()).toEqual([expect.stringMatching(/^2 events of an older client wait/)]);
      const report = await succeed(sandbox, ['events', 'import', '--from-queue-db', sandbox.stateRoot]);
      expect(report).toMatchObject({ rows: 2, adopted: 2 });
      expect(await found()).toEqual([]);
    }));

  it('takes the clock to the highest of its events, not past one for each', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const events = Array.from({ length: 32 }, (_, at) =>
        envelopeOf(100 + at, { lamport_clock: 100 + (at % 7) }),
      );
      const file = join(sandbox.directory, 'events.ndjson');
      await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      await succeed(sandbox, ['events', 'import', file]);
      const clock = JSON.parse(await readFile(join(sandbox.stateRoot, 'clock.json'), 'utf8')) as {
        value: number;
      };
      expect(clock.value).toBe(106);
    }));
});
