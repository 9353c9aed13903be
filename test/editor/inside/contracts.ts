import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { EditorSettings } from '../../../extension/src/adapters/editor-settings.js';
import { SecretCredentials } from '../../../extension/src/adapters/secret-credentials.js';
import { TomlCredentialStore } from '../../../src/adapters/delivery/toml-credential-store.js';
import { TomlSettingsStore } from '../../../src/adapters/events/toml-settings-store.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { MACHINE_SETTINGS } from '../../../src/domain/events/settings.js';
import { credentialStoreContract, someCredentials } from '../../contracts/credential-store.contract.js';
import { settingsStoreContract } from '../../contracts/settings-store.contract.js';

/** The promises of the ports that the extension implements, asked of its adapters in a real editor. */
export const contracts = (secrets: vscode.SecretStorage): void => {
  settingsStoreContract({
    name: 'EditorSettings',
    durable: true,
    setup: async () => {
      const root = scratch();
      await forgetSettings();
      const open = () => new EditorSettings(new TomlSettingsStore(root));
      return {
        subject: open(),
        reopen: open,
        dispose: () => rmSync(root.path, { recursive: true }),
      };
    },
  });

  describe('EditorSettings', () => {
    it('says what the command line has where the editor says nothing, and what cannot be used of either', async () => {
      const root = scratch();
      await forgetSettings();
      writeFileSync(
        root.file('config.toml'),
        '[sync]\nserver_url = "https://file.example"\nretain_days = 3\n',
      );
      const settings = new EditorSettings(new TomlSettingsStore(root));
      expect(await settings.read()).toEqual({ serverUrl: 'https://file.example', retainDays: 3, issues: [] });
      await settings.set('retain_days', 9);
      const configuration = vscode.workspace.getConfiguration('specKitty');
      await configuration.update('maxQueueSize', -1, vscode.ConfigurationTarget.Global);
      const { issues, ...values } = await settings.read();
      expect(values).toEqual({ serverUrl: 'https://file.example', retainDays: 9 });
      expect(issues.map(({ path }) => path)).toEqual(['specKitty.maxQueueSize']);
      await forgetSettings();
      rmSync(root.path, { recursive: true });
    });
  });

  credentialStoreContract({
    name: 'SecretCredentials',
    durable: true,
    setup: async () => {
      const root = scratch();
      await secrets.delete('credentials');
      const open = () => new SecretCredentials(new TomlCredentialStore(root), secrets);
      return {
        subject: open(),
        damage: () => {
          writeFileSync(root.file('credentials'), 'secret = [');
          void secrets.store('credentials', 'secret {');
        },
        reopen: open,
        dispose: () => rmSync(root.path, { recursive: true }),
      };
    },
  });

  describe('SecretCredentials', () => {
    it('shares one sign-in with the command line, both ways', async () => {
      const root = scratch();
      const file = new TomlCredentialStore(root);
      const store = new SecretCredentials(file, secrets);
      await store.update(async () => someCredentials);
      expect(await file.read()).toEqual({ state: 'present', credentials: someCredentials });
      const bob = { ...someCredentials, username: 'bob' };
      await file.update(async () => bob);
      expect(await store.read()).toEqual({ state: 'present', credentials: bob });
      rmSync(root.path, { recursive: true });
    });

    it('is signed out when the command line signed out, and forgets its copy', async () => {
      const root = scratch();
      const file = new TomlCredentialStore(root);
      const store = new SecretCredentials(file, secrets);
      await store.update(async () => someCredentials);
      await file.update(async () => 'forget');
      expect(await store.read()).toEqual({ state: 'absent' });
      await store.update(async () => 'keep');
      expect(await secrets.get('credentials')).toBeUndefined();
      rmSync(root.path, { recursive: true });
    });

    it('outlives a file that cannot be understood, and makes it whole again', async () => {
      const root = scratch();
      const file = new TomlCredentialStore(root);
      const store = new SecretCredentials(file, secrets);
      await store.update(async () => someCredentials);
      writeFileSync(root.file('credentials'), 'broken = [');
      const reading = await store.read();
      expect(reading).toEqual({ state: 'present', credentials: someCredentials });
      expect(JSON.stringify(reading)).not.toContain('secret');
      await store.update(async (current) => (current.state === 'present' ? current.credentials : 'keep'));
      expect(await file.read()).toEqual({ state: 'present', credentials: someCredentials });
      rmSync(root.path, { recursive: true });
    });
  });
};

const scratch = (): StateRoot => new StateRoot(mkdtempSync(join(tmpdir(), 'kitty-editor-inside-')));

const forgetSettings = async (): Promise<void> => {
  const configuration = vscode.workspace.getConfiguration('specKitty');
  for (const { name } of Object.values(MACHINE_SETTINGS))
    await configuration.update(name, undefined, vscode.ConfigurationTarget.Global);
};
