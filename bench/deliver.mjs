import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { buildOurs } from './lib/build-ours.mjs';
import { conclude } from './lib/compare.mjs';
import { PASSWORD, postJson, signIn, startHub, startParsingHub } from './lib/hub.mjs';
import { factSource, LIMITS, loadOurs, openOutbox, PROJECT } from './lib/ours.mjs';
import { runProcess } from './lib/processes.mjs';
import { percentile } from './lib/rounds.mjs';
import { BIN, makeScratch } from './lib/scratch.mjs';

/** Delivery: how fast an outbox drains, in how much memory, and how soon an event is at the hub when nobody waits. */
const ROUNDS = 7;
const LATENCIES = 200;
const scratch = makeScratch();
await buildOurs();
const ours = await loadOurs();
const lib = (name) => fileURLToPath(new URL(`./lib/${name}`, import.meta.url));

/** An outbox with so many events that wait for the hub `bench`. */
const fill = async (events) => {
  const stateRoot = join(scratch.path, `waiting-${events}`);
  const outbox = openOutbox(ours, stateRoot);
  const next = factSource(ours);
  for (let done = 0; done < events; done += 500) {
    const facts = Array.from({ length: 500 }, () => ({ ...next(), hub: 'bench' }));
    await outbox.capture(facts, LIMITS);
  }
  return stateRoot;
};

const drains = async (hub, events) => {
  const stateRoot = await fill(events);
  const outbox = join(stateRoot, 'outbox', PROJECT);
  const drain = async (how, level) => {
    // Without a ledger everything is due again.
    for (const name of ['ledger.json', 'settled']) rmSync(join(outbox, name), { force: true });
    const args = [lib('drain-worker.mjs'), how, stateRoot, hub.url, String(level)];
    const { ms, delivered, peakMb } = JSON.parse(await runProcess(args));
    if (delivered !== events) throw new Error(`${how}: ${delivered} of ${events}`);
    return { rate: (1000 * events) / ms, peakMb };
  };
  const FLOOR = 'bare got loop, gzip 1';
  const contestants = [
    { name: FLOOR, how: ['bare', 1] },
    { name: 'bare got loop, gzip 6', how: ['bare', 6] },
    { name: 'flush of the outbox', how: ['ours', 1], goal: 0.4 },
  ];
  const [rates, peaks] = [new Map(), new Map()];
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, how } of contestants) {
      const { rate, peakMb } = await drain(...how);
      if (round < 0) continue;
      rates.set(name, [...(rates.get(name) ?? []), rate]);
      peaks.set(name, [...(peaks.get(name) ?? []), peakMb]);
    }
  }
  const of = events.toLocaleString('en-US');
  conclude({
    work: `drain of ${of} events`,
    unit: 'events/s',
    better: 'higher',
    floor: FLOOR,
    contestants,
    figures: rates,
  });
  const memory = contestants.map(({ name }) => ({ name }));
  conclude({
    work: `peak memory of a drain of ${of}`,
    unit: 'MB',
    floor: FLOOR,
    contestants: memory,
    figures: peaks,
  });
};

/** Milliseconds from the return of a capture until a listener of the team has the event, which is after the commit. */
const latencies = async () => {
  const hub = await startHub(scratch);
  const user = scratch.makeUser('latency');
  const project = user.makeProject();
  user.run(
    project,
    ['auth', 'login', '--server', hub.url, '--username', 'ada', '--password-stdin', '--yes'],
    `${PASSWORD}\n`,
  );
  const uuid = /uuid: "?([0-9a-f-]{36})/.exec(
    readFileSync(join(project, '.kittify', 'config.yaml'), 'utf8'),
  )[1];
  const background = spawn(process.execPath, [BIN, 'sync', 'run'], {
    env: user.env,
    cwd: project,
    stdio: 'ignore',
  });
  const arrivals = new Map();
  const listener = await listen(hub.url, (id) => arrivals.get(id)?.(performance.now()));
  const outbox = openOutbox(ours, user.stateRoot, uuid);
  const next = factSource(ours);
  const hubId =
    /hub_id\s*=\s*"([^"]+)"/.exec(readFileSync(join(user.stateRoot, 'credentials'), 'utf8'))?.[1] ?? hub.url;
  const once = async () => {
    const { event } = next();
    const arrived = new Promise((resolve) => arrivals.set(event.event_id, resolve));
    const fact = { event: { ...event, project_uuid: uuid }, hub: hubId };
    await outbox.capture([fact], LIMITS);
    const captured = performance.now();
    return (await arrived) - captured;
  };
  try {
    for (let warm = 0; warm < 20; warm++) await once();
    const [ours_, echoes] = [[], []];
    const echo = await openEcho();
    for (let count = 0; count < LATENCIES; count++) {
      ours_.push(await once());
      echoes.push(await echo.roundTrip());
    }
    echo.close();
    for (const share of [0.5, 0.99]) {
      const work = `capture to stored at the hub, p${share * 100}`;
      const goal = share === 0.5 ? 25 : 150;
      const figures = new Map([
        ['loopback WebSocket round trip', [percentile(echoes, share)]],
        ['background process, connected', [percentile(ours_, share)]],
      ]);
      const contestants = [...figures.keys()].map((name) => ({ name }));
      const { rows } = conclude({ work, unit: 'ms', floor: contestants[0].name, contestants, figures });
      if (rows[1].median > goal) process.exitCode = 1;
    }
  } finally {
    listener.terminate();
    background.kill('SIGTERM');
    await new Promise((resolve) => background.once('exit', resolve));
    await hub.stop();
  }
};

const listen = async (url, onEvent) => {
  const { ws_token: token } = await postJson(`${url}/api/v1/ws-token/`, {}, await signIn(url));
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/v1/events/`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'event') onEvent(message.event_id);
  });
  return socket;
};

const openEcho = async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
  await new Promise((resolve) => socket.once('open', resolve));
  const text = 'x'.repeat(700);
  const roundTrip = () =>
    new Promise((resolve) => {
      const start = performance.now();
      socket.once('message', () => resolve(performance.now() - start));
      socket.send(text);
    });
  const close = () => {
    socket.terminate();
    server.close();
  };
  return { roundTrip, close };
};

const hub = await startParsingHub();
try {
  for (const events of [10_000, 100_000]) await drains(hub, events);
  await latencies();
} finally {
  hub.stop();
  scratch.remove();
}
