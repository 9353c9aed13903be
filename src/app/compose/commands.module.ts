import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** The commands that work on a project's plan, each loaded when it is asked for. */
export const commandsModule = (register: Registrar<Parts>): void => {
  register.single(
    'showIdentity',
    ['configs', 'checkouts', 'repository', 'lamport', 'hash'],
    async (config, checkouts, repository, clock, hash) => {
      const { ShowIdentity } = await import('../events/show-identity.js');
      return new ShowIdentity({ config, checkouts, repository, clock, hash });
    },
  );
  register.single(
    'initProject',
    ['repository', 'featureFiles', 'configs', 'lamport', 'ensureIdentity'],
    async (repository, files, config, clock, identity) => {
      const { InitProject } = await import('../work/init-project.js');
      return new InitProject({ repository, files, config, clock, identity });
    },
  );
  const work = ['repository', 'featureFiles', 'performWork'] as const;
  register.single('finalizeTasks', [...work], async (...ports) => {
    const { FinalizeTasks } = await import('../work/finalize-tasks.js');
    return new FinalizeTasks(...ports);
  });
  register.single('makeFeature', [...work, 'wallClock'], async (...ports) => {
    const { MakeFeature } = await import('../work/new-feature.js');
    return new MakeFeature(...ports);
  });
  register.single('implementWorkPackage', [...work], async (...ports) => {
    const { ImplementWorkPackage } = await import('../work/implement-work-package.js');
    return new ImplementWorkPackage(...ports);
  });
  register.single('addHistory', [...work], async (...ports) => {
    const { AddHistory } = await import('../work/add-history.js');
    return new AddHistory(...ports);
  });
  register.single('readBoard', ['repository', 'featureFiles'], async (...ports) => {
    const { ReadBoard } = await import('../work/read-board.js');
    return new ReadBoard(...ports);
  });
  register.single('watchBoard', ['readBoard', 'timer'], async (...ports) => {
    const { WatchBoard } = await import('../work/watch-board.js');
    return new WatchBoard(...ports);
  });
  register.single('markStatus', [...work], async (...ports) => {
    const { MarkStatus } = await import('../work/mark-status.js');
    return new MarkStatus(...ports);
  });
  register.single('merges', ['environment'], async ({ env }) => {
    const { GitMerges } = await import('../../adapters/work/git-merges.js');
    return new GitMerges(env);
  });
  register.single('showWorkPackage', ['repository', 'merges', 'featureFiles'], async (...ports) => {
    const { ShowWorkPackage } = await import('../work/show-work-package.js');
    return new ShowWorkPackage(...ports);
  });
  register.single('findUnfinishedWork', ['repository', 'featureFiles'], async (...ports) => {
    const { FindUnfinishedWork } = await import('../work/unfinished-work.js');
    return new FindUnfinishedWork(...ports);
  });
  register.single('cleanFeature', ['repository', 'merges', 'featureFiles'], async (...ports) => {
    const { CleanFeature } = await import('../work/clean-feature.js');
    return new CleanFeature(...ports);
  });
  register.single('checkFeature', ['repository', 'featureFiles'], async (...ports) => {
    const { CheckFeature } = await import('../work/check-feature.js');
    return new CheckFeature(...ports);
  });
  const merging = ['repository', 'merges', 'featureFiles', 'performWork'] as const;
  register.single('mergeWorkPackages', [...merging], async (...ports) => {
    const { MergeWorkPackages } = await import('../work/merge-work-packages.js');
    return new MergeWorkPackages(...ports);
  });
  register.single('acceptWorkPackages', [...merging], async (...ports) => {
    const { AcceptWorkPackages } = await import('../work/accept-work-packages.js');
    return new AcceptWorkPackages(...ports);
  });
};
