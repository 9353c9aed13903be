import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from './command-line.js';
import { FEATURE, smallFeature } from './planning-documents.js';
import type { ScratchGit } from './scratch-git.js';
import { whatWasDone, type WhatWasDone } from './what-was-done.js';

/** One step in the life of a feature, and how it is done by each driver that has a way to do it. */
interface Step {
  /** What is typed behind `spec-kitty`. */
  readonly commands: readonly string[];
  /** The tool of the server for agent hosts, and what it is given. */
  readonly tool?: readonly [name: string, args: Readonly<Record<string, unknown>>];
  /** The command of the editor, and what it is given. */
  readonly action?: readonly [command: string, ...args: readonly unknown[]];
  /** Whether code of WP01 is committed before it. */
  readonly followsCode?: true;
}

/** Drivers that are compared with the command line. */
export type Driver = 'tool' | 'action';

/** A project with an identity, so that no two of them differ by it. */
export const SAME_PROJECT = {
  ...smallFeature(
    { WP01: {}, WP02: { dependencies: '["WP01"]' } },
    { 'tasks.md': '## WP01\n\n- [ ] T001 Do it\n\n## WP02\n\n- [ ] T002 Do it\n' },
  ),
  '.kittify/config.yaml':
    'project:\n  uuid: 550e8400-e29b-41d4-a716-446655440000\n  slug: same\n  node_id: aaaaaaaaaaaa\n',
};

const FEEDBACK = 'Add two.\n';
const ONE = { feature: FEATURE, workPackageId: 'WP01' };
const one = { work_package: 'WP01' };
const agent = 'user';

/** In an order in which each driver's own steps are legal. */
const LIFE: readonly Step[] = [
  { commands: [`agent tasks next --agent ${agent}`], tool: ['begin', { agent }] },
  { commands: ['implement WP01'], action: ['specKitty.implement', ONE] },
  {
    commands: ['agent tasks mark-status T001 --status done'],
    tool: ['mark_task', { tasks: ['T001'], status: 'done', agent }],
    action: ['specKitty.markTask', { feature: FEATURE, taskId: 'T001', isDone: false }],
  },
  {
    commands: ['agent tasks add-history WP01 --note half-way'],
    tool: ['add_note', { ...one, note: 'half-way', agent }],
    action: ['specKitty.addNote', ONE, 'half-way'],
  },
  {
    commands: ['agent tasks move-task WP01 --to for_review --note ready'],
    tool: ['hand_over', { ...one, agent, note: 'ready' }],
    followsCode: true,
  },
  {
    commands: ['agent tasks move-task WP01 --to for_review'],
    action: ['specKitty.move', ONE, 'for_review'],
  },
  { commands: ['accept WP01'], action: ['specKitty.accept', ONE] },
  {
    commands: ['agent tasks move-task WP01 --to doing --feedback FEEDBACK'],
    tool: ['review', { ...one, verdict: 'request_changes', feedback: FEEDBACK }],
  },
  {
    commands: ['agent tasks move-task WP01 --to for_review'],
    tool: ['hand_over', { ...one, agent }],
  },
  {
    commands: ['merge WP01', 'agent tasks move-task WP01 --to done --note Approved'],
    tool: ['review', { ...one, verdict: 'approve' }],
  },
  { commands: [`implement WP02 --agent ${agent}`], tool: ['begin', { work_package: 'WP02', agent }] },
];

/** The steps that a driver has a way to do. */
export const stepsBy = (driver: Driver): readonly Step[] => LIFE.filter((step) => step[driver] !== undefined);

/** What an agent would leave in the work tree of WP01. */
export const commitCode = (git: ScratchGit): void => {
  const tree = join(git.root, '.worktrees', `${FEATURE}-WP01`);
  writeFileSync(join(tree, 'one.txt'), 'one\n');
  git.gitIn(tree, 'add', '-A');
  git.gitIn(tree, 'commit', '-qm', 'one');
};

/**
 * Does the driver's steps by command and compares: the same work leaves the same events, commits and branches, by
 * whatever way it is done.
 */
export const expectAsByCommand = async (driver: Driver, done: WhatWasDone): Promise<void> => {
  const cli = new CommandLine(SAME_PROJECT);
  try {
    const feedback = join(cli.git.place, 'feedback.md');
    writeFileSync(feedback, FEEDBACK);
    for (const { commands, followsCode } of stepsBy(driver)) {
      if (followsCode === true) commitCode(cli.git);
      for (const command of commands)
        expect(await cli.run(command.replace('FEEDBACK', feedback))).toMatchObject({ outcome: 'done' });
    }
    const byCommand = await whatWasDone(cli.git);
    expect(byCommand.events.length).toBeGreaterThanOrEqual(stepsBy(driver).length);
    expect(byCommand.commits.length).toBeGreaterThanOrEqual(stepsBy(driver).length);
    expect(done).toEqual(byCommand);
  } finally {
    cli.remove();
  }
};
