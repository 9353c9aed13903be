import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TomlCredentialStore } from '../../../src/adapters/delivery/toml-credential-store.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { credentialStoreContract } from '../../contracts/credential-store.contract.js';

credentialStoreContract({
  name: 'TomlCredentialStore',
  durable: true,
  setup: async () => {
    const path = mkdtempSync(join(tmpdir(), 'credentials-'));
    const root = new StateRoot(join(path, 'state'));
    return {
      subject: new TomlCredentialStore(root),
      damage: () => writeFileSync(root.file('credentials'), '[tokens]\naccess = "secret-access\n'),
      reopen: () => new TomlCredentialStore(root),
      dispose: () => rmSync(path, { recursive: true, force: true }),
    };
  },
});
