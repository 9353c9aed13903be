import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/editor.js';
import { askInside } from '../support/inside-editor.js';
import { FEATURE } from '../support/planning-documents.js';
import { makeRepository } from '../support/project.js';
import { expectAsByCommand, SAME_PROJECT, stepsBy } from '../support/same-work.js';
import { whatWasDone, type WhatWasDone } from '../support/what-was-done.js';

const { sharedActions } = JSON.parse(readFileSync(join(ROOT, 'extension', 'package.json'), 'utf8')) as {
  readonly sharedActions: Readonly<Record<string, string>>;
};

const steps = stepsBy('action');

describe('an action that editor and command line share', () => {
  it('is compared, each one that the manifest lists, with the command that it names', () => {
    const commands = steps.map(({ action, commands: [command] }) => [action![0], command] as const);
    expect(commands.map(([action]) => action).sort()).toEqual(Object.keys(sharedActions).sort());
    for (const [action, command] of commands) expect(command).toContain(`${sharedActions[action]} `);
  });

  it('leaves the events, commits and branches that the command of the same work leaves', async () => {
    let done: WhatWasDone | undefined;
    const answers = await askInside(
      { ask: 'actions', actions: steps.map(({ action }) => action) },
      async ({ sandbox }) => {
        await makeRepository(sandbox, SAME_PROJECT);
        return sandbox.project;
      },
      async ({ sandbox: { project, stateRoot, env, git } }) => {
        done = await whatWasDone({
          root: project,
          stateRoot,
          environment: env,
          git: (...words) => git(words),
        });
      },
    );
    expect(answers).toHaveLength(steps.length);
    expect(answers).not.toContain(null);
    await expectAsByCommand('action', done!);
  }, 600_000);

  it('asks which work package is meant, of a row that was lost, and takes no other one', async () => {
    const lost = [
      ['specKitty.openFile', { feature: FEATURE, workPackageId: 'WP01' }],
      ['specKitty.addNote', null, 'for somebody else'],
    ];
    const answers = await askInside({ ask: 'actions', actions: lost }, async ({ sandbox }) => {
      await makeRepository(sandbox, SAME_PROJECT);
      return sandbox.project;
    });
    expect(answers).toEqual([null, null]);
  }, 600_000);
});
