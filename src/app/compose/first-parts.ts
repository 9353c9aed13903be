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
import { calledLater } from './called-later.js';
import type { Parts } from './parts.js';
import type { PartsContainer } from './parts-container.js';

type Client = PartsContainer<Parts>;

/**
 * What is there from the beginning: all that the command needs which agents call all day. Of what such a command rarely
 * asks for, the code is loaded when it does.
 */
export const firstParts = (client: Client): void => {
  machineParts(client);
  storedParts(client);
  workParts(client);
  summonsParts(client);
};

/** The surrounding machine. */
const machineParts = (client: Client): void => {
  client.part('version', ['environment'], ({ environment }) => environment.version);
  client.part('processId', ['environment'], ({ environment }) => environment.processId);
  client.part('wallClock', [], () => new SystemWallClock());
  client.part('timer', [], () => new NodeTimer());
  client.part('randomness', [], () => new CryptoRandomness());
  client.part('eventIds', ['wallClock'], ({ wallClock: clock }) => new UlidEventIdSource(clock));
  client.part('hash', [], () => new CryptoHash());
  client.part('machine', [], () => new NodeMachine());
  client.part('log', ['environment'], ({ environment: { env, stderr } }) => {
    return new StderrLog(stderr, { verbose: (env['SPEC_KITTY_DEBUG'] ?? '') !== '' });
  });
  client.part('stateRoot', ['environment'], ({ environment: { env } }) => {
    const root = StateRoot.locate(env);
    root.check();
    return root;
  });
  client.part('signInEnvironment', ['environment'], ({ environment: { env } }) => {
    return { token: env['SPEC_KITTY_TOKEN'], serverUrl: env['SPEC_KITTY_SERVER_URL'] };
  });
};

/** What is kept in files: the state root, the project's config, the repository. */
const storedParts = (client: Client): void => {
  client.part('configs', [], () => new YamlConfigStore());
  client.part('settings', ['stateRoot'], ({ stateRoot }) => new TomlSettingsStore(stateRoot));
  client.part('checkouts', ['stateRoot'], ({ stateRoot }) => new JsonCheckoutRegistry(stateRoot));
  client.part('credentials', ['stateRoot'], ({ stateRoot }) => new TomlCredentialStore(stateRoot));
  client.part('knownHubs', ['stateRoot'], ({ stateRoot }) =>
    calledLater(async () => new (await hubNotes()).JsonKnownHubs(stateRoot)),
  );
  client.part('machineAccounts', ['stateRoot'], ({ stateRoot }) =>
    calledLater(async () => new (await hubNotes()).JsonMachineAccounts(stateRoot)),
  );
  client.part('lamport', OF_LAMPORT_FILE, (needs) => {
    return new JsonLamportStore(lamportFile(needs), captureLockPath(needs.stateRoot.path));
  });
  client.part('outboxes', [...OF_LAMPORT_FILE, 'randomness', 'log'], ({ randomness, log, ...needs }) => {
    return new LowdbOutboxes(needs.stateRoot.path, {
      clock: lamportFile(needs),
      warn: (message) => log.warn(message),
      newJournalId: () => randomness.uuid(),
      nowMs: () => needs.wallClock.nowMs(),
    });
  });
  client.part(
    'repository',
    ['stateRoot', 'environment'],
    ({ stateRoot, environment: { env, waiting } }) =>
      new GitRepository({
        stateRoot: stateRoot.path,
        environment: env,
        lockWaitMs: waiting?.waitMs,
        onWait: waiting?.onWait,
      }),
  );
  client.part('intents', ['stateRoot'], ({ stateRoot }) => new JsonIntentStore(stateRoot.path));
  client.part('files', [], () => new WorkPackageFiles());
};

const hubNotes = () => import('../../adapters/delivery/json-hub-notes.js');

const OF_LAMPORT_FILE = ['stateRoot', 'machine', 'hash', 'wallClock'] as const;

const lamportFile = ({
  stateRoot: { path },
  machine,
  hash,
  wallClock,
}: Pick<Parts, (typeof OF_LAMPORT_FILE)[number]>): LamportFile =>
  new LamportFile(path, {
    mintNodeId: () => deriveNodeId((text) => hash.sha256(text), machine),
    highestCaptured: () => highestCapturedClock(path),
    nowMs: () => wallClock.nowMs(),
    bootId: machine.bootId,
    machine: machine.machineId === undefined ? undefined : hash.sha256(machine.machineId).slice(0, 16),
  });

/** Account, identity, emission, and the command that agents call all day. */
const workParts = (client: Client): void => {
  client.part(
    'getAccountStatus',
    ['credentials', 'wallClock', 'signInEnvironment', 'machineAccounts', 'knownHubs'],
    (needs) => new GetAccountStatus(needs),
  );
  client.part(
    'account',
    ['getAccountStatus'],
    ({ getAccountStatus }) =>
      () =>
        getAccountStatus.account(),
  );
  client.part(
    'limits',
    ['settings'],
    ({ settings }) =>
      async () =>
        captureLimits(await settings.read()),
  );
  client.part(
    'ensureIdentity',
    ['configs', 'checkouts', 'repository', 'lamport', 'randomness', 'hash'],
    (needs) => new EnsureIdentity(needs),
  );
  client.part(
    'emitter',
    [
      ...(['repository', 'outboxes', 'wallClock', 'eventIds', 'machine'] as const),
      ...(['ensureIdentity', 'account', 'limits', 'checkouts', 'runtime'] as const),
    ],
    ({ ensureIdentity, checkouts, runtime, ...needs }) =>
      new EventEmitter({
        ...needs,
        identify: (checkout) => ensureIdentity.run(checkout),
        preference: (projectUuid) => checkouts.preference(projectUuid),
        emitted: (situation) => runtime.emitted(situation),
      }),
  );
  client.part(
    'resolveLeftOver',
    ['repository', 'files', 'intents', 'outboxes'],
    ({ repository, files, intents, outboxes }) => ({
      // Commands rarely die: what brings their work to an end is loaded where there is some.
      run: async (held, limits) => {
        if ((await intents.read(held)) === 'none') return undefined;
        const { ResolveLeftOver } = await import('../work/resolve-left-over.js');
        return new ResolveLeftOver({ repository, files, intents, outboxes }).run(held, limits);
      },
    }),
  );
  client.part(
    'perform',
    ['repository', 'files', 'intents', 'emitter', 'resolveLeftOver'],
    (needs) => new PerformWork(needs),
  );
  client.part('moveWorkPackage', ['repository', 'files', 'perform'], (needs) => new MoveWorkPackage(needs));
};

/** What sees to it that the background process runs. */
const summonsParts = (client: Client): void => {
  client.part('backgroundPost', ['stateRoot'], async ({ stateRoot }) => {
    const { FileBackgroundPost } = await import('../../adapters/delivery/file-background-post.js');
    return new FileBackgroundPost(stateRoot);
  });
  client.part('backgroundStarter', ['environment', 'stateRoot'], async ({ environment, stateRoot }) => {
    const { DetachedStarter } = await import('../../adapters/delivery/file-background-post.js');
    const { command, args } = environment.program;
    return new DetachedStarter({
      command,
      args: [...args, 'sync', 'run', '--background'],
      directory: stateRoot.path,
      environment: { ...backgroundEnvironment(environment.env), SPEC_KITTY_HOME: stateRoot.path },
    });
  });
  client.part('summons', ['backgroundPost', 'backgroundStarter', 'wallClock', 'version'], async (needs) => {
    const { Summons } = await import('../delivery/summons.js');
    return new Summons(needs);
  });
};
