import { JsonLamportStore, LamportFile } from '../../adapters/events/json-lamport-store.js';
import { TomlCredentialStore } from '../../adapters/delivery/toml-credential-store.js';
import { JsonCheckoutRegistry } from '../../adapters/events/json-checkout-registry.js';
import { TomlSettingsStore } from '../../adapters/events/toml-settings-store.js';
import { YamlConfigStore } from '../../adapters/events/yaml-config-store.js';
import { highestCapturedClock, LowdbOutboxes } from '../../adapters/outbox/lowdb-outbox.js';
import { captureLockPath } from '../../adapters/outbox/outbox-paths.js';
import { GitRepository } from '../../adapters/work/git-repository.js';
import { JsonIntentStore } from '../../adapters/work/json-intent-store.js';
import { WorkPackageFiles } from '../../adapters/work/work-package-files.js';
import { deriveNodeId } from '../../domain/events/node-id.js';
import type { StateRoot } from '../../adapters/fs/state-root.js';
import type { Hash, Machine, WallClock } from '../../ports/host.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** Everything that is kept in files: the state root, the project's config, the repository. */
export const storageModule = ({ part }: Composing<Parts>): void => {
  part('configs', [], () => new YamlConfigStore());
  part('settings', ['stateRoot'], ({ stateRoot: root }) => new TomlSettingsStore(root));
  part('checkouts', ['stateRoot'], ({ stateRoot: root }) => new JsonCheckoutRegistry(root));
  part('credentials', ['stateRoot'], ({ stateRoot: root }) => new TomlCredentialStore(root));
  // Only who is signed in asks which hub is which, so only then it is loaded.
  part('knownHubs', ['stateRoot'], ({ stateRoot: root }) => {
    const load = async () => {
      const { JsonKnownHubs } = await import('../../adapters/delivery/json-known-hubs.js');
      return new JsonKnownHubs(root);
    };
    return {
      list: async () => (await load()).list(),
      update: async (change) => (await load()).update(change),
    };
  });
  // Only who signs in by a variable asks for it, so only then it is loaded.
  part('machineAccounts', ['stateRoot'], ({ stateRoot: root }) => {
    const load = async () => {
      const { JsonMachineAccounts } = await import('../../adapters/delivery/json-machine-accounts.js');
      return new JsonMachineAccounts(root);
    };
    return {
      recall: async (hub, token) => (await load()).recall(hub, token),
      remember: async (hub, token, account) => (await load()).remember(hub, token, account),
    };
  });
  part(
    'lamport',
    ['stateRoot', 'machine', 'hash', 'wallClock'],
    ({ stateRoot: root, machine, hash, wallClock: clock }) =>
      new JsonLamportStore(lamportFile(root, machine, hash, clock), captureLockPath(root.path)),
  );
  part(
    'outboxes',
    ['stateRoot', 'machine', 'hash', 'wallClock', 'randomness', 'log'],
    ({ stateRoot: root, machine, hash, wallClock: clock, randomness, log }) =>
      new LowdbOutboxes(root.path, {
        clock: lamportFile(root, machine, hash, clock),
        warn: (message) => log.warn(message),
        newJournalId: () => randomness.uuid(),
        nowMs: () => clock.nowMs(),
      }),
  );
  part(
    'repository',
    ['stateRoot', 'environment'],
    ({ stateRoot: root, environment: { env, waiting } }) =>
      new GitRepository({
        stateRoot: root.path,
        environment: env,
        ...(waiting === undefined ? {} : { lockWaitMs: waiting.waitMs, onWait: waiting.onWait }),
      }),
  );
  part('intents', ['stateRoot'], ({ stateRoot: root }) => new JsonIntentStore(root.path));
  part('files', [], () => new WorkPackageFiles());
};

const lamportFile = (root: StateRoot, machine: Machine, hash: Hash, clock: WallClock): LamportFile =>
  new LamportFile(root.path, {
    mintNodeId: () => deriveNodeId((text) => hash.sha256(text), machine),
    highestCaptured: () => highestCapturedClock(root.path),
    nowMs: () => clock.nowMs(),
    ...(machine.bootId === undefined ? {} : { bootId: machine.bootId }),
    ...(machine.machineId === undefined ? {} : { machine: hash.sha256(machine.machineId).slice(0, 16) }),
  });
