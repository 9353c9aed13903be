import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { startTestHub, type TestHub } from '../support/hub.js';
import { contentOf } from '../support/mcp-world.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { makeProject, signIn, succeed } from '../support/project.js';
import { BIN } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

let box: Sandbox;
let hub: TestHub;
let host: Client;

beforeEach(async () => {
  box = await createSandbox();
  hub = await startTestHub();
  await makeProject(
    box,
    smallFeature(
      { WP01: {}, WP02: { dependencies: '["WP01"]' } },
      { 'tasks.md': '## WP01\n\n- [ ] T001 Do it\n\n## WP02\n\n- [ ] T002 Do it\n' },
    ),
  );
  await signIn(box, hub.url, { username: 'acme' });
  host = new Client({ name: 'test', version: '1' });
  await host.connect(
    new StdioClientTransport({
      ...{ command: process.execPath, args: [BIN, 'mcp', '--project', box.project] },
      ...{ env: { ...box.env }, cwd: box.directory },
    }),
  );
});

afterEach(async () => {
  await host.close();
  await box.dispose();
  await hub.close();
});

it('every tool, resource and prompt is driven by the official client, and the hub has every event once', async () => {
  const { tools } = await host.listTools();
  const unused = new Set(tools.map(({ name }) => name));
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    unused.delete(name);
    const answer = contentOf(await host.callTool({ name, arguments: args }));
    expect(answer.error).toBeUndefined();
    return answer;
  };
  expect(await call('list_features')).toMatchObject({ features: [{ feature: FEATURE }] });
  expect(await call('ready_work')).toMatchObject({ ready: [{ work_package_id: 'WP01' }] });
  const { worktree } = await call('begin', { agent: 'ada' });
  expect(await call('show_task', { work_package: 'WP01' })).toMatchObject({ lane: 'doing' });
  writeFileSync(join(worktree, 'one.txt'), 'one\n');
  await box.git(['add', '-A'], worktree);
  await box.git(['commit', '-qm', 'one'], worktree);
  await call('mark_task', { tasks: ['T001'], status: 'done', agent: 'ada' });
  await call('add_note', { work_package: 'WP01', note: 'half-way', agent: 'ada' });
  await call('hand_over', { work_package: 'WP01', agent: 'ada' });
  await call('review', { work_package: 'WP01', verdict: 'approve', agent: 'bob' });
  expect(await call('board')).toMatchObject({ lanes: { planned: 1, done: 1 } });

  const { resources } = await host.listResources();
  expect(resources.map(({ name }) => name)).toEqual([FEATURE]);
  const { resourceTemplates } = await host.listResourceTemplates();
  for (const uri of resourceTemplates.map(({ uriTemplate }) =>
    uriTemplate.replace('{feature}', FEATURE).replace('{work_package}', 'WP01'),
  ))
    expect(JSON.stringify(await host.readResource({ uri }))).toContain('WP01');
  const { prompts } = await host.listPrompts();
  for (const { name } of prompts)
    expect((await host.getPrompt({ name, arguments: { work_package: 'WP01' } })).messages).toHaveLength(1);

  await succeed(box, ['sync', 'now']);
  const { events } = await succeed(box, ['events', 'list', '--limit', '100']);
  const { projects } = await call('sync_status');
  expect(projects).toMatchObject([{ accounting: { captured: events.length, delivered: events.length } }]);
  const stored = await hub.stores.store.forTeam('acme').receipts({ after: 0, limit: 100 });
  const ids = (events as readonly { readonly event_id: string }[]).map(({ event_id: id }) => id);
  expect(stored.receipts.map(({ eventId }) => eventId).sort()).toEqual([...ids].sort());
  expect(ids.length).toBeGreaterThan(5);
  expect([...unused]).toEqual([]);
}, 120_000);
