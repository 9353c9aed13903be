import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mcpWorld, type McpWorld } from '../support/mcp-world.js';
import { FEATURE, pathOf, smallFeature, workPackageText } from '../support/planning-documents.js';
import { whatWasDone } from '../support/what-was-done.js';
import { scratchGit, type ScratchGit } from '../support/scratch-git.js';

let git: ScratchGit;
const worlds: McpWorld[] = [];

const open = async (...more: [Parameters<typeof mcpWorld>[1]?]): Promise<McpWorld> => {
  const world = await mcpWorld(git, ...more);
  worlds.push(world);
  return world;
};

beforeEach(() => {
  git = scratchGit();
  const seed = smallFeature(
    { WP01: {}, WP02: { dependencies: '["WP01"]' }, WP03: {} },
    { 'tasks.md': '## WP01\n\n- [ ] T001 Do it\n\n## WP02\n\n- [ ] T002 Do it\n' },
  );
  for (const [path, text] of Object.entries(seed)) git.write(path, text);
  git.commitAll('seed');
});

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
  git.remove();
});

const schemasIn = (schema: any): readonly any[] => [
  schema,
  ...Object.values(schema.properties ?? {}).flatMap(schemasIn),
  ...(schema.items === undefined ? [] : schemasIn(schema.items)),
];

describe('the tools', () => {
  it('are ten, with flat inputs, hints, and no schema that hosts drop', async () => {
    const { host } = await open();
    const { tools } = await host.listTools();
    expect(
      tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint, annotations?.idempotentHint]),
    ).toEqual([
      ['list_features', true, true],
      ['ready_work', true, true],
      ['show_task', true, true],
      ['board', true, true],
      ['sync_status', true, true],
      ['begin', false, true],
      ['mark_task', false, true],
      ['add_note', false, false],
      ['hand_over', false, true],
      ['review', false, true],
    ]);
    for (const { annotations, inputSchema, outputSchema } of tools) {
      expect(annotations).toMatchObject({ destructiveHint: false, openWorldHint: false });
      for (const each of Object.values<any>(inputSchema.properties ?? {}))
        expect(['string', 'integer', 'boolean', 'string[]']).toContain(
          each.type === 'array' ? `${each.items.type}[]` : each.type,
        );
      const text = JSON.stringify([inputSchema, outputSchema]);
      expect(text).not.toMatch(/"(?:oneOf|anyOf|allOf|\$ref)"/);
      expect(schemasIn(outputSchema).length).toBeGreaterThan(3);
    }
    // All of them together are read by a model before every task.
    expect(JSON.stringify(tools).length).toBeLessThan(30_000);
  });

  it('answer in the same way what may begin, what it says, and where it stands', async () => {
    const { call } = await open();
    expect(await call('list_features')).toEqual({
      features: [{ feature: FEATURE, lanes: { planned: 3, doing: 0, for_review: 0, done: 0 } }],
      left_out: 0,
    });
    expect(await call('ready_work', { limit: 1 })).toMatchObject({
      ready: [{ work_package_id: 'WP01', chain: 2 }],
      left_out: 1,
    });
    expect(await call('show_task', { work_package: '1' })).toMatchObject({
      work_package_id: 'WP01',
      worktree: null,
      tasks: [{ task_id: 'T001', is_done: false }],
      text_left: 0,
    });
    const page = await call('board', { lane: 'planned', after: 'WP01', limit: 1 });
    expect([page.work_packages.length, page.work_packages[0].work_package_id, page.left_out]).toEqual([
      1,
      'WP02',
      1,
    ]);
    expect(await call('sync_status')).toMatchObject({ projects: [] });
    expect(git.git('status', '--porcelain', '--untracked-files=all')).toBe('');
  });

  it('give a long text in pieces', async () => {
    git.write(pathOf('WP03'), workPackageText('WP03', { body: `# Long\n\n${'x'.repeat(50_000)} end\n` }));
    const { call } = await open();
    let [text, from, left] = ['', 0, 1];
    for (let calls = 0; left > 0 && calls < 9; calls++) {
      const shown = await call('show_task', { work_package: 'WP03', from });
      expect(JSON.stringify(shown).length).toBeLessThan(40_000);
      [text, from, left] = [text + shown.text, from + shown.text.length, shown.text_left];
    }
    expect(text).toContain(`${'x'.repeat(50_000)} end`);
  });

  it('take a work package through its life, may be repeated, and emit each event once', async () => {
    const { call } = await open();
    const begun = await call('begin', { agent: 'ada' });
    expect(begun).toMatchObject({ work_package_id: 'WP01', outcome: 'started', agent: 'ada' });
    expect(await call('begin', { work_package: 'WP01', agent: 'ada' })).toMatchObject({
      outcome: 'already-doing',
      worktree: begun.worktree,
      events: [],
    });
    git.write(`.worktrees/${FEATURE}-WP01/one.txt`, 'one\n');
    expect(await call('mark_task', { tasks: ['T001'], status: 'done', agent: 'ada' })).toMatchObject({
      tasks: [{ outcome: 'marked' }],
    });
    await call('add_note', { work_package: 'WP01', note: 'half way', agent: 'ada' });
    const handed = await call('hand_over', { work_package: 'WP01', agent: 'ada' });
    expect(handed.notes).toEqual([
      `WP01 is in for_review, but one.txt in ${begun.worktree} is not committed and will not be merged. Commit it there.`,
    ]);
    for (const words of [
      ['add', '-A'],
      ['commit', '-qm', 'one'],
    ])
      git.git('-C', begun.worktree, ...words);
    const changes = { work_package: 'WP01', verdict: 'request_changes', feedback: 'Add two.', agent: 'bob' };
    expect(await call('review', changes)).toMatchObject({ outcome: 'moved', to: 'doing' });
    expect(await call('review', changes)).toMatchObject({ outcome: 'already-there', events: [] });
    expect(await call('show_task', { work_package: 'WP01' })).toMatchObject({
      agent: 'ada',
      feedback: expect.stringContaining('> Add two.'),
    });
    await call('hand_over', { work_package: 'WP01', agent: 'ada' });
    const approved = await call('review', { work_package: 'WP01', verdict: 'approve', agent: 'bob' });
    expect(approved).toMatchObject({ to: 'done', unblocked: ['WP02'], merge_commit: expect.any(String) });
    expect(git.git('show', 'main:one.txt')).toBe('one\n');
    expect(await call('review', { work_package: 'WP01', verdict: 'approve' })).toMatchObject({
      outcome: 'already-there',
    });
    expect(await call('begin', { agent: 'bob' })).toMatchObject({ work_package_id: 'WP02', base: 'main' });
    const status = await call('sync_status');
    expect(status.projects).toMatchObject([{ accounting: { captured: 9 } }]);
  });
});

