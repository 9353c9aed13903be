import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/editor.js';
import { askInside } from '../support/inside-editor.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { makeProject, succeed, type Document } from '../support/project.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const { sharedActions } = JSON.parse(readFileSync(join(ROOT, 'extension', 'package.json'), 'utf8')) as {
  readonly sharedActions: Readonly<Record<string, string>>;
};

const WP01 = { feature: FEATURE, workPackageId: 'WP01' };

/** What each action is given: by the editor, and behind the name of the command. In an order in which all are legal. */
const GIVEN: Readonly<
  Record<string, { readonly editor: readonly unknown[]; readonly cli: readonly string[] }>
> = {
  'specKitty.implement': { editor: [WP01], cli: ['WP01'] },
  'specKitty.addNote': { editor: [WP01, 'half of it'], cli: ['WP01', '--note', 'half of it'] },
  'specKitty.markTask': {
    editor: [{ feature: FEATURE, taskId: 'T001', isDone: false }],
    cli: ['T001', '--status', 'done'],
  },
  'specKitty.move': { editor: [WP01, 'for_review'], cli: ['WP01', '--to', 'for_review'] },
  'specKitty.accept': { editor: [WP01], cli: ['WP01'] },
};

const seed = smallFeature(
  { WP01: {}, WP02: { dependencies: '[WP01]' } },
  { 'tasks.md': '## WP01: a\n\n- [ ] T001 Do it\n\n## WP02: b\n\nDepends on WP01\n\n- [ ] T002 Do it\n' },
);

/** What was captured, and what the files say, without what differs from run to run. */
const tracesIn = async (sandbox: Sandbox): Promise<unknown> => {
  const { events } = await succeed(sandbox, ['events', 'list', '--limit', '100']);
  const root = sandbox.project;
  const diff = await sandbox.git(['diff', 'HEAD~4', 'HEAD', '--', 'kitty-specs']);
  const subjects = await sandbox.git(['log', '--format=%s']);
  return JSON.parse(
    JSON.stringify({
      events: events.map(({ event_type, aggregate_id, payload }: Document) => ({
        event_type,
        aggregate_id,
        payload,
      })),
      diff: diff.replace(/^index .*$/gm, ''),
      subjects,
    })
      .replaceAll(root, 'PROJECT')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME'),
  );
};

describe('editor and command line', () => {
  it('have a way to do each shared action', () => {
    expect(Object.keys(GIVEN).sort()).toEqual(Object.keys(sharedActions).sort());
  });

  it('capture the same events and write the same files for every one of them', async () => {
    let byEditor: unknown;
    const actions = Object.entries(GIVEN).map(([command, { editor }]) => [command, ...editor]);
    const answers = await askInside(
      { ask: 'actions', actions },
      async ({ sandbox }) => {
        await makeProject(sandbox, seed);
        return sandbox.project;
      },
      async ({ sandbox }) => {
        byEditor = await tracesIn(sandbox);
      },
    );
    expect(answers).toHaveLength(actions.length);
    expect(answers).not.toContain(null);
    await inSandbox(async (sandbox) => {
      await makeProject(sandbox, seed);
      for (const [command, { cli }] of Object.entries(GIVEN))
        await succeed(sandbox, [...(sharedActions[command] ?? '').split(' '), ...cli, '--feature', FEATURE]);
      expect(byEditor).toEqual(await tracesIn(sandbox));
    });
  }, 600_000);
});
