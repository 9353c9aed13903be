import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEditorWorld, type EditorWorld } from '../support/editor-world.js';
import { until, type Window } from '../support/editor.js';
import { pathOf, smallFeature } from '../support/planning-documents.js';
import { makeProject, succeed } from '../support/project.js';

/** Windows in which something is missing, and windows that show more than one folder. */
let world: EditorWorld;
let second: string;
let window: Window | undefined;

const openOn = async (folder: string): Promise<Window> => {
  window = await world.editor.open(folder);
  return window;
};

const begin = async (asksForTrust: boolean): Promise<void> => {
  world = await startEditorWorld({ asksForTrust });
  await makeProject(world.sandbox, smallFeature({ WP01: {}, WP02: {} }));
  second = join(world.sandbox.directory, 'second');
  mkdirSync(second);
};

afterEach(async () => {
  await window?.shot(`window ${expect.getState().currentTestName?.slice(-24)}`);
  await window?.close();
  window = undefined;
}, 60_000);

describe('a window with a restriction', () => {
  beforeAll(() => begin(true), 600_000);
  afterAll(() => world?.stop(), 60_000);

  it('shows the plan of a folder that is not trusted, and offers nothing that would run, write or send', async () => {
    const opened = await openOn(world.sandbox.project);
    await opened.page.locator('.monaco-dialog-box', { hasText: 'Do you trust' }).waitFor();
    await opened.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'No, I don' }).click();
    await opened.showTree();
    await opened.expand('001-alpha');
    await opened.row(/WP01/).click({ button: 'right' });
    await opened.page.locator('.monaco-menu .action-label', { hasText: 'Open Work Package File' }).waitFor();
    const move = opened.page.locator('.monaco-menu .action-item', { hasText: 'Move Work Package' });
    expect(await move.locator('.action-menu-item.disabled, .action-label.disabled').count()).toBe(
      await move.count(),
    );
    expect(await opened.statusItem().count()).toBe(0);
    await opened.page.keyboard.press('Escape');
    await opened.command('spec-kitty: Open Board');
    const board = await opened.view('.lane');
    await board.locator('[data-id="WP01"]').waitFor();
    expect(await board.locator('[draggable]').count()).toBe(0);
  }, 300_000);
});

describe('a window', () => {
  beforeAll(() => begin(false), 600_000);
  afterAll(() => world?.stop(), 60_000);

  it('shows the plan of the project in a work tree of it', async () => {
    const { worktree } = await succeed(world.sandbox, ['implement', 'WP02']);
    const opened = await openOn(worktree);
    await opened.showTree();
    await opened.expand('001-alpha');
    await opened.row(/^doing.*1/).waitFor();
    await opened.menu('WP02', 'Add Note');
    await opened.answer(/Note for the Activity Log/, 'from the work tree');
    await until('the note is in the main checkout', () =>
      readFileSync(join(world.sandbox.project, pathOf('WP02')), 'utf8').includes('from the work tree'),
    );
  }, 300_000);

  it('shows what was done in it where no file is watched', async () => {
    mkdirSync(join(world.sandbox.project, '.vscode'));
    writeFileSync(
      join(world.sandbox.project, '.vscode', 'settings.json'),
      JSON.stringify({ 'files.watcherExclude': { '**': true } }),
    );
    const opened = await openOn(world.sandbox.project);
    await opened.showTree();
    await opened.expand('001-alpha');
    await opened.move('WP01', 'doing');
    await opened.row(/^doing.*2/).waitFor();
  }, 300_000);

  it('without a project has no view of ours', async () => {
    const opened = await openOn(world.sandbox.home);
    await opened.page.locator('.activitybar .action-label[aria-label^="Explorer"]').waitFor();
    expect(await opened.page.locator('.activitybar .action-label[aria-label^="spec-kitty"]').count()).toBe(0);
    expect(await opened.statusItem().count()).toBe(0);
  }, 300_000);

  it('says of a project with several folders which of them a feature is in, and of a broken one what is wrong', async () => {
    await makeProject(
      world.sandbox,
      { ...smallFeature({ WP01: {} }), [pathOf('WP07')]: '---\nwork_package_id: [\n---\n' },
      second,
    );
    writeFileSync(join(second, '.kittify', 'config.yaml'), 'project: [broken');
    const workspace = join(world.sandbox.directory, 'both.code-workspace');
    writeFileSync(
      workspace,
      JSON.stringify({ folders: [{ path: world.sandbox.project }, { path: second }] }),
    );
    const opened = await openOn(workspace);
    await opened.showTree();
    await opened.row(/^project/).waitFor();
    await opened.row(/^second/).waitFor();
    const broken = opened.row(/001-alpha.*(cannot be read|to correct)/);
    await broken.waitFor();
    await broken.locator('.monaco-tl-twistie').click();
    await opened.row(/WP07-work\.md/).waitFor();
  }, 300_000);
});
