import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../scripts/postgres.mjs';
import { buildOurs } from './lib/build-ours.mjs';
import { conclude } from './lib/compare.mjs';
import { addUser, placeOf, postJson, serveHub, startProgram } from './lib/hub.mjs';
import { loadOurs, requirePackage } from './lib/ours.mjs';
import { startProbe } from './lib/probe.mjs';
import { makeScratch } from './lib/scratch.mjs';
import { EVENTS, plain, postBatch, PROJECT, transitions, zipped } from './lib/transitions.mjs';

/**
 * What a hub carries at once, on each database: many connections with projects of their own and with one that they
 * share, late events beside a large store, a crowd of sockets; then two hubs on one database. While each of these goes
 * on, another process asks for `/healthz`. `STORED=1000000` makes it as large as the goals say; less is quicker.
 * `DATABASES=SQLite` leaves the other one out.
 */
const STORED = Number(process.env.STORED ?? 200_000);
const SOCKETS = Number(process.env.SOCKETS ?? 1000);
const DATABASES = (process.env.DATABASES ?? 'SQLite,PostgreSQL').split(',');
/** What a hub allows one user. */
const SOCKETS_PER_USER = 250;
const ROUNDS = Number(process.env.ROUNDS ?? 7);

await buildOurs();
const makeEvents = transitions(await loadOurs());
const { WebSocket } = requirePackage('ws');
const count = (number) => number.toLocaleString('en');
const projectOf = (at) => `0b54a1a2-6c1e-4d3a-9b1f-${String(at).padStart(12, '0')}`;

/** Runs what is to be compared in turn, and concludes. A contestant resolves to its own figure, or its time counts. */
const takeTurns = async ({ rounds = ROUNDS, contestants, ...comparison }) => {
  const figures = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const { name, run } of contestants) figures.get(name).push(await run());
  conclude({ ...comparison, contestants, figures });
};

/** What `/healthz` takes while something goes on, beside what is promised. */
class Health {
  #p99 = new Map([[PROMISED, [HEALTH_MS]]]);

  /** Resolves to the milliseconds that the work took. */
  async during(name, url, work) {
    const probe = await startProbe(url);
    const start = performance.now();
    await work();
    const tookMs = performance.now() - start;
    const { p99 } = await probe.stop();
    this.#p99.set(name, [...(this.#p99.get(name) ?? []), p99]);
    return tookMs;
  }

  conclude(database) {
    const contestants = [...this.#p99.keys()].map((name) => ({
      name,
      ...(name !== PROMISED && { goal: 1 }),
    }));
    const work = `hub on ${database}: /healthz meanwhile, p99`;
    conclude({ work, floor: PROMISED, contestants, figures: this.#p99 });
  }
}

const PROMISED = 'promised';
const HEALTH_MS = 250;

/** Posts so many batches over so many connections, to the hubs and for the tokens given by number. Resolves to events a second. */
const drain = async (connections, how, to, health, name) => {
  const each = Math.max(1, Math.floor(16 / connections));
  const queues = Array.from({ length: connections }, () => []);
  // In turn, so that the clocks of those who share a project interleave.
  for (let round = 0; round < each; round++)
    for (const [at, queue] of queues.entries()) queue.push(zipped(makeEvents(how(at))));
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const work = () =>
    Promise.all(
      queues.map(async (queue, at) => {
        const { url, token } = to(at);
        for (const batch of queue) await postBatch(url, batch, { token, agent });
      }),
    );
  const tookMs = await health.during(name, to(0).url, work);
  agent.destroy();
  return (1000 * each * connections * EVENTS) / tookMs;
};

const own = (at) => ({ project: projectOf(at), workPackages: 12, nodes: 1 });
const shared = () => ({});

