import { TomlCredentialStore } from '../../adapters/delivery/toml-credential-store.js';
import { JsonCheckoutRegistry } from '../../adapters/events/json-checkout-registry.js';
import { JsonLamportStore, LamportFile } from '../../adapters/events/json-lamport-store.js';
import { TomlSettingsStore } from '../../adapters/events/toml-settings-store.js';
import { YamlConfigStore } from '../../adapters/events/yaml-config-store.js';
import { StateRoot } from '../../adapters/fs/state-root.js';
import {
  CryptoHash,
  CryptoRandomness,
  NodeMachine,
  NodeTimer,
  SystemWallClock,
  UlidEventIdSource,
} from '../../adapters/host/node-host.js';
import { StderrLog } from '../../adapters/host/log.js';
import { highestCapturedClock, LowdbOutboxes } from '../../adapters/outbox/lowdb-outbox.js';
import { captureLockPath } from '../../adapters/outbox/outbox-paths.js';
import { GitRepository } from '../../adapters/work/git-repository.js';
import { JsonIntentStore } from '../../adapters/work/json-intent-store.js';
import { WorkPackageFiles } from '../../adapters/work/work-package-files.js';
import { backgroundEnvironment } from '../../domain/child-environment.js';
import { deriveNodeId } from '../../domain/events/derived-identity.js';
import { GetAccountStatus } from '../delivery/account-status.js';
import { EnsureIdentity } from '../events/ensure-identity.js';
import { captureLimits } from '../outbox/capture-limits.js';
import { EventEmitter } from '../outbox/event-emitter.js';
import { MoveWorkPackage } from '../work/move-work-package.js';
import { PerformWork } from '../work/perform-work.js';
import type { ClientParts, Parts } from './parts.js';
import { useCase } from './parts-container.js';

/**
 * What is there from the beginning: all that the command needs which agents call all day. Of what such a command rarely
 * asks for, the code is loaded when it does.
 */
export const firstParts = (client: ClientParts): void => {
  client.present({ ...MACHINE, ...STORED, ...WORK });
  client.later(ABOUT_HUBS);
  client.useCases(SUMMONS);
};

type Present = Parameters<ClientParts['present']>[0];
type Later = Parameters<ClientParts['later']>[0];

/** The surrounding machine. */
const MACHINE: Present = {
  version: ({ environment }) => environment.version,
  processId: ({ environment }) => environment.processId,
  wallClock: () => new SystemWallClock(),
  timer: () => new NodeTimer(),
  randomness: () => new CryptoRandomness(),
  eventIds: ({ wallClock }) => new UlidEventIdSource(wallClock),
  hash: () => new CryptoHash(),
  machine: () => new NodeMachine(),
  log: ({ environment: { env, stderr } }) =>
    new StderrLog(stderr, { verbose: (env['SPEC_KITTY_DEBUG'] ?? '') !== '' }),
  stateRoot: ({ environment: { env } }) => {
    const root = StateRoot.locate(env);
    root.check();
    return root;
  },
  signInEnvironment: ({ environment: { env } }) => ({
    token: env['SPEC_KITTY_TOKEN'],
    serverUrl: env['SPEC_KITTY_SERVER_URL'],
  }),
};

type OfLamportFile = Pick<Parts, 'stateRoot' | 'machine' | 'hash' | 'wallClock'>;

const lamportFile = ({ stateRoot: { path }, machine, hash, wallClock }: OfLamportFile): LamportFile =>
  new LamportFile(path, {
    mintNodeId: () => deriveNodeId((text) => hash.sha256(text), machine),
    highestCaptured: () => highestCapturedClock(path),
    nowMs: () => wallClock.nowMs(),
    bootId: machine.bootId,
    machine: machine.machineId === undefined ? undefined : hash.sha256(machine.machineId).slice(0, 16),
  });

/** What is kept in files: the state root, the project's config, the repository. */
const STORED: Present = {
  configs: () => new YamlConfigStore(),
  settings: ({ stateRoot }) => new TomlSettingsStore(stateRoot),
  checkouts: ({ stateRoot }) => new JsonCheckoutRegistry(stateRoot),
  credentials: ({ stateRoot }) => new TomlCredentialStore(stateRoot),
  lamport: (parts) => new JsonLamportStore(lamportFile(parts), captureLockPath(parts.stateRoot.path)),
  outboxes: (parts) => {
    const { stateRoot, log, randomness, wallClock } = parts;
    return new LowdbOutboxes(stateRoot.path, {
      clock: lamportFile(parts),
      warn: (message) => log.warn(message),
      newJournalId: () => randomness.uuid(),
      nowMs: () => wallClock.nowMs(),
    });
  },
  repository: ({ stateRoot, environment: { env, waiting } }) =>
    new GitRepository({
      stateRoot: stateRoot.path,
      environment: env,
      lockWaitMs: waiting?.waitMs,
      onWait: waiting?.onWait,
    }),
  intents: ({ stateRoot }) => new JsonIntentStore(stateRoot.path),
  files: () => new WorkPackageFiles(),
};

/** Account, identity, emission, and the command that agents call all day. */
const WORK: Present = {
  getAccountStatus: (parts) => new GetAccountStatus(parts),
  account:
    ({ getAccountStatus }) =>
    () =>
      getAccountStatus.account(),
  limits:
    ({ settings }) =>
    async () =>
      captureLimits(await settings.read()),
  ensureIdentity: (parts) => new EnsureIdentity(parts),
  emitter: (parts) => {
    const { repository, outboxes, wallClock, eventIds, machine, account, limits } = parts;
    const { ensureIdentity, checkouts, runtime } = parts;
    return new EventEmitter({
      ...{ repository, outboxes, wallClock, eventIds, machine, account, limits },
      identify: (checkout) => ensureIdentity.run(checkout),
      preference: (projectUuid) => checkouts.preference(projectUuid),
      emitted: (situation) => runtime.emitted(situation),
    });
  },
  resolveLeftOver: (parts) => ({
    // Commands rarely die: what brings their work to an end is loaded where there is some.
    run: async (held, limits) => {
      if ((await parts.intents.read(held)) === 'none') return undefined;
      const { ResolveLeftOver } = await import('../work/resolve-left-over.js');
      return new ResolveLeftOver(parts).run(held, limits);
    },
  }),
  perform: (parts) => new PerformWork(parts),
  moveWorkPackage: (parts) => new MoveWorkPackage(parts),
};

/** What is known of hubs, and what sees to it that the background process runs. */
const ABOUT_HUBS: Later = {
  knownHubs: async ({ stateRoot }) =>
    new (await import('../../adapters/delivery/json-hub-notes.js')).JsonKnownHubs(stateRoot),
  machineAccounts: async ({ stateRoot }) =>
    new (await import('../../adapters/delivery/json-hub-notes.js')).JsonMachineAccounts(stateRoot),
  backgroundPost: async ({ stateRoot }) =>
    new (await import('../../adapters/delivery/file-background-post.js')).FileBackgroundPost(stateRoot),
  backgroundStarter: async ({ environment, stateRoot }) => {
    const { DetachedStarter } = await import('../../adapters/delivery/file-background-post.js');
    const { command, args } = environment.program;
    return new DetachedStarter({
      command,
      args: [...args, 'sync', 'run', '--background'],
      directory: stateRoot.path,
      environment: { ...backgroundEnvironment(environment.env), SPEC_KITTY_HOME: stateRoot.path },
    });
  },
};

const SUMMONS = {
  summons: useCase(() => import('../delivery/summons.js'), 'backgroundPost', 'backgroundStarter'),
};
