import { captureLimits } from '../sync/capture-limits.js';
import { EventEmitter } from '../sync/event-emitter.js';
import { signedInAccount } from '../sync/signed-in-account.js';
import { GetAccountStatus } from '../usecases/account-status.js';
import { EnsureIdentity } from '../usecases/ensure-identity.js';
import { MoveWorkPackage } from '../usecases/move-work-package.js';
import { PerformWork } from '../usecases/perform-work.js';
import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** Account, identity, emission, and the commands that change a project. */
export const workflowModule = (register: Registrar): void => {
  register.single(
    TOKENS.accountStatus,
    [TOKENS.credentials, TOKENS.wallClock, TOKENS.signInEnvironment, TOKENS.machineAccounts],
    (store, clock, environment, machines) => new GetAccountStatus(store, clock, environment, machines),
  );
  register.single(
    TOKENS.ensureIdentity,
    [TOKENS.configs, TOKENS.checkouts, TOKENS.repository, TOKENS.lamport, TOKENS.randomness, TOKENS.hash],
    (config, checkouts, repository, clock, randomness, hash) =>
      new EnsureIdentity({ config, checkouts, repository, clock, randomness, hash }),
  );
  register.single(
    TOKENS.showIdentity,
    [TOKENS.configs, TOKENS.checkouts, TOKENS.repository, TOKENS.lamport, TOKENS.hash],
    async (config, checkouts, repository, clock, hash) => {
      const { ShowIdentity } = await import('../usecases/show-identity.js');
      return new ShowIdentity({ config, checkouts, repository, clock, hash });
    },
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
        const { ResolveLeftOver } = await import('../usecases/resolve-left-over.js');
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
    TOKENS.initProject,
    [TOKENS.repository, TOKENS.featureFiles, TOKENS.configs, TOKENS.lamport, TOKENS.ensureIdentity],
    async (repository, files, config, clock, identity) => {
      const { InitProject } = await import('../usecases/init-project.js');
      return new InitProject({ repository, files, config, clock, identity });
    },
  );
  const work = [TOKENS.repository, TOKENS.featureFiles, TOKENS.performWork] as const;
  register.single(TOKENS.finalizeTasks, [...work], async (...ports) => {
    const { FinalizeTasks } = await import('../usecases/finalize-tasks.js');
    return new FinalizeTasks(...ports);
  });
  register.single(TOKENS.implementWorkPackage, [...work], async (...ports) => {
    const { ImplementWorkPackage } = await import('../usecases/implement-work-package.js');
    return new ImplementWorkPackage(...ports);
  });
  register.single(TOKENS.moveWorkPackage, [...work], (...ports) => new MoveWorkPackage(...ports));
  register.single(TOKENS.addHistory, [...work], async (...ports) => {
    const { AddHistory } = await import('../usecases/add-history.js');
    return new AddHistory(...ports);
  });
  register.single(TOKENS.readBoard, [TOKENS.repository, TOKENS.featureFiles], async (...ports) => {
    const { ReadBoard } = await import('../usecases/read-board.js');
    return new ReadBoard(...ports);
  });
  register.single(TOKENS.watchBoard, [TOKENS.readBoard, TOKENS.timer], async (...ports) => {
    const { WatchBoard } = await import('../usecases/watch-board.js');
    return new WatchBoard(...ports);
  });
  register.single(TOKENS.markStatus, [...work], async (...ports) => {
    const { MarkStatus } = await import('../usecases/mark-status.js');
    return new MarkStatus(...ports);
  });
  register.single(TOKENS.merges, [TOKENS.environment], async ({ env }) => {
    const { GitMerges } = await import('../../adapters/workspace/git-merges.js');
    return new GitMerges(env);
  });
  const merging = [TOKENS.repository, TOKENS.merges, TOKENS.featureFiles, TOKENS.performWork] as const;
  register.single(TOKENS.mergeWorkPackages, [...merging], async (...ports) => {
    const { MergeWorkPackages } = await import('../usecases/merge-work-packages.js');
    return new MergeWorkPackages(...ports);
  });
  register.single(TOKENS.acceptWorkPackages, [...work], async (...ports) => {
    const { AcceptWorkPackages } = await import('../usecases/accept-work-packages.js');
    return new AcceptWorkPackages(...ports);
  });
};