const batches = async (database, hub, health) => {
  for (const how of [own, shared]) await drain(8, how, () => hub, new Health(), '');
  for (const connections of [1, 8, 64]) {
    const contestant = (name, how, more = {}) => ({
      ...{ name, ...more },
      run: () => drain(connections, how, () => hub, health, `${connections} connections, ${name}`),
    });
    await takeTurns({
      work: `hub on ${database}: batches of 1,000 by ${connections} connections`,
      ...{ unit: 'events/s', better: 'higher', floor: 'projects of their own' },
      rounds: connections === 64 ? Math.min(3, ROUNDS) : ROUNDS,
      contestants: [
        contestant('projects of their own', own),
        contestant('one shared project', shared, { goal: 0.7 }),
      ],
    });
  }
};

const lateEvents = async (database, hub, health) => {
  const agent = new Agent({ keepAlive: true });
  const to = { ...hub, agent };
  for (let stored = 0; stored < STORED; stored += EVENTS) await postBatch(hub.url, zipped(makeEvents()), to);
  await fetch(`${hub.url}/api/v1/projects/${PROJECT}/board/`, {
    headers: { authorization: `Bearer ${hub.token}` },
  });
  const contestant = (name, late, more = {}) => ({
    ...{ name, ...more },
    run: () => {
      const batch = zipped(makeEvents({ late }));
      return health.during(`a batch ${name}`, hub.url, () => postBatch(hub.url, batch, to));
    },
  });
  await takeTurns({
    work: `hub on ${database}: a batch of 1,000 beside ${count(STORED)} stored`,
    floor: 'in order',
    contestants: [contestant('in order', 0), contestant('150 of them late', 150, { goal: 3 })],
  });
  agent.destroy();
};

/** Sockets in a process of their own. */
const openCrowd = (url) => {
  const child = fork(fileURLToPath(new URL('lib/socket-crowd.mjs', import.meta.url)));
  const hear = () => new Promise((resolve) => child.once('message', resolve));
  const say = (message) => {
    child.send(message);
    return hear();
  };
  const open = (tokens) => say({ open: { port: Number(new URL(url).port), tokens } });
  return { url, open, say, hear, end: () => child.kill() };
};

const sockets = async (database, hub, users, health) => {
  const liveTokens = async () => {
    const asked = Array.from({ length: SOCKETS }, (_, at) => users[Math.floor(at / SOCKETS_PER_USER)]);
    const tokens = [];
    for (const token of asked)
      tokens.push((await postJson(`${hub.url}/api/v1/ws-token/`, undefined, token)).ws_token);
    return tokens;
  };
  const bare = await startProgram('bare-broadcast.mjs', String(await snapshotBytes(hub)));
  const crowds = { bare: openCrowd(bare.url), hub: openCrowd(hub.url) };
  const during = (name, crowd, work) =>
    // Both are asked for their health: who asks takes part of the machine.
    crowd === crowds.hub ? health.during(name, crowd.url, work) : new Health().during(name, crowd.url, work);
  const contestants = (run, goal) => [
    { name: BARE, run: () => run(crowds.bare) },
    { name: 'hub', run: () => run(crowds.hub), ...(goal !== undefined && { goal }) },
  ];

  const comeBack = async (crowd) => {
    const tokens = await liveTokens();
    await crowd.say({ close: true });
    await setTimeout(500);
    return during(`${count(SOCKETS)} sockets come back`, crowd, () => crowd.open(tokens));
  };
  await takeTurns({
    work: `hub on ${database}: ${count(SOCKETS)} sockets come back, until all have their snapshot`,
    floor: BARE,
    rounds: 3,
    contestants: contestants(comeBack),
  });

  const idle = async (pid) => {
    const before = processorSeconds(pid);
    await setTimeout(IDLE_MS);
    return (100_000 * (processorSeconds(pid) - before)) / IDLE_MS;
  };
  const figures = new Map([
    [ONE_CORE, [100]],
    ['hub', []],
  ]);
  await health.during(`${count(SOCKETS)} idle sockets`, hub.url, () => setTimeout(IDLE_MS));
  for (let round = 0; round < 3; round++) figures.get('hub').push(await idle(hub.pid));
  conclude({
    work: `hub on ${database}: ${count(SOCKETS)} idle sockets`,
    unit: '% of a core',
    floor: ONE_CORE,
    contestants: [{ name: ONE_CORE }, { name: 'hub' }],
    figures,
  });

  const agent = new Agent({ keepAlive: true });
  for (const events of [1, EVENTS]) {
    const name = `${count(events)} events to ${count(SOCKETS)} sockets`;
    const broadcast = async (crowd) => {
      const sent = makeEvents({ events });
      await crowd.say({ await: sent.at(-1).event_id });
      const heard = crowd.hear();
      const deliver = async () => {
        await postBatch(crowd.url, plain(sent), { token: hub.token, agent });
        await heard;
      };
      return during(name, crowd, deliver);
    };
    await takeTurns({
      work: `hub on ${database}: ${name}, until all have heard them`,
      floor: BARE,
      contestants: contestants(broadcast, 2),
    });
  }
  agent.destroy();
  for (const crowd of Object.values(crowds)) crowd.end();
  bare.stop();
};

