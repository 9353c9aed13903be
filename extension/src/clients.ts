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
export interface Clients {
  readonly of: (project: Pick<Project, 'root'>) => Promise<Client>;
  /** Closes all of them, within a moment: a window waits for nobody. What was captured is safe. */
  readonly close: () => Promise<void>;
}

export const clientsIn = ({ secrets }: vscode.ExtensionContext, log: EditorLog): Clients => {
  const all = new Map<string, Promise<Client>>();
  const make = async (directory: string): Promise<Client> => {
    const { createClient } = await import('spec-kitty-sync');
    const surroundings = {
      ...({ directory, backgroundSync: 'off', version: SPEC_KITTY_VERSION } as const),
      program: { command: 'spec-kitty', args: [] },
      stderr: { write: (text: string) => log.warn(text.trim()) },
    };
    const plain = createClient(surroundings);
    const settings = new EditorSettings(await plain.port('settings'));
    const credentials = new SecretCredentials(await plain.port('credentials'), secrets);
    return createClient({ ...surroundings, overrides: { settings, credentials, log } });
  };
  return {
    of: ({ root: { fsPath } }) => {
      const client = all.get(fsPath) ?? make(fsPath);
      all.set(fsPath, client);
      return client;
    },
    close: async () => {
      const closing = [...all.values()].map(async (client) => (await client).close());
      all.clear();
      await Promise.allSettled(closing);
    },
  };
};
