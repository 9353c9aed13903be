import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../support/command-line.js';
import { mcpWorld } from '../support/mcp-world.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import type { ScratchGit } from '../support/scratch-git.js';
import { whatWasDone, type WhatWasDone } from '../support/what-was-done.js';

const SEED = {
  ...smallFeature(
    { WP01: {}, WP02: { dependencies: '["WP01"]' } },
    { 'tasks.md': '## WP01\n\n- [ ] T001 Do it\n\n## WP02\n\n- [ ] T002 Do it\n' },
  ),
  '.kittify/config.yaml':
    'project:\n  uuid: 550e8400-e29b-41d4-a716-446655440000\n  slug: same\n  node_id: aaaaaaaaaaaa\n',
};

const commitOne = (git: ScratchGit): void => {
  git.write(`.worktrees/${FEATURE}-WP01/one.txt`, 'one\n');
  for (const words of [
    ['add', '-A'],
    ['commit', '-qm', 'one'],
  ])
    git.git('-C', `.worktrees/${FEATURE}-WP01`, ...words);
};

/** The same life of a work package, by whatever driver. */
const byCommands = async (): Promise<WhatWasDone> => {
  const cli = new CommandLine(SEED);
  try {
    const feedback = join(cli.git.root, '..', 'feedback.md');
    writeFileSync(feedback, 'Add two.\n');
    for (const line of [
      'agent tasks next --agent ada',
      'mark-status T001 --status done --agent ada',
      'add-history WP01 --note half-way --author ada',
    ])
      expect(await cli.run(line)).toMatchObject({ outcome: 'done' });
    commitOne(cli.git);
    for (const line of [
      'move-task WP01 --to for_review --agent ada --note ready',
      `move-task WP01 --to doing --feedback ${feedback}`,
      'move-task WP01 --to for_review --agent ada',
      'merge WP01',
      'move-task WP01 --to done --note Approved',
      'implement WP02 --agent ada',
    ])
      expect(await cli.run(line)).toMatchObject({ outcome: 'done' });
    return await whatWasDone(cli.git);
  } finally {
    cli.remove();
  }
};

const byTools = async (): Promise<WhatWasDone> => {
  const { git } = new CommandLine(SEED);
  const { host, call: ask, close } = await mcpWorld(git);
  const { tools } = await host.listTools();
  const unused = new Set(
    tools.filter(({ annotations }) => annotations?.readOnlyHint !== true).map(({ name }) => name),
  );
  const call: typeof ask = (tool, args) => {
    unused.delete(tool);
    return ask(tool, args);
  };
  try {
    const one = { work_package: 'WP01' };
    await call('begin', { agent: 'ada' });
    await call('mark_task', { tasks: ['T001'], status: 'done', agent: 'ada' });
    await call('add_note', { ...one, note: 'half-way', agent: 'ada' });
    commitOne(git);
    await call('hand_over', { ...one, agent: 'ada', note: 'ready' });
    await call('review', { ...one, verdict: 'request_changes', feedback: 'Add two.\n' });
    await call('hand_over', { ...one, agent: 'ada' });
    await call('review', { ...one, verdict: 'approve' });
    await call('begin', { work_package: 'WP02', agent: 'ada' });
    // What changes something is compared with its command, every one of them.
    expect([...unused]).toEqual([]);
    return await whatWasDone(git);
  } finally {
    await close();
    git.remove();
  }
};

describe('a tool', () => {
  it('leaves the events, commits and branches that the command of the same work leaves', async () => {
    const [commands, tools] = [await byCommands(), await byTools()];
    expect(commands.events.length).toBeGreaterThan(7);
    expect(commands.commits.length).toBeGreaterThan(7);
    expect(tools).toEqual(commands);
  });
});
