import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildOurs } from './lib/build-ours.mjs';
import { conclude } from './lib/compare.mjs';
import { postJson, signIn, startHub, startProgram } from './lib/hub.mjs';
import { EVENT_LINE, factSource, loadOurs } from './lib/ours.mjs';
import { startProbe } from './lib/probe.mjs';
import { makeScratch } from './lib/scratch.mjs';

/**
 * What a hub carries at once: many connections with projects of their own and with one that they share, late events
 * beside a large store, a crowd of sockets. While each of these goes on, another process asks for `/healthz`.
 * `STORED=1000000` and `SOCKETS=1000` make it as large as the goals say; less is quicker.
 */
const EVENTS = 1000;
const STORED = Number(process.env.STORED ?? 200_000);
const SOCKETS = Number(process.env.SOCKETS ?? 1000);
const SOCKETS_PER_USER = 250;
const ROUNDS = 3;

const scratch = makeScratch();
await buildOurs();
const next = factSource(await loadOurs());
const template = JSON.parse(EVENT_LINE);
const LANES = ['planned', 'doing', 'for_review', 'done'];

let clock = 0;
/** A transition of one of the work packages of a project; a clock of its own makes it late. */
const makeEvent = (at, { project = template.project_uuid, workPackages = 150, nodes = 8, late = false }) => {
  const wp_id = `WP${String((at % workPackages) + 1).padStart(2, '0')}`;
  const step = Math.floor(at / workPackages) % 3;
  clock += 1;
  return {
    ...template,
    event_id: next().event.event_id,
    event_type: 'WPStatusChanged',
    aggregate_id: wp_id,
    node_id: late ? 'cccccccccccc' : `aaaaaaaaaa${String(at % nodes).padStart(2, '0')}`,
    lamport_clock: late ? 1 + (at % 1000) : clock,
    project_uuid: project,
    payload: {
      ...{ wp_id, previous_status: LANES[step], new_status: LANES[step + 1], changed_by: 'agent-claude' },
      ...{ feature_slug: '032-identity-aware-cli-event-sync', note: 'What was done, and why. '.repeat(8) },
    },
  };
};

let made = 0;
const makeEvents = (how) => Array.from({ length: EVENTS }, () => makeEvent((made += 1), how));
const zipped = (events) => gzipSync(JSON.stringify({ events }), { level: 1 });

