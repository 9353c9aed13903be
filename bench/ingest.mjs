import { Agent } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { got } from 'got';
import { buildOurs } from './lib/build-ours.mjs';
import { compare } from './lib/compare.mjs';
import { signIn, startHub, startParsingHub } from './lib/hub.mjs';
import { EVENT_LINE, factSource, loadOurs, requirePackage } from './lib/ours.mjs';
import { makeScratch } from './lib/scratch.mjs';

/**
 * What a hub takes in by batches of 1000. The floor does the same two things one after the other and nothing else: a
 * server parses the request and answers it, and the bare driver inserts the rows into the hub's own tables.
 */
const EVENTS = 1000;
const { DatabaseSync } = requirePackage('@photostructure/sqlite');
const scratch = makeScratch();
await buildOurs();
const next = factSource(await loadOurs());
const template = JSON.parse(EVENT_LINE);

let clock = 0;
const makeBatch = () => {
  const events = Array.from({ length: EVENTS }, () => {
    const { event_id } = next().event;
    return { ...template, event_id, lamport_clock: (clock += 1) };
  });
  const texts = events.map((event) => JSON.stringify(event));
  return { events, texts, body: gzipSync(`{"events":[${texts.join(',')}]}`, { level: 1 }) };
};

const agent = { http: new Agent({ keepAlive: true }) };
const post = async (url, body, token) => {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  };
  const { results } = await got.post(`${url}/api/v1/events/batch/`, { agent, body, headers }).json();
  const stored = results.filter(({ status }) => status === 'success').length;
  if (stored !== EVENTS) throw new Error(`${stored} of ${EVENTS} were stored`);
};

/** The hub's table of events, with its indexes, in a database of its own. */
const openBare = (hubDatabase) => {
  const model = new DatabaseSync(hubDatabase, { readOnly: true });
  const statements = model
    .prepare("select sql from sqlite_master where tbl_name = 'events' and sql is not null")
    .all();
  model.close();
  const bare = new DatabaseSync(join(scratch.path, 'bare.sqlite'));
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -65536'])
    bare.exec(`pragma ${pragma}`);
  for (const { sql } of statements) bare.exec(sql);
  const columns = bare.prepare('select * from events').columns();
  const insert = bare.prepare(`insert into events values (${columns.map(() => '?')})`);
  let sequence = 0;
  const insertAll = ({ events, texts }) => {
    bare.exec('begin immediate');
    events.forEach((event, at) => {
      const row = {
        team: 'acme',
        sequence: (sequence += 1),
        event_id: event.event_id,
        event_type: event.event_type,
        project_uuid: event.project_uuid,
        feature_slug: event.payload.feature_slug,
        aggregate_id: event.aggregate_id,
        cell: 1,
        lamport: event.lamport_clock,
        node_id: event.node_id,
        occurred_at: event.timestamp,
        received_at_ms: 1,
        known: 1,
        document: texts[at],
      };
      insert.run(...columns.map(({ name }) => row[name]));
    });
    bare.exec('commit');
  };
  return { insertAll, close: () => bare.close() };
};

const rateOf = async (work) => {
  const start = performance.now();
  await work();
  return (1000 * EVENTS) / (performance.now() - start);
};

const [parsing, hub] = [await startParsingHub(), await startHub(scratch)];
const bare = openBare(hub.database);
try {
  const token = await signIn(hub.url);
  let batch;
  const FLOOR = 'parse, then insert, bare';
  await compare({
    work: 'hub: events by batches of 1,000',
    unit: 'events/s',
    better: 'higher',
    floor: FLOOR,
    rounds: 40,
    warmUp: 10,
    contestants: [
      {
        name: FLOOR,
        before: () => (batch = makeBatch()),
        run: () =>
          rateOf(async () => {
            await post(parsing.url, batch.body, token);
            bare.insertAll(batch);
          }),
      },
      { name: 'parse alone', run: () => rateOf(() => post(parsing.url, batch.body, token)) },
      { name: 'hub, SQLite', run: () => rateOf(() => post(hub.url, batch.body, token)), goal: 0.5 },
    ],
  });
} finally {
  bare.close();
  agent.http.destroy();
  parsing.stop();
  await hub.stop();
  scratch.remove();
}
