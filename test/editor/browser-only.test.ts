import { openBrowserOnly, type BrowserOnly } from '../support/browser-only.js';
import { startEditorWorld, type EditorWorld } from '../support/editor-world.js';
import { smallFeature } from '../support/planning-documents.js';

/** A window without Node and without a machine: plans come through the editor's own files, and are read by the pure reader. */
let world: EditorWorld;
let opened: BrowserOnly;

beforeAll(async () => {
  world = await startEditorWorld();
  opened = await openBrowserOnly(
    world.editor,
    smallFeature(
      { WP01: {}, WP02: { dependencies: '[WP01]' } },
      { 'tasks.md': '## WP01: Model\n\n- [ ] T001 Write it\n- [x] T002 Test it\n\n## WP02: Print\n' },
    ),
  );
}, 600_000);

afterAll(async () => {
  await opened?.close();
  await world?.stop();
}, 60_000);

afterEach(() => opened?.window.shot(`browser only, ${expect.getState().currentTestName?.slice(-20)}`));

describe('a window in a browser alone', () => {
  it('shows the board, whose cards cannot be moved; nothing searches these files, so a person begins', async () => {
    const { window } = opened;
    await window.command('spec-kitty: Open Board');
    const board = await window.view('.lane');
    await board.locator('[data-lane="planned"] [data-id="WP01"]').waitFor();
    expect(await board.locator('[draggable]').count()).toBe(0);
  }, 300_000);

  it('shows the plan in the tree, with tasks that cannot be ticked', async () => {
    const { window } = opened;
    await window.showTree();
    await window.expand('001-alpha');
    await window.row(/^planned.*2/).waitFor();
    await window.row(/WP02.*waits for WP01/).waitFor();
    await window.expand(/WP01/);
    await window.row('T001 Write it').waitFor();
    expect(await window.row('T001 Write it').locator('.monaco-custom-toggle').count()).toBe(0);
    expect(await window.statusItem().count()).toBe(0);
  }, 300_000);

  it('shows what is changed in a file of the plan', async () => {
    const { window } = opened;
    await window.row(/WP01/).click();
    await window.page.locator('.view-line', { hasText: 'lane:' }).first().click();
    await window.page.keyboard.press('End');
    await window.page.keyboard.press('Shift+Home');
    await window.page.keyboard.type('lane: doing');
    await window.page.keyboard.press('Control+s');
    await window.row(/^doing.*1/).waitFor();
  }, 120_000);

  it('offers nothing that would run, write or send', async () => {
    const { window } = opened;
    await window.row(/WP02/).click({ button: 'right' });
    await window.page.locator('.monaco-menu .action-label', { hasText: 'Open Work Package File' }).waitFor();
    const move = window.page.locator('.monaco-menu .action-item', { hasText: 'Move Work Package' });
    expect(await move.locator('.action-menu-item.disabled, .action-label.disabled').count()).toBe(
      await move.count(),
    );
    await window.page.keyboard.press('Escape');
    expect(world.editor.outside).toEqual([]);
  }, 120_000);
});
