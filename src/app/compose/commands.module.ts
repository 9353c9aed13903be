import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** The commands that work on a project's plan, each loaded when it is asked for. */
export const commandsModule = (register: Registrar): void => {
  register.single(
    TOKENS.showIdentity,
    [TOKENS.configs, TOKENS.checkouts, TOKENS.repository, TOKENS.lamport, TOKENS.hash],
    async (config, checkouts, repository, clock, hash) => {
      const { ShowIdentity } = await import('../events/show-identity.js');
      return new ShowIdentity({ config, checkouts, repository, clock, hash });
    },
  );
  register.single(
    TOKENS.initProject,
    [TOKENS.repository, TOKENS.featureFiles, TOKENS.configs, TOKENS.lamport, TOKENS.ensureIdentity],
    async (repository, files, config, clock, identity) => {
      const { InitProject } = await import('../work/init-project.js');
      return new InitProject({ repository, files, config, clock, identity });
    },
  );
  const work = [TOKENS.repository, TOKENS.featureFiles, TOKENS.performWork] as const;
  register.single(TOKENS.finalizeTasks, [...work], async (...ports) => {
    const { FinalizeTasks } = await import('../work/finalize-tasks.js');
    return new FinalizeTasks(...ports);
  });
  register.single(TOKENS.makeFeature, [...work, TOKENS.wallClock], async (...ports) => {
    const { MakeFeature } = await import('../work/new-feature.js');
    return new MakeFeature(...ports);
  });
  register.single(TOKENS.implementWorkPackage, [...work], async (...ports) => {
    const { ImplementWorkPackage } = await import('../work/implement-work-package.js');
    return new ImplementWorkPackage(...ports);
  });
  register.single(TOKENS.addHistory, [...work], async (...ports) => {
    const { AddHistory } = await import('../work/add-history.js');
    return new AddHistory(...ports);
  });
  register.single(TOKENS.readBoard, [TOKENS.repository, TOKENS.featureFiles], async (...ports) => {
    const { ReadBoard } = await import('../work/read-board.js');
    return new ReadBoard(...ports);
  });
  register.single(TOKENS.watchBoard, [TOKENS.readBoard, TOKENS.timer], async (...ports) => {
    const { WatchBoard } = await import('../work/watch-board.js');
    return new WatchBoard(...ports);
  });
  register.single(TOKENS.markStatus, [...work], async (...ports) => {
    const { MarkStatus } = await import('../work/mark-status.js');
    return new MarkStatus(...ports);
  });
  register.single(TOKENS.merges, [TOKENS.environment], async ({ env }) => {
    const { GitMerges } = await import('../../adapters/work/git-merges.js');
    return new GitMerges(env);
  });
  register.single(
    TOKENS.showWorkPackage,
    [TOKENS.repository, TOKENS.merges, TOKENS.featureFiles],
    async (...ports) => {
      const { ShowWorkPackage } = await import('../work/show-work-package.js');
      return new ShowWorkPackage(...ports);
    },
  );
  register.single(TOKENS.findUnfinishedWork, [TOKENS.repository, TOKENS.featureFiles], async (...ports) => {
    const { FindUnfinishedWork } = await import('../work/unfinished-work.js');
    return new FindUnfinishedWork(...ports);
  });
  register.single(
    TOKENS.cleanFeature,
    [TOKENS.repository, TOKENS.merges, TOKENS.featureFiles],
    async (...ports) => {
      const { CleanFeature } = await import('../work/clean-feature.js');
      return new CleanFeature(...ports);
    },
  );
  register.single(TOKENS.checkFeature, [TOKENS.repository, TOKENS.featureFiles], async (...ports) => {
    const { CheckFeature } = await import('../work/check-feature.js');
    return new CheckFeature(...ports);
  });
  const merging = [TOKENS.repository, TOKENS.merges, TOKENS.featureFiles, TOKENS.performWork] as const;
  register.single(TOKENS.mergeWorkPackages, [...merging], async (...ports) => {
    const { MergeWorkPackages } = await import('../work/merge-work-packages.js');
    return new MergeWorkPackages(...ports);
  });
  register.single(TOKENS.acceptWorkPackages, [...merging], async (...ports) => {
    const { AcceptWorkPackages } = await import('../work/accept-work-packages.js');
    return new AcceptWorkPackages(...ports);
  });
};
