import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { buildOurs } from './lib/build-ours.mjs';
import { compare, conclude } from './lib/compare.mjs';
import { runCrowd } from './lib/crowd.mjs';
import { countFlushes } from './lib/flushes.mjs';
import { LIMITS, loadOurs, PROJECT } from './lib/ours.mjs';
import { makeScratch } from './lib/scratch.mjs';
import { openFloor, openOurs, openSqlite } from './lib/stores.mjs';
import { rssAfterCapture } from './lib/memory.mjs';

/** One durable capture of an event of 700 bytes: in one process, in many, and with 100,000 events waiting. */
const scratch = makeScratch();
const directory = (name) => join(scratch.path, name);
await buildOurs();
const ours = await loadOurs();

/** Events that a crowd appends in all. */
const CROWD_EVENTS = 1600;

/** Mean milliseconds of so many in a row. */
const often = (count, once) => async () => {
  const start = performance.now();
  for (let done = 0; done < count; done++) await once();
  return (performance.now() - start) / count;
};

const withIntent = (store, project) => {
  const intents = new ours.JsonIntentStore(project);
  const held = { checkout: { root: project, projectRoot: project } };
  return async () => {
    const fact = store.nextFact();
    const evidence = { kind: 'log-line', path: 'tasks/WP01.md', line: '- moved' };
    const nextRecord = await store.outbox.nextRecord();
    await intents.write(held, { project: PROJECT, nextRecord, events: [{ ...fact, evidence }], files: [] });
    await store.outbox.capture([fact], LIMITS);
    await intents.clear(held);
  };
};

const stockLowdb = async (events) => {
  const database = new Low(new JSONFile(directory(`lowdb-${events}.json`)), { events: [] });
  const event = openEvent();
  database.data.events = Array.from({ length: events }, () => event);
  await database.write();
  return async () => {
    await database.read();
    database.data.events.push(event);
    await database.write();
    // It is to stay as long as its name says.
    database.data.events.pop();
  };
};

const openEvent = () => openOurs(ours, directory('unused')).nextFact().event;

const fill = async (store, count) => {
  for (let done = 0; done < count; done += 500)
    await store.outbox.capture(
      Array.from({ length: 500 }, () => store.nextFact()),
      LIMITS,
    );
  return store;
};

const inOneProcess = async () => {
  const floor = openFloor(ours, directory('floor'));
  const empty = openOurs(ours, directory('empty'));
  const full = await fill(openOurs(ours, directory('full')), 100_000);
  const intended = openOurs(ours, directory('intended'));
  const sqlite = openSqlite(ours, directory('sqlite'));
  const intent = withIntent(intended, directory('intents'));
  mkdirSync(directory('intents'));
  const [FLOOR, EMPTY, FULL, INTENT] = [
    'append and sync, bare',
    'capture',
    '100,000 waiting',
    'with an intent',
  ];
  const { figures } = await compare({
    work: 'durable capture in process',
    floor: FLOOR,
    rounds: 15,
    contestants: [
      { name: FLOOR, run: often(200, floor.append) },
      { name: EMPTY, goal: 2, run: often(200, empty.append) },
      { name: FULL, run: often(200, full.append) },
      { name: INTENT, run: often(200, intent) },
      { name: 'SQLite, WAL, FULL', run: often(200, sqlite.append) },
      { name: 'stock lowdb, 100 stored', run: often(20, await stockLowdb(100)) },
      { name: 'stock lowdb, 1,000 stored', run: often(10, await stockLowdb(1_000)) },
      { name: 'stock lowdb, 10,000 stored', run: often(2, await stockLowdb(10_000)) },
    ],
  });
  const compareTo = (work, first, second, goal) =>
    conclude({ work, floor: first, contestants: [{ name: first }, { name: second, goal }], figures });
  compareTo('with 100,000 waiting', EMPTY, FULL, 1.1);
  compareTo('beside SQLite', 'SQLite, WAL, FULL', EMPTY, 1);
  const counts = new Map();
  for (const [name, once] of [
    [FLOOR, floor.append],
    [EMPTY, empty.append],
    [FULL, full.append],
    [INTENT, intent],
  ]) {
    counts.set(name, [await countFlushes(once)]);
  }
  conclude({
    work: 'syncs to disk of one capture',
    unit: 'calls',
    floor: FLOOR,
    contestants: [
      { name: FLOOR },
      { name: EMPTY, goal: 1 },
      { name: FULL, goal: 1 },
      { name: INTENT, goal: 2 },
    ],
    figures: counts,
  });
  for (const store of [floor, empty, full, sqlite]) store.close();
};

const inManyProcesses = async (processes) => {
  const names = {
    floor: 'append, lock, sync after unlock',
    ours: 'capture',
    sqlite: 'SQLite, WAL, FULL',
  };
  const figures = new Map(Object.values(names).map((name) => [name, []]));
  const waits = new Map(Object.values(names).map((name) => [name, []]));
  for (let round = -1; round < 7; round++) {
    for (const [store, name] of Object.entries(names)) {
      const place = directory(`crowd-${store}`);
      const { perSecond, worstMs } = await runCrowd(store, place, processes, CROWD_EVENTS);
      await rm(place, { recursive: true, force: true });
      if (round < 0) continue;
      figures.get(name).push(perSecond);
      waits.get(name).push(worstMs);
    }
  }
  const what = processes === 1 ? 'one process' : `${processes} processes`;
  conclude({
    work: `durable captures, ${what}`,
    unit: 'events/s',
    better: 'higher',
    floor: names.floor,
    contestants: [{ name: names.floor }, { name: names.ours, goal: 0.5 }, { name: names.sqlite }],
    figures,
  });
  conclude({
    work: `worst wait, ${what}`,
    floor: names.floor,
    contestants: Object.values(names).map((name) => ({ name })),
    figures: waits,
  });
};

const memory = async () => {
  const [EMPTY, FULL] = ['after a capture, nothing waiting', 'after a capture, 100,000 waiting'];
  const figures = new Map([
    [EMPTY, []],
    [FULL, []],
  ]);
  for (let round = 0; round < 7; round++) {
    figures.get(EMPTY).push(await rssAfterCapture(directory(`memory-${round}`)));
    figures.get(FULL).push(await rssAfterCapture(directory('full')));
  }
  conclude({
    work: 'memory of a process that captures',
    unit: 'MB',
    floor: EMPTY,
    contestants: [{ name: EMPTY }, { name: FULL, goal: 1.1 }],
    figures,
  });
};

try {
  await inOneProcess();
  for (const processes of [1, 2, 8, 32]) await inManyProcesses(processes);
  await memory();
} finally {
  scratch.remove();
}
