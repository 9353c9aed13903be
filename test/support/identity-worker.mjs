/**
 * A process that needs an identity: `node identity-worker.mjs <directory> <state root>`. It says `ready`, waits for its
 * standard input to end, and prints the project uuid that its events would carry.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { JsonCheckoutRegistry } from '../../dist/adapters/events/json-checkout-registry.js';
import { YamlConfigStore } from '../../dist/adapters/events/yaml-config-store.js';
import { StateRoot } from '../../dist/adapters/fs/state-root.js';
import { CryptoHash } from '../../dist/adapters/host/node-host.js';
import { GitRepository } from '../../dist/adapters/work/git-repository.js';
import { EnsureIdentity } from '../../dist/app/events/ensure-identity.js';

const [directory, stateRoot] = process.argv.slice(2);
const repository = new GitRepository({ stateRoot, environment: process.env });
const identity = new EnsureIdentity({
  configs: new YamlConfigStore(),
  checkouts: new JsonCheckoutRegistry(new StateRoot(stateRoot)),
  repository,
  lamport: { read: async () => ({ value: 0, nodeId: '0123456789ab' }) },
  randomness: { uuid: () => randomUUID() },
  hash: new CryptoHash(),
});

writeSync(1, 'ready\n');
process.stdin.resume();
await once(process.stdin, 'end');
writeSync(1, `${(await identity.run(await repository.locate(directory))).projectUuid}\n`);
