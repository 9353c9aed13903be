import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { signInAtHub } from './demo/hub-client.mjs';
import { spawnProgram, startHub } from './demo/program.mjs';
import { makeRepository, makeScratch } from './demo/scratch.mjs';
import { showChecks, showHeading } from './demo/show.mjs';
import { startPostgres } from './postgres.mjs';

/**
 * A team on two hubs: PostgreSQL, two hubs on one database, and three machines that send to different ones. Whoever
 * listens at one hub sees live what was sent to the other, in one order.
 *
 *     npm run demo:team       leaves nothing running and nothing behind
 */
const CORPUS = fileURLToPath(new URL('../test/fixtures/corpus', import.meta.url));
const FEATURE = '028-cli-event-emission-sync';
const PASSWORD = 'lighthouse-demo';
const NAMES = ['one', 'two'];
const PATIENCE_MS = 60_000;
const STEP_MS = 50;

const main = async () => {
  const scratch = await makeScratch();
  const open = [() => scratch.remove()];
  try {
    showHeading('PostgreSQL, and two hubs on one database');
    const server = await startPostgres();
    open.push(() => server.stop());
    const file = join(scratch.root, 'database-url');
    await writeFile(file, await server.createDatabase(), { mode: 0o600 });
    const place = ['--database-url-file', file];
    const admin = { env: scratch.env };
    await run(admin, ['hub', 'team', 'add', 'acme', ...place]);
    await run(admin, ['hub', 'user', 'add', 'ada', '--team', 'acme', '--password-stdin', ...place], PASSWORD);
    const hubs = [];
    for (const name of NAMES) {
      const hub = await startHub(join(scratch.root, name), scratch.env, place);
      open.push(() => hub.stop());
      hubs.push(hub);
      say(`hub ${name} is at ${hub.url}`);
    }

    showHeading('Somebody listens at hub two');
    const heard = await listen(hubs[1].url);
    open.push(() => heard.socket.terminate());

    showHeading('Three machines: two send to hub one, the third to hub two');
    const sent = [];
    for (const [at, name] of ['laptop', 'desktop', 'server'].entries()) {
      const hub = at < 2 ? 0 : 1;
      sent.push(await workOn(scratch, name, hubs[hub].url));
      say(`${name} sent ${sent[at]} events to hub ${NAMES[hub]}`);
    }
    const [all, toOne] = [sent[0] + sent[1] + sent[2], sent[0] + sent[1]];
    for (let waitedMs = 0; heard.sequences.length < all && waitedMs < PATIENCE_MS; waitedMs += STEP_MS)
      await delay(STEP_MS);
    const { sequences } = heard;
    return showChecks([
      {
        name: 'what was sent to hub one arrived live at hub two, like its own',
        holds: toOne > 0 && sequences.length === all,
        seen: `${sequences.length} of ${all}, ${toOne} by hub one`,
      },
      {
        name: 'in the order of the log, each once',
        holds: sequences.every((each, at) => at === 0 || each > sequences[at - 1]),
        seen: `${sequences[0]} to ${sequences.at(-1)}`,
      },
    ]);
  } finally {
    for (const close of open.reverse()) await close();
  }
};

/** A machine with a home of its own: plans, implements, signs in and sends. Resolves to how many events it sent. */
const workOn = async (scratch, name, url) => {
  const home = join(scratch.root, name);
  await mkdir(home);
  const env = { ...scratch.env, HOME: home, USERPROFILE: home, SPEC_KITTY_HOME: join(home, '.spec-kitty') };
  const machine = { repository: join(home, 'lighthouse'), env: { ...env, SPEC_KITTY_SYNC: 'off' } };
  const { workPackages } = await makeRepository(machine, FEATURE, CORPUS);
  const login = ['auth', 'login', '--server', url, '--username', 'ada', '--password-stdin', '--yes'];
  await run(machine, ['init']);
  await run(machine, ['agent', 'feature', 'finalize-tasks', '--feature', FEATURE]);
  await run(machine, login, PASSWORD);
  await run(machine, ['implement', workPackages[0], '--feature', FEATURE, '--agent', 'claude']);
  await run(machine, ['sync', 'now']);
  const { events } = await run(machine, ['events', 'list', '--limit', '1000']);
  return events.length;
};

const run = async ({ env, repository = env.HOME }, args, secret) => {
  const input = secret === undefined ? '' : `${secret}\n`;
  const { code, stdout, stderr } = await spawnProgram([...args, '--json'], { cwd: repository, env, input });
  if (code !== 0) throw new Error(`spec-kitty ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return JSON.parse(stdout);
};

/** Hears what the hub tells live, from now on. */
const listen = async (url) => {
  const { liveToken } = await signInAtHub(url, 'ada', PASSWORD);
  const headers = { authorization: `Bearer ${await liveToken()}` };
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws/v1/events/`, { headers });
  const sequences = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    if (frame.type === 'event') sequences.push(frame.hub_sequence);
  });
  await once(socket, 'message');
  return { socket, sequences };
};

const say = (text) => process.stdout.write(`  ${text}\n`);

process.exitCode = (await main()) ? 0 : 1;
