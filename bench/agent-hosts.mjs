import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { compare } from './lib/compare.mjs';
import { processContestant, runProcess } from './lib/processes.mjs';
import { BIN, makeScratch } from './lib/scratch.mjs';

/**
 * What an agent host waits for: the start of `spec-kitty mcp` and its first answers beside a Node process that does
 * nothing, what a server that waits keeps in memory, and what may begin in one feature of 412 with 2,537 work packages
 * in all beside the same feature alone.
 */
const [FEATURES, WORK_PACKAGES] = [412, 2_537];

/** A server that is spoken to without a client: what a client costs is not ours. */
const startServer = ({ user: { env }, project }) => {
  const child = spawn(process.execPath, [BIN, 'mcp', '--project', project], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map();
  let rest = '';
  let id = 0;
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    for (const message of lines.map((line) => JSON.parse(line))) waiting.get(message.id)?.(message);
  });
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, ({ error, result }) =>
        error === undefined && result.isError !== true
          ? resolve(result)
          : reject(new Error(JSON.stringify(error ?? result))),
      );
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  return {
    hello: () =>
      ask('initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'bench', version: '1' },
      }),
    call: (name, args = {}) => ask('tools/call', { name, arguments: args }),
    /** Megabytes that are resident now; on Linux. */
    memory: () =>
      Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1000,
    end: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.stdin.end();
      }),
  };
};

const slugOf = (number) => `${String(number).padStart(3, '0')}-feature`;

/** The first features have a work package more than the others, so that there are as many as there have to be. */
const writeFeatures = (project, numbers) => {
  const each = Math.floor(WORK_PACKAGES / FEATURES);
  const fuller = WORK_PACKAGES - each * FEATURES;
  for (const number of numbers) {
    const tasks = join(project, 'kitty-specs', slugOf(number), 'tasks');
    mkdirSync(tasks, { recursive: true });
    writeFileSync(join(tasks, '..', 'tasks.md'), '# Tasks\n');
    for (let at = 1; at <= each + (number <= fuller ? 1 : 0); at++) {
      const id = `WP0${at}`;
      const text = `---\nwork_package_id: ${id}\ntitle: Part ${at}\nlane: planned\ndependencies: []\n---\n# ${id}\n\n## Activity Log\n`;
      writeFileSync(join(tasks, `${id}-part.md`), text);
    }
  }
};

const NAMED = { feature: slugOf(200) };

const scratch = makeScratch();
try {
  const makePlace = (name, numbers) => {
    const user = scratch.makeUser(name, { SPEC_KITTY_SYNC: 'off' });
    const project = user.makeProject();
    writeFeatures(project, numbers);
    return { user, project };
  };
  const large = makePlace(
    'large',
    Array.from({ length: FEATURES }, (_, at) => at + 1),
  );
  const alone = makePlace('alone', [200]);

  /** A figure of a server of its own, from before it is started. */
  const ofServer = (figureOf) => async () => {
    const startedAt = performance.now();
    const server = startServer(large);
    await server.hello();
    try {
      return await figureOf(server, startedAt);
    } finally {
      await server.end();
    }
  };
  const ready = (server) => server.call('ready_work', NAMED);

  const START = 'node -e 0';
  await compare({
    work: 'server of an agent host: start',
    floor: START,
    rounds: 9,
    warmUp: 2,
    contestants: [
      processContestant(START, ['-e', '0'], { env: large.user.env }),
      {
        name: 'to the answer of initialize',
        run: ofServer((_server, startedAt) => performance.now() - startedAt),
      },
      {
        name: 'to the answer of the first ready_work',
        run: ofServer(async (server, startedAt) => {
          await ready(server);
          return performance.now() - startedAt;
        }),
      },
    ],
  });

  const IDLE = 'a Node process that waits';
  await compare({
    work: 'server of an agent host: resident memory',
    unit: 'MB',
    floor: IDLE,
    rounds: 5,
    contestants: [
      { name: IDLE, run: async () => Number(await runProcess(['-p', 'process.memoryUsage().rss / 1e6'])) },
      { name: 'after initialize', run: ofServer((server) => server.memory()) },
      {
        name: 'after all 412 features were read',
        run: ofServer(async (server) => {
          await server.call('list_features', { limit: FEATURES });
          return server.memory();
        }),
      },
    ],
  });

  const servers = [large, alone].map(startServer);
  for (const server of servers) await server.hello();
  const [inLarge, inAlone] = servers;
  const ALONE = 'ready_work of a feature alone';
  await compare({
    work: 'answer of a server that runs',
    floor: ALONE,
    rounds: 21,
    warmUp: 3,
    contestants: [
      {
        name: ALONE,
        run: () => ready(inAlone).then(() => undefined),
      },
      {
        name: 'the same among 412 with 2,537 work packages',
        goal: 1.2,
        run: () => ready(inLarge).then(() => undefined),
      },
      {
        name: 'list_features, all 412 on one page',
        run: () => inLarge.call('list_features', { limit: FEATURES }).then(() => undefined),
      },
    ],
  });
  for (const server of servers) await server.end();
} finally {
  scratch.remove();
}
