import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { judge } from './demo/checks.mjs';
import { signInAtHub } from './demo/hub-client.mjs';
import { openNetwork } from './demo/network.mjs';
import { endBackground, spawnProgram, startHub } from './demo/program.mjs';
import { makeRepository, makeScratch } from './demo/scratch.mjs';
import {
  showChecks,
  showHeading,
  showStep,
  showTimeline,
  showAccounting,
  showWayToLook,
} from './demo/show.mjs';

/**
 * The main job from end to end, on real input: a real feature goes through its life by short commands, in a scratch
 * repository, while a hub on this machine collects what happens; in the middle the network goes away and comes back.
 *
 *     npm run demo              leaves nothing running and nothing behind
 *     npm run demo -- --keep    leaves the hub and the repository up and says how to look at them
 */
const CORPUS = fileURLToPath(new URL('../test/fixtures/corpus', import.meta.url));
const FEATURE = '028-cli-event-emission-sync';
const AGENTS = ['claude', 'codex', 'gemini'];
const PASSWORD = 'lighthouse-demo';

const main = async () => {
  const keep = process.argv.includes('--keep');
  const scratch = await makeScratch();
  const open = [() => (keep ? undefined : scratch.remove())];
  try {
    const hub = await startHub(scratch.hubData, scratch.env);
    open.push(() => (keep ? hub.child.unref() : hub.stop()));
    const network = await openNetwork(hub.url);
    open.push(() => network.close());
    if (!keep) open.push(() => endBackground(scratch.env.SPEC_KITTY_HOME));
    const passed = await play(scratch, hub, network);
    if (keep) showWayToLook(scratch, hub, PASSWORD);
    return passed;
  } finally {
    for (const close of open.reverse()) await close();
  }
};

const play = async (scratch, hub, network) => {
  const { run, runQuietly, outcomes } = commandsIn(scratch);
  const { workPackages, git } = await makeRepository(scratch, FEATURE, CORPUS);

  showHeading('A hub with a team and a user');
  await run('hub', 'team', 'add', 'acme', '--data', scratch.hubData);
  await run({ input: `${PASSWORD}\n` }, ...userAdd(scratch.hubData));

  showHeading(`A project with a planned feature of ${workPackages.length} work packages`);
  await run('init');
  await run('agent', 'feature', 'finalize-tasks', '--feature', FEATURE);
  await run({ input: `${PASSWORD}\n` }, ...login(network.url));
  await run('sync', 'now');

  showHeading('Agents at work');
  const [first, second, ...others] = workPackages;
  await complete([first], { run, git, scratch });
  await run('sync', 'now');

  showHeading('The network is gone');
  network.pull();
  const before = outcomes.length;
  await complete([second], { run, git, scratch });
  await run({ expect: 3 }, 'sync', 'now');
  const offline = outcomes.slice(before);

  showHeading('The network is back');
  const backAt = Date.now();
  network.giveBack();
  await run('sync', 'now');
  await complete(others, { run, git, scratch });
  await run('sync', 'now');

  const { events: captured } = await runQuietly('events', 'list', '--limit', '1000');
  const status = await runQuietly('sync', 'status');
  const stored = await (await signInAtHub(hub.url, 'ada', PASSWORD)).events();
  showTimeline(stored, FEATURE);
  showAccounting(status);
  return showChecks(judge({ captured, stored, offlineIds: offline.flatMap(eventIds), backAt, status }));
};

/** Each work package goes from planned to done: implemented in its work tree, reviewed, merged, accepted. */
const complete = async (workPackages, { run, git, scratch }) => {
  for (const [index, wp] of workPackages.entries()) {
    const agent = AGENTS[index % AGENTS.length];
    const worktree = join(scratch.repository, '.worktrees', `${FEATURE}-${wp}`);
    await run('implement', wp, '--feature', FEATURE, '--agent', agent);
    await git('-C', worktree, 'commit', '-q', '--allow-empty', '-m', `Implement ${wp}`);
    await run({ cwd: worktree }, 'agent', 'tasks', 'move-task', wp, '--to', 'for_review', '--agent', agent);
    await git('merge', '-q', '--no-edit', `${FEATURE}-${wp}`);
    await run('accept', wp, '--feature', FEATURE);
  }
};

/** Exit code of a delivery that left something. */
const PARTLY = 3;

const commandsIn = ({ env, repository }) => {
  const outcomes = [];
  const execute = async (args, { input, cwd = repository, expect = 0 }) => {
    const attempt = () => spawnProgram([...args, '--json'], { cwd, env, input });
    let { code, stdout, stderr } = await attempt();
    // The background process delivers at the same time; while it is at it, the foreground has nothing to do.
    while (expect === 0 && code === PARTLY && JSON.parse(stdout).ended?.end === 'busy')
      ({ code, stdout, stderr } = await attempt());
    if (code !== expect)
      throw new Error(`spec-kitty ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
    return { document: JSON.parse(stdout), stderr };
  };
  return {
    outcomes,
    runQuietly: async (...args) => (await execute(args, {})).document,
    run: async (...given) => {
      const [options, args] = typeof given[0] === 'string' ? [{}, given] : [given[0], given.slice(1)];
      const { document, stderr } = await execute(args, options);
      outcomes.push(document);
      showStep(args, document, stderr);
    },
  };
};

const userAdd = (data) => ['hub', 'user', 'add', 'ada', '--team', 'acme', '--password-stdin', '--data', data];

const login = (url) => ['auth', 'login', '--server', url, '--username', 'ada', '--password-stdin', '--yes'];

const eventIds = ({ events = [] }) => events.map(({ event_id: id }) => id);

process.exitCode = (await main()) ? 0 : 1;
