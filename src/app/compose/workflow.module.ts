import { captureLimits } from '../outbox/capture-limits.js';
import { EventEmitter } from '../outbox/event-emitter.js';
import { signedInAccount } from '../delivery/signed-in-account.js';
import { GetAccountStatus } from '../delivery/account-status.js';
import { EnsureIdentity } from '../events/ensure-identity.js';
import { MoveWorkPackage } from '../work/move-work-package.js';
import { PerformWork } from '../work/perform-work.js';
import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** Account, identity, emission, and the command that agents call all day. */
export const workflowModule = (register: Registrar<Parts>): void => {
  register.single(
    'accountStatus',
    ['credentials', 'wallClock', 'signInEnvironment', 'machineAccounts', 'knownHubs'],
    (store, clock, environment, machines, known) =>
      new GetAccountStatus(store, clock, environment, machines, {
        recognize: async (hub) =>
          (await import('../../domain/delivery/known-hubs.js')).recognize(await known.list(), hub),
      }),
  );
  register.single(
    'ensureIdentity',
    ['configs', 'checkouts', 'repository', 'lamport', 'randomness', 'hash'],
    (config, checkouts, repository, clock, randomness, hash) =>
      new EnsureIdentity({ config, checkouts, repository, clock, randomness, hash }),
  );
  register.single(
    'emitter',
    [
      'repository',
      'outboxes',
      'wallClock',
      'eventIds',
      'machine',
      'ensureIdentity',
      'accountStatus',
      'settings',
      'checkouts',
      'runtime',
    ],
    (
      repository,
      outboxes,
      clock,
      ids,
      machine,
      ensureIdentity,
      accountStatus,
      settings,
      checkouts,
      runtime,
    ) =>
      new EventEmitter({
        repository,
        outboxes,
        clock,
        ids,
        machine,
        identify: (checkout) => ensureIdentity.run(checkout),
        account: () => signedInAccount(accountStatus),
        limits: async () => captureLimits(await settings.read()),
        preference: (projectUuid) => checkouts.preference(projectUuid),
        emitted: (situation) => runtime.emitted(situation),
      }),
  );
  register.single(
    'resolveLeftOver',
    ['repository', 'featureFiles', 'intents', 'outboxes'],
    (repository, files, intents, outboxes) => ({
      // Commands rarely die: what brings their work to an end is loaded where there is some.
      run: async (held, limits) => {
        if ((await intents.read(held)) === 'none') return undefined;
        const { ResolveLeftOver } = await import('../work/resolve-left-over.js');
        return new ResolveLeftOver(repository, files, intents, outboxes).run(held, limits);
      },
    }),
  );
  register.single(
    'performWork',
    ['repository', 'featureFiles', 'intents', 'emitter', 'resolveLeftOver'],
    (repository, files, intents, emitter, resolve) =>
      new PerformWork(repository, files, intents, emitter, resolve),
  );
  register.single(
    'moveWorkPackage',
    ['repository', 'featureFiles', 'performWork'],
    (...ports) => new MoveWorkPackage(...ports),
  );
};
