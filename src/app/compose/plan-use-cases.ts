import { useCase } from './parts-container.js';

const plan = ['repository', 'files'] as const;
const work = ['repository', 'files', 'perform'] as const;
const ahead = ['repository', 'merges', 'files'] as const;

/** Whose events these are. */
export const eventsUseCases = {
  showIdentity: useCase(
    ['configs', 'checkouts', 'repository', 'lamport', 'hash'],
    () => import('../events/show-identity.js'),
  ),
};

/** The project's plan: features and work packages. */
export const workUseCases = {
  initProject: useCase(
    ['repository', 'files', 'configs', 'lamport', 'ensureIdentity'],
    () => import('../work/init-project.js'),
  ),
  makeFeature: useCase([...work, 'wallClock'], () => import('../work/new-feature.js')),
  finalizeTasks: useCase(work, () => import('../work/finalize-tasks.js')),
  implementWorkPackage: useCase(work, () => import('../work/implement-work-package.js')),
  addHistory: useCase(work, () => import('../work/add-history.js')),
  markStatus: useCase(work, () => import('../work/mark-status.js')),
  mergeWorkPackages: useCase([...work, 'merges'], () => import('../work/merge-work-packages.js')),
  acceptWorkPackages: useCase([...work, 'merges'], () => import('../work/accept-work-packages.js')),
  readBoard: useCase(plan, () => import('../work/read-board.js')),
  watchBoard: useCase(['readBoard', 'timer'], () => import('../work/watch-board.js')),
  readWorkAhead: useCase(ahead, () => import('../work/read-work-ahead.js')),
  takeNext: useCase(['repository', 'merges', 'implementWorkPackage'], () => import('../work/take-next.js')),
  checkFeature: useCase(plan, () => import('../work/check-feature.js')),
  showWorkPackage: useCase(ahead, () => import('../work/show-work-package.js')),
  reviewWorkPackage: useCase(
    ['repository', 'showWorkPackage', 'moveWorkPackage', 'mergeWorkPackages'],
    () => import('../work/review-work-package.js'),
  ),
  cleanFeature: useCase(ahead, () => import('../work/clean-feature.js')),
  findUnfinishedWork: useCase(plan, () => import('../work/unfinished-work.js')),
  logBreakage: useCase(['repository', 'showIdentity', 'emitter'], () => import('../work/log-breakage.js')),
};
