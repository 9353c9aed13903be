import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEditorWorld, type EditorWorld } from '../support/editor-world.js';
import { until, type Window } from '../support/editor.js';
import { startGate, type Gate } from '../support/gate.js';
import { startHubProcess, type HubProcess } from '../support/hub-process.js';
import { FOLDER, pathOf, smallFeature } from '../support/planning-documents.js';
import { makeProject, PASSWORD, succeed } from '../support/project.js';

/**
 * A person at a window, from the first look to a second window: one story, in which each step finds what the one before
 * it left. The editor is a real one in a real browser, the hub a process of its own.
 */
let world: EditorWorld;
let hub: HubProcess;
let gate: Gate;
let window: Window;
let projectUuid: string;

const path = (id: string): string => join(world.sandbox.project, pathOf(id));
const laneOf = (id: string): string | undefined =>
  /^lane: "?(\w+)/m.exec(readFileSync(path(id), 'utf8'))?.[1];
const card = async (lane: string, id: string) =>
  (await window.view('.lane')).locator(`[data-lane="${lane}"] [data-id="${id}"]`);
/** The file is written before the event is captured. */
const lastNote = async (): Promise<string | undefined> => {
  const { events } = await succeed(world.sandbox, ['events', 'list']);
  return events.at(-1).payload.entry_content;
};

beforeAll(async () => {
  hub = await startHubProcess();
  gate = await startGate(hub.url);
  world = await startEditorWorld();
  const feature = smallFeature(
    { WP01: {}, WP02: { dependencies: '[WP01]' }, WP03: { title: '<img src=x onerror=alert(1)>' }, WP04: {} },
    {
      'tasks.md':
        '## WP01: Model\n\n- [ ] T001 Write it\n- [x] T002 Test it\n\n## WP02: Print\n\n- [ ] T003 Ink\n',
    },
  );
  projectUuid = await makeProject(world.sandbox, feature);
  window = await world.editor.open(world.sandbox.project);
}, 600_000);

afterAll(async () => {
  await world?.stop();
  await gate?.close();
  await hub?.stop();
}, 60_000);

afterEach(async () => {
  if (window !== undefined)
    await window.shot(`after ${expect.getState().currentTestName?.split(' ').slice(-4).join('-')}`);
});