describe('an error', () => {
  it('says what a tool takes when it is called in a way that it does not know', async () => {
    const { call } = await open();
    for (const [tool, args, message] of [
      ['begin', { agent: 'ada', wp: 'WP01' }, 'begin: wp is not described.'],
      ['begin', { agent: null, wp: 1 }, 'begin: agent is required; wp is not described.'],
      ['begin', { agent: ' ' }, 'begin: agent must not be empty.'],
      ['board', { limit: -1 }, 'board: limit must be an integer from 0 up.'],
      ['board', { lane: 'limbo' }, 'board: lane must be one of planned, doing, for_review, done.'],
      ['mark_task', { tasks: 'T001', status: 'done' }, 'mark_task: tasks must be a list.'],
      ['mark_task', { tasks: [7], status: 'done' }, 'mark_task: tasks.0 must be text.'],
      ['mark_task', { tasks: ['WP01'], status: 'done' }, 'WP01 is no task.'],
      ['nonsense', {}, 'There is no tool nonsense.'],
    ] as const)
      expect((await call(tool, args)).error).toMatchObject({ code: 'input-invalid', message });
  });

  it('tells a second agent who has the work, and never to use force', async () => {
    const { call } = await open();
    await call('begin', { work_package: 'WP01', agent: 'ada' });
    expect((await call('begin', { work_package: 'WP01', agent: 'bob' })).error).toMatchObject({
      code: 'transition-illegal',
      message: 'WP01 is in doing already, with ada in charge.',
    });
    const { error } = await call('review', { work_package: 'WP01', verdict: 'approve' });
    expect(error.message).toBe('WP01 is in doing, not in for_review.');
    const handed = await call('hand_over', { work_package: 'WP02' });
    expect(handed.error).toMatchObject({ code: 'transition-illegal' });
    expect(JSON.stringify(handed)).not.toContain('--force');
    expect((await call('review', { work_package: 'WP02', verdict: 'request_changes' })).error.code).toBe(
      'input-invalid',
    );
  });

  it('is also what is broken, and the team is told of it once', async () => {
    const { call } = await open();
    await call('add_note', { work_package: 'WP01', note: 'so that there is an identity' });
    git.write(pathOf('WP03'), '---\nwork_package_id: "WP03"\nlane: "limbo"\n---\n');
    for (const tool of ['begin', 'show_task'])
      expect(
        (await call(tool, { work_package: 'WP03', ...(tool === 'begin' ? { agent: 'ada' } : {}) })).error
          .code,
      ).toBe('work-package-unreadable');
    const { events } = await whatWasDone(git);
    expect(events.slice(1)).toMatchObject([
      { event_type: 'ErrorLogged', aggregate_id: 'WP03', payload: { agent_id: 'ada' } },
    ]);
  });
});

