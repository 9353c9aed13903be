import { jest } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestHub, type TestHub } from '../support/hub.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { makeProject, signIn, succeed } from '../support/project.js';
import { BIN } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';
import { PackingPlace } from './packed.js';

/** npm asks a registry, and is in no hurry. */
jest.setTimeout(600_000);

/** The last versions that run with the oldest Node that we do. */
const PROGRAMS = ['@modelcontextprotocol/inspector-cli@1.0.3', '@modelcontextprotocol/conformance@0.1.13'];

/** The conformance program speaks HTTP: each of its sessions is handed on to a server of ours, message by message. */
const BRIDGE = `
  import { randomUUID } from 'node:crypto';
  import { createServer } from 'node:http';
  import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
  import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
  const sessions = new Map();
  const open = async () => {
    const ours = new StdioClientTransport({ command: process.execPath, args: process.argv.slice(2), env: process.env });
    const theirs = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, theirs),
    });
    ours.onmessage = (message) => void theirs.send(message).catch(() => undefined);
    theirs.onmessage = (message) => void ours.send(message);
    await ours.start();
    return theirs;
  };
  const http = createServer(async (request, response) => {
    const session = sessions.get(request.headers['mcp-session-id']) ?? (await open());
    await session.handleRequest(request, response);
  });
  http.listen(0, '127.0.0.1', () => console.log(\`http://127.0.0.1:\${http.address().port}/mcp\`));
  process.stdin.on('end', () => process.exit()).resume();
`;

const place = new PackingPlace();
const run = promisify(execFile);
let box: Sandbox;
let hub: TestHub;

beforeAll(() => {
  place.run(place.root, 'npm', ['install', '--no-save', '--ignore-scripts', ...PROGRAMS]);
});

afterAll(() => place.dispose());

beforeEach(async () => {
  box = await createSandbox();
  hub = await startTestHub();
  await makeProject(box, smallFeature({ WP01: {} }, { 'tasks.md': '## WP01\n\n- [ ] T001 Do it\n' }));
});

afterEach(async () => {
  await box.dispose();
  await hub.close();
});

const programOf = (name: string, file: string): string =>
  join(place.root, 'node_modules', '@modelcontextprotocol', name, file);

it("the inspector's command line drives every tool, resource and prompt, and a hub has every event once", async () => {
  await signIn(box, hub.url, { username: 'acme' });
  const inspect = async (...args: readonly string[]): Promise<any> => {
    const server = [BIN, 'mcp', '--project', box.project];
    const line = [
      programOf('inspector-cli', 'build/index.js'),
      process.execPath,
      ...server,
      '--method',
      ...args,
    ];
    // It looks for its own description from where it stands.
    const cwd = programOf('inspector-cli', 'build');
    const { stdout } = await run(process.execPath, line, { env: box.env, cwd });
    return JSON.parse(stdout);
  };
  const { tools } = await inspect('tools/list');
  const unused = new Set<string>(tools.map(({ name }: { readonly name: string }) => name));
  const call = async (name: string, ...args: readonly string[]): Promise<any> => {
    unused.delete(name);
    const given = args.flatMap((each) => ['--tool-arg', each]);
    const answer = await inspect('tools/call', '--tool-name', name, ...given);
    expect(answer).not.toHaveProperty('isError');
    return answer.structuredContent;
  };
  expect(await call('list_features')).toMatchObject({ features: [{ feature: FEATURE }] });
  expect(await call('ready_work', 'limit=1')).toMatchObject({ ready: [{ work_package_id: 'WP01' }] });
  const { worktree } = await call('begin', 'agent=ada');
  await call('show_task', 'work_package=WP01');
  writeFileSync(join(worktree, 'one.txt'), 'one\n');
  await box.git(['add', '-A'], worktree);
  await box.git(['commit', '-qm', 'one'], worktree);
  await call('mark_task', 'tasks=["T001"]', 'status=done', 'agent=ada');
  await call('add_note', 'work_package=WP01', 'note=half-way', 'agent=ada');
  await call('hand_over', 'work_package=WP01', 'agent=ada');
  await call('review', 'work_package=WP01', 'verdict=approve', 'agent=bob');
  expect(await call('board')).toMatchObject({ lanes: { done: 1 } });
  const { resources } = await inspect('resources/list');
  for (const uri of [resources[0].uri, `${resources[0].uri}/WP01`])
    expect(JSON.stringify(await inspect('resources/read', '--uri', uri))).toContain('WP01');
  const { resourceTemplates } = await inspect('resources/templates/list');
  expect(resourceTemplates).toHaveLength(2);
  const { prompts } = await inspect('prompts/list');
  for (const { name } of prompts) await inspect('prompts/get', '--prompt-name', name);

  await succeed(box, ['sync', 'now']);
  const { events } = await succeed(box, ['events', 'list', '--limit', '100']);
  const { projects } = await call('sync_status');
  expect(projects).toMatchObject([{ accounting: { captured: events.length, delivered: events.length } }]);
  const { receipts } = await hub.stores.store.forTeam('acme').receipts({ after: 0, limit: 100 });
  expect(new Set(receipts.map(({ eventId }) => eventId)).size).toBe(events.length);
  expect([...unused]).toEqual([]);
});

describe('the conformance program of the protocol', () => {
  let bridge: ChildProcess;
  let url: string;

  beforeEach(async () => {
    const file = join(place.root, 'bridge.mjs');
    writeFileSync(file, BRIDGE);
    const server = [BIN, 'mcp', '--project', box.project];
    bridge = spawn(process.execPath, [file, ...server], { env: box.env, stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = (await once(bridge.stdout as NonNullable<typeof bridge.stdout>, 'data')) as [Buffer];
    url = said.toString().trim();
  });

  afterEach(async () => {
    bridge.stdin?.end();
    await once(bridge, 'exit');
  });

  /** All that do not ask for tools, resources and prompts of the program's own, or for what no server has to have. */
  it.each(['server-initialize', 'ping', 'tools-list', 'tools-call-error', 'resources-list', 'prompts-list'])(
    'finds %s in order',
    async (scenario) => {
      const program = programOf('conformance', 'dist/index.js');
      const args = [program, 'server', '--url', url, '--scenario', scenario];
      const { stdout } = await run(process.execPath, args, { env: box.env, cwd: box.directory });
      expect(stdout).toMatch(/Passed: (\d+)\/\1, 0 failed/);
    },
  );
});
