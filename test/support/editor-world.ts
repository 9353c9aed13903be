import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Editor, ROOT, type EditorOptions } from './editor.js';
import { createSandbox, type Sandbox } from './sandbox.js';
import { wayOut } from './way-out.js';

/** A machine with a project, and an editor on it with our extension as it is built now. */
export interface EditorWorld {
  readonly sandbox: Sandbox;
  readonly editor: Editor;
  stop(): Promise<void>;
}

/** Installs what is missing, builds the extension and starts the editor; `sync`: what `SPEC_KITTY_SYNC` is. */
export const startEditorWorld = async (
  options: EditorOptions & { readonly extensions?: readonly string[] } = {},
): Promise<EditorWorld> => {
  prepareEditor();
  const sandbox = await createSandbox();
  const { SPEC_KITTY_HOME, GIT_CONFIG_GLOBAL, SPEC_KITTY_TEST_SANDBOX } = sandbox.env as Record<
    string,
    string
  >;
  const env = {
    SPEC_KITTY_HOME: SPEC_KITTY_HOME ?? '',
    SPEC_KITTY_TEST_SANDBOX: SPEC_KITTY_TEST_SANDBOX ?? '',
    GIT_CONFIG_GLOBAL: GIT_CONFIG_GLOBAL ?? join(sandbox.home, '.gitconfig'),
    ...options.env,
  };
  const extensions = options.extensions ?? [join(ROOT, 'extension')];
  const editor = await Editor.start(extensions, { ...options, env });
  return {
    sandbox,
    editor,
    stop: async () => {
      await editor.stop();
      await sandbox.dispose();
    },
  };
};

let isPrepared = false;

/** Once a test file: a build is a second, and an installation is done once for all. */
export const prepareEditor = (): void => {
  if (isPrepared) return;
  for (const script of ['e2e/vscode/setup.mjs', 'scripts/extension.mjs'])
    execFileSync(process.execPath, [join(ROOT, script)], {
      cwd: ROOT,
      env: { ...process.env, ...wayOut() },
      stdio: 'pipe',
    });
  isPrepared = true;
};