describe('a window on a project', () => {
  it('says in the status bar that events stay here, and shows who is where in the tree', async () => {
    await window.statusItem().filter({ hasText: 'Local only' }).waitFor();
    await window.showTree();
    await window.expand('001-alpha');
    await window.row(/WP01.*1 open/).waitFor();
    await window.row(/WP02.*waits for WP01/).waitFor();
    await window.row(/^planned.*4/).waitFor();
  }, 300_000);

  it('moves by the menu of a row, and the event waits', async () => {
    await window.move('WP01', 'doing');
    await until('WP01 is in doing', () => laneOf('WP01') === 'doing');
    await window.row(/^doing.*1/).waitFor();
    await window
      .statusItem()
      .filter({ hasText: /held|waiting/ })
      .waitFor();
    const { events } = await succeed(world.sandbox, ['events', 'list']);
    expect(events.at(-1)).toMatchObject({ event_type: 'WPStatusChanged', payload: { new_status: 'doing' } });
    expect(await world.sandbox.git(['status', '--porcelain', '--untracked-files=no'])).toBe('');
  }, 120_000);

  it('moves by drag and drop on the board', async () => {
    await window.command('spec-kitty: Open Board');
    const from = await card('doing', 'WP01');
    await from.waitFor();
    await from.dragTo((await window.view('.lane')).locator('[data-lane="for_review"]'));
    await (await card('for_review', 'WP01')).waitFor();
    await until('WP01 is in for_review', () => laneOf('WP01') === 'for_review');
    await window.shot('board');
  }, 120_000);

  it('moves by keyboard', async () => {
    await (await card('planned', 'WP04')).focus();
    await window.page.keyboard.press('Alt+ArrowRight');
    await (await card('doing', 'WP04')).waitFor();
    await until('WP04 is in doing', () => laneOf('WP04') === 'doing');
  }, 120_000);

  it('refuses what is not legal and says why, and nothing has changed', async () => {
    const view = await window.view('.lane');
    await (await card('planned', 'WP02')).dragTo(view.locator('[data-lane="done"]'));
    const told = view.locator('[role="status"]', { hasText: 'WP02 is in planned and cannot go to done' });
    await told.waitFor();
    expect(await told.innerText()).toContain('it can go to doing');
    expect(await told.innerText()).not.toContain('--');
    expect(laneOf('WP02')).toBe('planned');
    const toast = window.notification('WP02 is in planned and cannot go to done');
    await toast.locator('.monaco-button', { hasText: 'Move Anyway' }).waitFor();
    await window.shot('refusal');
  }, 120_000);

  it('shows the text of a plan as text', async () => {
    const view = await window.view('.lane');
    expect(await view.locator('[data-id="WP03"]').innerText()).toContain('<img src=x onerror=alert(1)>');
    expect(await view.locator('img').count()).toBe(0);
    expect(world.editor.console.join('\n')).not.toContain('WP03');
  }, 60_000);

  it('shows what the command line does', async () => {
    await succeed(world.sandbox, [
      'agent',
      'tasks',
      'move-task',
      'WP02',
      '--to',
      'doing',
      '--agent',
      'codex',
    ]);
    await (await card('doing', 'WP02')).waitFor();
    await window.row(/WP02.*codex/).waitFor();
  }, 120_000);

  it('ticks a box of the tree through the program', async () => {
    await window.expand(/WP01/);
    const task = window.row('T001 Write it');
    await task.waitFor();
    await task.locator('.monaco-custom-toggle').click();
    await until('T001 is ticked', () =>
      readFileSync(join(world.sandbox.project, FOLDER, 'tasks.md'), 'utf8').includes('- [x] T001'),
    );
    await until('the event is captured', async () => (await lastNote()) === 'T001 is done: Write it');
  }, 120_000);

  it('ticks a box in the text of tasks.md through the program', async () => {
    // A window that is still laying itself out takes no click where it shows the box: it is shown once more then.
    const tick = async (): Promise<void> => {
      await window.openFile('tasks.md');
      const box = window.page.locator('.detected-link').first();
      await box.click({ modifiers: ['ControlOrMeta'], timeout: 20_000 });
    };
    await tick().catch(tick);
    await until('T001 is open again', () =>
      readFileSync(join(world.sandbox.project, FOLDER, 'tasks.md'), 'utf8').includes('- [ ] T001'),
    );
    await until('the event is captured', async () => (await lastNote()) === 'T001 is open again: Write it');
  }, 120_000);

  it('marks what is wrong in a file, and corrects it', async () => {
    const text = readFileSync(path('WP03'), 'utf8').replace(/^lane:.*$/m, 'lane: finished');
    writeFileSync(path('WP03'), text);
    const problem = window.row('is "finished", which is no lane');
    await problem.waitFor();
    await problem.click();
    await window.page.locator('.squiggly-error').first().waitFor();
    await window.shot('problem');
    await window.page.locator('.view-line', { hasText: 'finished' }).first().click();
    const fix = window.page
      .locator('.action-widget .monaco-list-row', { hasText: 'Write the lane planned' })
      .first();
    // The editor asks its providers when the cursor has come to rest.
    for (let tries = 0; tries < 10 && !(await fix.isVisible()); tries++) {
      await window.page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: 3000 }).catch(() => window.page.keyboard.press('Escape'));
    }
    await window.page.keyboard.press('Enter');
    await window.page.keyboard.press('Control+s');
    await until('the lane is corrected', () => laneOf('WP03') === 'planned');
    await problem.waitFor({ state: 'detached' });
  }, 120_000);

  it('offers moves above a work package', async () => {
    await window.page.locator('.codelens-decoration a', { hasText: 'move to doing' }).first().waitFor();
    await window.shot('lenses');
  }, 60_000);

  it('signs in, asks what shall become of what waits, and the events are at the hub', async () => {
    await window.command('spec-kitty sync: Sign In');
    await window.answer('Address of the hub', gate.url);
    await window.answer('User name', 'ada');
    await window.answer('Password of ada', PASSWORD);
    await window.page
      .locator('.monaco-dialog-box button, .monaco-dialog-box .monaco-button', { hasText: 'Send Them' })
      .first()
      .click();
    await window.statusItem().filter({ hasText: 'Connected' }).waitFor();
    const { events: local } = await succeed(world.sandbox, ['events', 'list']);
    await until(
      'the hub has all of them',
      async () => (await hub.events(projectUuid)).length === local.length,
    );
    await window
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
    expect(await succeed(world.sandbox, ['auth', 'status'])).toMatchObject({ state: 'signed-in' });
  }, 180_000);

  it('has in the palette what fits: to sign out, and no more to sign in', async () => {
    await window.statusItem().click();
    await window.quick
      .locator('.monaco-list-row', { hasText: 'spec-kitty sync: Sign Out' })
      .first()
      .waitFor();
    expect(
      await window.quick.locator('.monaco-list-row', { hasText: 'spec-kitty sync: Sign In' }).count(),
    ).toBe(0);
    await window.shot('menu');
    await window.page.keyboard.press('Escape');
  }, 60_000);

  it('shows what happened to a work package, in causal order, from here and from the hub', async () => {
    await window.menu('WP01', 'Show Timeline');
    const shown = async (): Promise<readonly string[]> => {
      const lines: readonly (readonly [number, string])[] = await window.page
        .locator('.view-line')
        .evaluateAll((found: any[]) => found.map((line) => [line.offsetTop, line.innerText]));
      return [...lines].sort(([a], [b]) => a - b).map(([, text]) => text.replace(/\s+/g, ' ').trim());
    };
    const moves = [
      'planned → doing by user (here and at the hub',
      'doing → for_review by user (here and at the hub',
    ];
    await until('both moves are there, and at the hub', async () => {
      const lines = await shown();
      return moves.every((move) => lines.some((line) => line.includes(`WPStatusChanged: ${move}`)));
    });
    const lines = (await shown()).filter((line) => /^\d+ \d{4}-/.test(line));
    const places = moves.map((move) => lines.findIndex((line) => line.includes(move)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const clocks = lines.map((line) => Number.parseInt(line, 10));
    expect(clocks).toEqual([...clocks].sort((a, b) => a - b));
    await window.shot('timeline');
  }, 120_000);

  it('says that the hub is out of reach, keeps what happens, and delivers it when it is back', async () => {
    gate.shut();
    await window
      .statusItem()
      .filter({ hasText: /Reconnecting|Offline/ })
      .waitFor();
    await succeed(world.sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', 'offline']);
    await window
      .statusItem()
      .filter({ hasText: /1 waiting/ })
      .waitFor();
    await window.shot('offline');
    gate.open();
    await window
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
    await until('the hub has the note', async () =>
      (await hub.events(projectUuid)).some(({ event }) => event['payload'].entry_content === 'offline'),
    );
  }, 180_000);

  it('is one of two windows that show the same', async () => {
    const second = await world.editor.open(world.sandbox.project);
    await second
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
    await second.showTree();
    await second.expand('001-alpha');
    await second.menu('WP02', 'Add Note');
    await second.answer(/Note for the Activity Log/, 'from the second window');
    await until('the note is there', () =>
      readFileSync(path('WP02'), 'utf8').includes('from the second window'),
    );
    await second.idle();
    await second.move('WP02', 'for review');
    await until('WP02 is in for_review', () => laneOf('WP02') === 'for_review');
    await second.row(/^for review.*2/).waitFor();
    await second.shot('second window');
    await window.row(/^for review.*2/).waitFor();
    await second
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
    await second.close();
  }, 180_000);

  it('has asked nothing outside of this machine', () => {
    expect(world.editor.outside).toEqual([]);
  });
});
