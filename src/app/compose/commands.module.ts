import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** The use cases of `work`, and whose project it is; each loaded when it is asked for. */
export const commandsModule = ({ part, useCase }: Composing<Parts>): void => {
  const work = ['repository', 'files', 'perform'] as const;
  const merging = [...work, 'merges'] as const;
  useCase(
    'showIdentity',
    ['configs', 'checkouts', 'repository', 'lamport', 'hash'],
    () => import('../events/show-identity.js'),
  );
  useCase(
    'initProject',
    ['repository', 'files', 'configs', 'lamport', 'ensureIdentity'],
    () => import('../work/init-project.js'),
  );
  part('merges', ['environment'], async ({ environment }) => {
    const { GitMerges } = await import('../../adapters/work/git-merges.js');
    return new GitMerges(environment.env);
  });
  useCase('makeFeature', [...work, 'wallClock'], () => import('../work/new-feature.js'));
  useCase('finalizeTasks', work, () => import('../work/finalize-tasks.js'));
  useCase('implementWorkPackage', work, () => import('../work/implement-work-package.js'));
  useCase('addHistory', work, () => import('../work/add-history.js'));
  useCase('markStatus', work, () => import('../work/mark-status.js'));
  useCase('mergeWorkPackages', merging, () => import('../work/merge-work-packages.js'));
  useCase('acceptWorkPackages', merging, () => import('../work/accept-work-packages.js'));
  useCase('readBoard', ['repository', 'files'], () => import('../work/read-board.js'));
  useCase('watchBoard', ['readBoard', 'timer'], () => import('../work/watch-board.js'));
  useCase('readWorkAhead', ['repository', 'merges', 'files'], () => import('../work/read-work-ahead.js'));
  useCase('takeNext', ['repository', 'merges', 'implementWorkPackage'], () => import('../work/take-next.js'));
  useCase('checkFeature', ['repository', 'files'], () => import('../work/check-feature.js'));
  useCase('showWorkPackage', ['repository', 'merges', 'files'], () => import('../work/show-work-package.js'));
  useCase(
    'reviewWorkPackage',
    ['repository', 'showWorkPackage', 'moveWorkPackage', 'mergeWorkPackages'],
    () => import('../work/review-work-package.js'),
  );
  useCase('cleanFeature', ['repository', 'merges', 'files'], () => import('../work/clean-feature.js'));
  useCase('findUnfinishedWork', ['repository', 'files'], () => import('../work/unfinished-work.js'));
  useCase('logBreakage', ['repository', 'showIdentity', 'emitter'], () => import('../work/log-breakage.js'));
};
