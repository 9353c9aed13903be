import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { YamlConfigStore } from '../../../src/adapters/events/yaml-config-store.js';
import { configStoreContract } from '../../contracts/config-store.contract.js';

configStoreContract({
  name: 'YamlConfigStore',
  durable: true,
  setup: async () => {
    const projectRoot = mkdtempSync(join(tmpdir(), 'yaml-config-'));
    const file = join(projectRoot, '.kittify', 'config.yaml');
    const put = (text: string) => {
      mkdirSync(join(projectRoot, '.kittify'), { recursive: true });
      writeFileSync(file, text);
    };
    return {
      subject: new YamlConfigStore(),
      reopen: () => new YamlConfigStore(),
      projectRoot,
      put: (document) => put(stringify(document)),
      putBroken: () => put('project:\n  uuid: "open\n'),
      makeReadOnly: () => chmodSync(file, 0o444),
      dispose: () => rmSync(projectRoot, { recursive: true, force: true }),
    };
  },
});
