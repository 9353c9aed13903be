import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, signIn } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { createSandbox, inSandbox, type Sandbox } from '../support/sandbox.js';

const NOTE = ['agent', 'tasks', 'add-history', 'WP01', '--note', 'tick', '--no-commit'];
const HIGHEST_TIME = 2 ** 48;

const clocksOf = async (sandbox: Sandbox): Promise<readonly number[]> =>
  (await journalOf(sandbox)).map(({ lamport_clock: clock }) => clock as number);

const rises = (clocks: readonly number[]): boolean =>
  clocks.every((clock, index) => index === 0 || clock > clocks[index - 1]!);

describe('the Lamport clock', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await createSandbox();
    await makeProject(sandbox, smallFeature({ WP01: {} }));
    await ask(sandbox, NOTE);
  });

  afterAll(() => sandbox.dispose());

  const withValue = (clock: string, value: string): string =>
    clock.replace(/"value": ?\d+/, `"value":${value}`);

  it.each<readonly [string, ((clock: string) => string) | 'missing']>([
    ['missing', 'missing'],
    ['empty', () => ''],
    ['a list', () => '[]'],
    ['a string', () => '"x"'],
    ['cut in half', (clock) => clock.slice(0, clock.length / 2)],
    ['negative', (clock) => withValue(clock, '-5')],
    ['a float', (clock) => withValue(clock, '1.5')],
    ['10^15', (clock) => withValue(clock, '1000000000000000')],
    ['a text', (clock) => withValue(clock, '"7"')],
    ['full of zero bytes', (clock) => '\0'.repeat(clock.length)],
  ])('scenario 6: with its file %s it restarts above everything captured', async (_, damage) => {
    const path = join(sandbox.stateRoot, 'clock.json');
    const before = await clocksOf(sandbox);
    const nodes = new Set((await journalOf(sandbox)).map(({ node_id: node }) => node as string));
    if (damage === 'missing') await rm(path);
    else {
      const text = await readFile(path, 'utf8');
      expect(damage(text)).not.toBe(text);
      await writeFile(path, damage(text));
    }
    for (const _again of [1, 2]) expect(await ask(sandbox, NOTE)).toMatchObject({ code: 0 });
    const after = await clocksOf(sandbox);
    expect(after).toHaveLength(before.length + 2);
    expect(rises(after)).toBe(true);
    expect(after.at(-1)).toBeLessThan(HIGHEST_TIME);
    expect(new Set((await journalOf(sandbox)).map(({ node_id: node }) => node as string))).toEqual(nodes);
  });
});

describe('the wall clock', () => {
  const hub = sharedHubProcess();
  const DAY_MS = 86_400_000;
  const preload = `--require=${join(import.meta.dirname, '..', 'support', 'shifted-clock.cjs')}`;

  it('scenario 7: set back a day and ahead a day, order and accounts are the same', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
      await signIn(sandbox, hub.url);
      const timestamps: string[] = [];
      for (const days of [0, -1, 1, -1, 0]) {
        const env = { NODE_OPTIONS: preload, SPEC_KITTY_TEST_CLOCK_MS: String(days * DAY_MS) };
        expect(await ask(sandbox, NOTE, { env })).toMatchObject({ code: 0 });
        timestamps.push((await journalOf(sandbox)).at(-1)!['timestamp'] as string);
        expect(await ask(sandbox, ['sync', 'now'], { env })).toMatchObject({
          code: 0,
          document: { left: 0 },
        });
        const { document } = await ask(sandbox, ['sync', 'status'], { env });
        expect(document['projects'][0]).toMatchObject({ balanced: true });
      }
      expect(timestamps).not.toEqual([...timestamps].sort());
      expect(rises(await clocksOf(sandbox))).toBe(true);
      const stored = idsOf((await hub.events(project)).map(({ event }) => event));
      expect(stored).toEqual(idsOf(await journalOf(sandbox)));
      await expectAccounted(sandbox, { atHub: stored });
    }));
});