const BARE = 'bare, framed once';
const ONE_CORE = 'a core';
const IDLE_MS = 5000;

/** How large the frame is that a session begins with. */
const snapshotBytes = async ({ url, token }) => {
  const { ws_token } = await postJson(`${url}/api/v1/ws-token/`, undefined, token);
  const headers = { authorization: `Bearer ${ws_token}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/v1/events/`, { headers });
  const first = await new Promise((resolve, reject) => socket.on('message', resolve).on('error', reject));
  socket.terminate();
  return first.length;
};

const processorSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const oneHub = async (database, scratch, databaseUrl) => {
  const place = placeOf(scratch, databaseUrl);
  const token = addUser(place, 'acme', 'ada');
  const users = Array.from({ length: Math.ceil(SOCKETS / SOCKETS_PER_USER) }, (_, at) =>
    addUser(place, 'acme', `user${at}`),
  );
  const hub = { ...(await serveHub(place)), token };
  const health = new Health();
  await health.during('calm', hub.url, () => setTimeout(3000));
  await batches(database, hub, health);
  await lateEvents(database, hub, health);
  await sockets(database, hub, users, health);
  health.conclude(database);
  await hub.stop();
};

/** What two hubs on one database carry, beside what one of them does. */
const twoHubs = async (scratch, databaseUrl) => {
  const place = placeOf(scratch, databaseUrl);
  const tokens = ['acme', 'zenith'].map((team) => addUser(place, team, team));
  const hubs = [await serveHub(place), await serveHub(place)];
  const health = new Health();
  const compared = [
    ['two teams', (at) => tokens[at % 2], 1.7],
    ['one team', () => tokens[0], 1],
  ];
  for (const [teams, tokenOf, goal] of compared) {
    const contestant = (name, hubOf, more = {}) => ({
      ...{ name, ...more },
      run: () =>
        drain(8, own, (at) => ({ url: hubOf(at).url, token: tokenOf(at) }), health, `${teams}, ${name}`),
    });
    await takeTurns({
      work: `hubs on one PostgreSQL: batches of 1,000 of ${teams} by 8 connections`,
      ...{ unit: 'events/s', better: 'higher', floor: 'one hub' },
      contestants: [
        contestant('one hub', () => hubs[0]),
        contestant('two hubs', (at) => hubs[at % 2], { goal }),
      ],
    });
  }
  health.conclude('PostgreSQL, with another one');
  for (const hub of hubs) await hub.stop();
};

const scratch = makeScratch();
const server = DATABASES.includes('PostgreSQL') ? await startPostgres({ syncs: true }) : undefined;
try {
  if (DATABASES.includes('SQLite')) await oneHub('SQLite', scratch);
  if (server !== undefined) {
    await oneHub('PostgreSQL', scratch, await server.createDatabase());
    await twoHubs(scratch, await server.createDatabase());
  }
} finally {
  await server?.stop();
  scratch.remove();
}
