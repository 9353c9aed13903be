import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startEditorWorld, type EditorWorld } from '../support/editor-world.js';
import { ROOT, until, type Window } from '../support/editor.js';
import { noteOf } from '../support/background.js';
import { startHubProcess, type HubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { makeProject, signIn, succeed } from '../support/project.js';

/** One state root, a process of the command line that delivers, and a window: never two that deliver, never none for long. */
let hub: HubProcess;
let world: EditorWorld;
let window: Window;
let service: ChildProcess;
let projectUuid: string;

const serve = (): ChildProcess =>
  spawn(process.execPath, [join(ROOT, 'dist', 'bin', 'spec-kitty.cjs'), 'sync', 'run'], {
    cwd: world.sandbox.project,
    env: { ...world.sandbox.env, SPEC_KITTY_SYNC: undefined },
    stdio: 'ignore',
  });
/** Who delivers now; `undefined` when nobody does. */
const deliverer = async (): Promise<number | undefined> => {
  const { processId, left } = (await noteOf(world.sandbox)) ?? {};
  return left === undefined ? processId : undefined;
};
const note = async (text: string): Promise<void> => {
  await succeed(world.sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', text]);
};
const hubHas = (text: string): Promise<void> =>
  until(`the hub has "${text}"`, async () =>
    (await hub.events(projectUuid)).some(({ event }) => event['payload'].entry_content === text),
  );

beforeAll(async () => {
  hub = await startHubProcess();
  world = await startEditorWorld();
  projectUuid = await makeProject(world.sandbox, smallFeature({ WP01: {} }));
  await signIn(world.sandbox, hub.url);
  service = serve();
  await until('the command line delivers', async () => (await deliverer()) === service.pid);
  window = await world.editor.open(world.sandbox.project);
}, 600_000);

afterAll(async () => {
  service?.kill('SIGKILL');
  await world?.stop();
  await hub?.stop();
}, 60_000);

describe('delivery with a window open', () => {
  it('is left to the process of the command line that was there first', async () => {
    await window
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
    await note('while the command line delivers');
    await hubHas('while the command line delivers');
    expect(await deliverer()).toBe(service.pid);
  }, 180_000);

  it('is taken over by the window when that process ends', async () => {
    service.kill('SIGTERM');
    await once(service, 'exit');
    await until('the window delivers', async () => ![undefined, service.pid].includes(await deliverer()));
    await note('while the window delivers');
    await hubHas('while the window delivers');
    await window
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
  }, 180_000);

  it('is taken over by a second window when the first one is closed', async () => {
    const first = await deliverer();
    const second = await world.editor.open(world.sandbox.project);
    await second
      .statusItem()
      .filter({ hasText: /Connected$/ })
      .waitFor();
    await window.close();
    await until('the second one delivers', async () => ![undefined, first].includes(await deliverer()));
    await note('while the second window delivers');
    await hubHas('while the second window delivers');
    await second.close();
  }, 240_000);
});
