import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TomlSettingsStore } from '../../../src/adapters/events/toml-settings-store.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { settingsStoreContract } from '../../contracts/settings-store.contract.js';

settingsStoreContract({
  name: 'TomlSettingsStore',
  durable: true,
  setup: async () => {
    const path = mkdtempSync(join(tmpdir(), 'settings-'));
    const root = new StateRoot(join(path, 'state'));
    return {
      subject: new TomlSettingsStore(root),
      reopen: () => new TomlSettingsStore(root),
      dispose: () => rmSync(path, { recursive: true, force: true }),
    };
  },
});