const post = (url, body, token, agent, isZipped = true) =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    };
    const sent = request(`${url}/api/v1/events/batch/`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode} ${text}`)),
      );
    });
    sent.on('error', reject).end(body);
  });

const processorSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const health = [];
/** Runs a piece of work while another process asks for the hub's health, and says how many milliseconds it took. */
const watched = async (name, url, work) => {
  const probe = await startProbe(url);
  const start = performance.now();
  await work();
  const tookMs = performance.now() - start;
  health.push({ name, ...(await probe.stop()) });
  return tookMs;
};

const users = Array.from({ length: Math.ceil(SOCKETS / SOCKETS_PER_USER) }, (_, at) => `user${at}`);
const hub = await startHub(scratch, users);
const token = await signIn(hub.url);
const projectOf = (at) => `0b54a1a2-6c1e-4d3a-9b1f-${String(at).padStart(12, '0')}`;

/** Events a second. */
const ingest = async (kind, connections) => {
  const each = Math.max(1, Math.floor(16 / connections));
  const own = (at) => ({ project: projectOf(at), workPackages: 12, nodes: 1 });
  const queues = Array.from({ length: connections }, () => []);
  for (let round = 0; round < each; round++)
    for (const [at, queue] of queues.entries()) queue.push(zipped(makeEvents(kind === 'own' ? own(at) : {})));
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const tookMs = await watched(`${connections} connections, ${kind}`, hub.url, () =>
    Promise.all(
      queues.map(async (queue) => {
        for (const body of queue) await post(hub.url, body, token, agent);
      }),
    ),
  );
  agent.destroy();
  return (1000 * each * connections * EVENTS) / tookMs;
};

for (const kind of ['own', 'shared']) await ingest(kind, 8);
for (const connections of [1, 8, 64]) {
  const figures = new Map([
    ['projects of their own', []],
    ['one shared project', []],
  ]);
  for (let round = 0; round < ROUNDS; round++) {
    figures.get('projects of their own').push(await ingest('own', connections));
    figures.get('one shared project').push(await ingest('shared', connections));
  }
  conclude({
    work: `hub: batches of 1,000 by ${connections} connections`,
    unit: 'events/s',
    better: 'higher',
    floor: 'projects of their own',
    contestants: [{ name: 'projects of their own' }, { name: 'one shared project', goal: 0.7 }],
    figures,
  });
}

const agent = new Agent({ keepAlive: true });
for (let stored = 0; stored < STORED; stored += EVENTS)
  await post(hub.url, zipped(makeEvents({})), token, agent);
await fetch(`${hub.url}/api/v1/projects/${template.project_uuid}/board/`, {
  headers: { authorization: `Bearer ${token}` },
});
const late = new Map([
  ['in order', []],
  ['150 of them late', []],
]);
for (let round = 0; round < 9; round++) {
  for (const [name, count] of [
    ['in order', 0],
    ['150 of them late', 150],
  ]) {
    const events = makeEvents({}).map((event, at) => (at < count ? makeEvent(at, { late: true }) : event));
    const body = zipped(events);
    late.get(name).push(await watched(`a batch ${name}`, hub.url, () => post(hub.url, body, token, agent)));
  }
}
conclude({
  work: `hub: a batch of 1,000 beside ${STORED.toLocaleString('en')} stored`,
  floor: 'in order',
  contestants: [{ name: 'in order' }, { name: '150 of them late', goal: 3 }],
  figures: late,
});

const bare = await startProgram('bare-broadcast.mjs');
const openCrowd = async (url, tokens) => {
  const child = fork(fileURLToPath(new URL('lib/socket-crowd.mjs', import.meta.url)));
  const hear = () => new Promise((resolve) => child.once('message', resolve));
  const say = (message) => {
    child.send(message);
    return hear();
  };
  const { port } = new URL(url);
  return { say, hear, open: () => say({ open: { port: Number(port), tokens } }), end: () => child.kill() };
};
const tokens = [];
for (const name of users) {
  const access = await signIn(hub.url, name);
  for (let count = 0; count < SOCKETS_PER_USER && tokens.length < SOCKETS; count++)
    tokens.push((await postJson(`${hub.url}/api/v1/ws-token/`, undefined, access)).ws_token);
}
const crowds = { bare: await openCrowd(bare.url, tokens), hub: await openCrowd(hub.url, tokens) };
const COMING_BACK = `${SOCKETS} sockets come back`;
await crowds.bare.open();
const opened = [await watched(COMING_BACK, hub.url, () => crowds.hub.open())];

const idleFrom = processorSeconds(hub.pid);
await watched(
  `${SOCKETS} idle sockets`,
  hub.url,
  () => new Promise((resolve) => setTimeout(resolve, 10_000)),
);
const idlePercent = (processorSeconds(hub.pid) - idleFrom) * 10;

for (const events of [1, EVENTS]) {
  const figures = new Map([
    ['bare, framed once', []],
    ['hub', []],
  ]);
  for (let round = 0; round < 5; round++) {
    for (const [name, crowd, url] of [
      ['bare, framed once', crowds.bare, bare.url],
      ['hub', crowds.hub, hub.url],
    ]) {
      const sent = makeEvents({}).slice(0, events);
      const body = Buffer.from(JSON.stringify({ events: sent }));
      await crowd.say({ await: sent.at(-1).event_id });
      const heard = crowd.hear();
      const deliver = async () => {
        await post(url, body, token, agent, false);
        await heard;
      };
      // Both are asked for their health: who asks takes part of the machine.
      figures.get(name).push(await watched(`${events} events to ${SOCKETS} sockets, ${name}`, url, deliver));
    }
  }
  conclude({
    work: `hub: ${events.toLocaleString('en')} events to ${SOCKETS} sockets, until all have heard them`,
    floor: 'bare, framed once',
    contestants: [{ name: 'bare, framed once' }, { name: 'hub', goal: 2 }],
    figures,
  });
}

const worst = new Map();
for (const each of health) if ((worst.get(each.name)?.p99 ?? 0) < each.p99) worst.set(each.name, each);
const text = (ms) => ms.toFixed(1);
process.stdout.write(
  `\n${COMING_BACK}: ${text(opened[0])} ms; idle they take ${text(idlePercent)} % of a core\n`,
);
process.stdout.write('/healthz meanwhile, the worst run: ms\n');
for (const { name, p50, p99, max } of worst.values())
  process.stdout.write(`  ${name}: p50 ${text(p50)}, p99 ${text(p99)}, longest ${text(max)}\n`);

for (const crowd of Object.values(crowds)) crowd.end();
bare.stop();
agent.destroy();
await hub.stop();
scratch.remove();