describe('the project of a server', () => {
  const elsewhere = (): string => join(git.root, '..');

  it('is the first folder of the host that is one, where the server was started in none', async () => {
    const roots = [pathToFileURL(elsewhere()).href, pathToFileURL(git.root).href];
    const { call } = await open({ surroundings: { directory: elsewhere() }, roots });
    expect((await call('ready_work')).feature).toBe(FEATURE);
  });

  it('is no other one when one was named, and none is guessed', async () => {
    const roots = [pathToFileURL(git.root).href];
    for (const options of [
      { surroundings: { directory: elsewhere() }, isNamed: true, roots },
      { surroundings: { directory: elsewhere() } },
    ]) {
      const { call, host } = await open(options);
      const { error } = await call('begin', { agent: 'ada' });
      expect(error).toMatchObject({ code: 'not-a-repository', hint: expect.stringContaining('--project') });
      expect((await host.listTools()).tools).toHaveLength(10);
    }
    expect(existsSync(join(git.root, '.worktrees'))).toBe(false);
  });
});

describe('resources and prompts', () => {
  it('are the features and their work packages', async () => {
    const { host } = await open();
    const { resources } = await host.listResources();
    expect(resources).toMatchObject([{ uri: `spec-kitty://features/${FEATURE}`, name: FEATURE }]);
    expect((await host.listResourceTemplates()).resourceTemplates).toHaveLength(2);
    const board = await host.readResource({ uri: resources[0]!.uri });
    expect(JSON.parse((board.contents[0] as { text: string }).text).work_packages).toHaveLength(3);
    const file = await host.readResource({ uri: `${resources[0]!.uri}/WP01` });
    expect(file.contents).toMatchObject([{ mimeType: 'text/markdown', text: workPackageText('WP01') }]);
    for (const uri of [
      `${resources[0]!.uri}/WP99`,
      'spec-kitty://features/none',
      'file:///etc/passwd',
      `${resources[0]!.uri}/..%2f..%2fx`,
    ])
      await expect(host.readResource({ uri })).rejects.toThrow(/not found|no work package|no feature/i);
  });

  it('start an agent on a work package, or on its review', async () => {
    const { host } = await open();
    const { prompts } = await host.listPrompts();
    for (const { name } of prompts) {
      const { messages } = await host.getPrompt({ name, arguments: { work_package: 'WP02', agent: 'ada' } });
      expect(messages).toMatchObject([
        { role: 'user', content: { text: expect.stringMatching(/WP02[^]*ada/) } },
      ]);
    }
    await expect(host.getPrompt({ name: 'nonsense' })).rejects.toThrow('There is no prompt nonsense.');
  });
});
