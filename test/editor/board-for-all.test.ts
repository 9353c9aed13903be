import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startEditorWorld, type EditorWorld } from '../support/editor-world.js';
import type { Window } from '../support/editor.js';
import { smallFeature } from '../support/planning-documents.js';
import { makeProject, succeed } from '../support/project.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The page of a board for whoever sees it in other colours, does not see it, or has no mouse. */
let world: EditorWorld;
let window: Window;
let board: any;

beforeAll(async () => {
  world = await startEditorWorld();
  await makeProject(
    world.sandbox,
    smallFeature(
      { WP01: { title: 'Model' }, WP02: { title: 'Print', dependencies: '[WP01]' }, WP03: { title: 'Ship' } },
      { 'tasks.md': '## WP01: Model\n\n- [ ] T001 Write it\n\n## WP02: Print\n\n- [ ] T003 Ink\n' },
    ),
  );
  await succeed(world.sandbox, ['agent', 'tasks', 'move-task', 'WP03', '--to', 'doing', '--agent', 'codex']);
  window = await world.editor.open(world.sandbox.project);
  await window.showTree();
  await window.command('spec-kitty: Open Board');
  board = await window.view('.lane');
  await board.locator('[data-lane="doing"] [data-id="WP03"]').waitFor();
}, 600_000);

afterAll(() => world?.stop(), 60_000);

describe('the board', () => {
  it.each([
    ['Dark Modern', 'vscode-dark'],
    ['Light Modern', 'vscode-light'],
    ['Dark High Contrast', 'vscode-high-contrast'],
    ['Light High Contrast', 'vscode-high-contrast-light'],
  ])(
    'has no violation that axe finds in the theme %s',
    async (theme, name) => {
      await window.page.locator('.statusbar').click();
      await window.page.keyboard.press('Control+k');
      await window.page.keyboard.press('Control+t');
      await window.quick.locator('input').first().fill(theme);
      await window.choose(theme);
      await board.locator(`body.${name}`).waitFor();
      await board.evaluate(AXE);
      const found = await board.evaluate(
        'axe.run().then(({ violations, passes }) => ({ passed: passes.map(({ id }) => id), found: violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" ")}`) }))',
      );
      expect(found.found).toEqual([]);
      expect(found.passed).toEqual(
        expect.arrayContaining(['color-contrast', 'button-name', 'document-title']),
      );
      await window.shot(`board in ${theme}`);
    },
    180_000,
  );

  it('names each lane and each card by what is seen of it', async () => {
    const lane = board.getByRole('region', { name: 'doing, 1 work package' });
    await lane.getByRole('button', { name: /^WP03 Ship codex/ }).waitFor();
    await board.getByRole('button', { name: /^WP02 Print .*waits for WP01/ }).waitFor();
    expect(await board.getByRole('heading', { level: 1 }).innerText()).toBe('001-alpha');
  }, 60_000);

  it('is walked through and changed by keyboard, and says what has moved', async () => {
    const focused = (): Promise<string | null> =>
      board.evaluate('document.activeElement?.getAttribute("data-id") ?? null');
    await board.locator('[data-id="WP01"]').focus();
    await window.page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('WP02');
    await window.page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('WP03');
    await window.page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('WP02');
    await window.page.keyboard.press('Tab');
    expect(await focused()).toBe('WP03');
    await window.page.keyboard.press('Alt+ArrowRight');
    await board.locator('[role="status"]', { hasText: 'WP03: for review' }).waitFor();
    // Whoever moved a card still has it.
    await board.locator('[data-lane="for_review"] [data-id="WP03"]:focus').waitFor();
    await window.page.keyboard.press('m');
    await window.quick.locator('.monaco-list-row', { hasText: 'done' }).first().waitFor();
    await window.page.keyboard.press('Escape');
  }, 120_000);
});
