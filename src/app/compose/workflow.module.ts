import { captureLimits } from '../outbox/capture-limits.js';
import { EventEmitter } from '../outbox/event-emitter.js';
import { signedInAccount } from '../delivery/signed-in-account.js';
import { GetAccountStatus } from '../delivery/account-status.js';
import { EnsureIdentity } from '../events/ensure-identity.js';
import { MoveWorkPackage } from '../work/move-work-package.js';
import { PerformWork } from '../work/perform-work.js';
import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** Account, identity, emission, and the command that agents call all day. */
export const workflowModule = (register: Registrar): void => {
  register.single(
    TOKENS.accountStatus,
    [
      TOKENS.credentials,
      TOKENS.wallClock,
      TOKENS.signInEnvironment,
      TOKENS.machineAccounts,
      TOKENS.knownHubs,
    ],
    (store, clock, environment, machines, known) =>
      new GetAccountStatus(store, clock, environment, machines, {
        recognize: async (hub) =>
          (await import('../../domain/delivery/known-hubs.js')).recognize(await known.list(), hub),
      }),
  );
  register.single(
    TOKENS.ensureIdentity,
    [TOKENS.configs, TOKENS.checkouts, TOKENS.repository, TOKENS.lamport, TOKENS.randomness, TOKENS.hash],
    (config, checkouts, repository, clock, randomness, hash) =>
      new EnsureIdentity({ config, checkouts, repository, clock, randomness, hash }),
  );
  register.single(
    TOKENS.emitter,
    [
      TOKENS.repository,
      TOKENS.outboxes,
      TOKENS.wallClock,
      TOKENS.eventIds,
      TOKENS.machine,
      TOKENS.ensureIdentity,
      TOKENS.accountStatus,
      TOKENS.settings,
      TOKENS.checkouts,
      TOKENS.runtime,
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
    TOKENS.resolveLeftOver,
    [TOKENS.repository, TOKENS.featureFiles, TOKENS.intents, TOKENS.outboxes],
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
    TOKENS.performWork,
    [TOKENS.repository, TOKENS.featureFiles, TOKENS.intents, TOKENS.emitter, TOKENS.resolveLeftOver],
    (repository, files, intents, emitter, resolve) =>
      new PerformWork(repository, files, intents, emitter, resolve),
  );
  register.single(
    TOKENS.moveWorkPackage,
    [TOKENS.repository, TOKENS.featureFiles, TOKENS.performWork],
    (...ports) => new MoveWorkPackage(...ports),
  );
};
