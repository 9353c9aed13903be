import { rm } from 'node:fs/promises';
import { startEditorWorld, type EditorWorld } from '../support/editor-world.js';
import { startHubProcess, type HubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { makeProject, signIn, succeed } from '../support/project.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';
import type { Window } from '../support/editor.js';

/** Two machines with a clone each of one project, and a hub between them: a window on one, commands on the other. */
let hub: HubProcess;
let world: EditorWorld;
let other: Sandbox;
let window: Window;

beforeAll(async () => {
  hub = await startHubProcess();
  world = await startEditorWorld();
  other = await createSandbox();
  await makeProject(world.sandbox, smallFeature({ WP01: {}, WP02: {} }));
  await rm(other.project, { recursive: true });
  await other.git(['clone', '--quiet', world.sandbox.project, other.project], other.directory);
  for (const machine of [world.sandbox, other]) await signIn(machine, hub.url);
  // What was told before the window is there counts as well.
  await onOther('WP01', 'doing');
  window = await world.editor.open(world.sandbox.project);
  await window.showTree();
  await window.expand('001-alpha');
}, 600_000);

afterAll(async () => {
  await world?.stop();
  await other?.dispose();
  await hub?.stop();
}, 60_000);

afterEach(() => window?.shot(`other machines, ${expect.getState().currentTestName?.slice(-20)}`));

const onOther = async (id: string, to: string): Promise<void> => {
  await succeed(other, ['agent', 'tasks', 'move-task', id, '--to', to]);
  await succeed(other, ['sync', 'now']);
};

describe('a window while another machine works on the project', () => {
  it('shows in the tree where the team has a work package that the files here have elsewhere', async () => {
    await window.row(/WP01.*doing at the hub/).waitFor();
    await window.row(/^planned.*2/).waitFor();
  }, 120_000);

  it('shows what the other machine does from then on, in the tree and on the board', async () => {
    await window.command('spec-kitty: Open Board');
    const board = await window.view('.lane');
    await onOther('WP02', 'doing');
    await window.row(/WP02.*doing at the hub/).waitFor();
    await board.locator('[data-id="WP02"]', { hasText: 'doing at the hub' }).waitFor();
    await onOther('WP01', 'for_review');
    await window.row(/WP01.*for review at the hub/).waitFor();
  }, 180_000);

  it('says no more of it when the files say the same', async () => {
    await world.sandbox.git(['pull', '--quiet', other.project, 'main']);
    await window.row(/^for review.*1/).waitFor();
    await window.row(/at the hub/).waitFor({ state: 'detached' });
  }, 120_000);
});
