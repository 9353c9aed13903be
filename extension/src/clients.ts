import type * as vscode from 'vscode';
import type { Client } from 'spec-kitty-sync';
import type { EditorLog } from './adapters/editor-log.js';
import { EditorSettings } from './adapters/editor-settings.js';
import { SecretCredentials } from './adapters/secret-credentials.js';
import type { Project } from './projects.js';

/** Version of the package that is bundled here; written by the bundler. */
declare const SPEC_KITTY_VERSION: string;

/**
 * The package's clients of this window, one a project, over the command line's state root with the editor's own
 * settings, sign-in and messages. Outbox, doorbell, clock and locks are the command line's. Made when first asked for.
 */
export class Clients {
  readonly #context: vscode.ExtensionContext;
  readonly #log: EditorLog;
  readonly #open = new Map<string, Promise<Client>>();

  constructor(context: vscode.ExtensionContext, log: EditorLog) {
    this.#context = context;
    this.#log = log;
  }

  of({ root }: Project): Promise<Client> {
    return this.at(root.fsPath);
  }

  at(directory: string): Promise<Client> {
    const known = this.#open.get(directory) ?? this.#make(directory);
    this.#open.set(directory, known);
    return known;
  }

  /** Closes all of them, within a moment: a window waits for nobody. What was captured is safe. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (client) => (await client).close()));
  }

  async #make(directory: string): Promise<Client> {
    const { createClient } = await import('spec-kitty-sync');
    const surroundings = {
      directory,
      backgroundSync: 'off',
      version: SPEC_KITTY_VERSION,
      program: { command: 'spec-kitty', args: [] },
      stderr: { write: (text: string) => this.#log.warn(text.trim()) },
    } as const;
    const plain = createClient(surroundings);
    const [settings, credentials] = await Promise.all([plain.port('settings'), plain.port('credentials')]);
    return createClient({
      ...surroundings,
      overrides: {
        settings: new EditorSettings(settings),
        credentials: new SecretCredentials(credentials, this.#context.secrets),
        log: this.#log,
      },
    });
  }
}
