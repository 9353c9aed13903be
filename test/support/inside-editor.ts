import { build, stop } from 'esbuild';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './editor.js';
import { prepareEditor, startEditorWorld, type EditorWorld } from './editor-world.js';

/** Five minutes: two windows on two cores may be far from quick. */
const MOST_TRIES = 3000;

/**
 * Asks the program of `test/editor/inside`, which runs in the extension host of a real window on `folder`, one thing.
 * `open` makes what the window shall show, `look` looks at what was done, while the machine is still there.
 */
export const askInside = async (
  question: Readonly<Record<string, unknown>>,
  open: (world: EditorWorld) => Promise<string>,
  look: (world: EditorWorld) => Promise<unknown> = async () => undefined,
): Promise<any> => {
  prepareEditor();
  const place = mkdtempSync(join(tmpdir(), 'kitty-inside-'));
  const world = await startEditorWorld({ env: { SPEC_KITTY_INSIDE: join(place, 'question.json') } });
  try {
    const folder = await open(world);
    const asked = JSON.stringify(question).replaceAll('$FOLDER', folder);
    writeFileSync(join(place, 'question.json'), asked);
    const guest = join(place, 'guest');
    await build({
      absWorkingDir: ROOT,
      entryPoints: { index: 'test/editor/inside/index.ts' },
      outdir: guest,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode', 'fs-native-extensions'],
      alias: { 'spec-kitty-sync/domain': join(ROOT, 'src', 'domain', 'index.ts') },
      define: { 'import.meta.url': '__url', 'import.meta.dirname': '__dirname' },
      banner: { js: `const __url=${JSON.stringify(new URL(`file://${ROOT}/x.js`).href)};` },
      logLevel: 'error',
    });
    await stop();
    writeFileSync(join(guest, 'package.json'), JSON.stringify(GUEST));
    writeFileSync(join(guest, 'extension.js'), 'exports.activate = (context) => context;\n');
    const window = await world.editor.open(
      folder,
      [
        ['extensionDevelopmentPath', world.editor.uri(guest)],
        ['extensionTestsPath', world.editor.uri(join(guest, 'index.js'))],
      ],
      true,
    );
    const answer = join(place, 'question.json.answer');
    for (let tries = 0; tries < MOST_TRIES && !existsSync(answer); tries++)
      await window.page.waitForTimeout(100);
    if (!existsSync(answer)) throw new Error(`No answer: ${world.editor.console.slice(-20).join('\n')}`);
    await window.page.waitForTimeout(200);
    await look(world);
    return JSON.parse(readFileSync(answer, 'utf8'));
  } finally {
    await world.stop();
    rmSync(place, { recursive: true, force: true });
  }
};

/** An extension that has nothing but a context of its own, and with it a place for secrets. */
const GUEST = {
  publisher: 'spec-kitty-test',
  name: 'inside',
  version: '0.0.1',
  engines: { vscode: '^1.90.0' },
  main: './extension.js',
  activationEvents: [],
  extensionKind: ['workspace'],
};
