import { SyncError } from '../../domain/errors.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { OrchestrationStore, OrchestratorPlace } from '../../ports/agents.js';
import type { Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { readOrchestration } from './orchestration-status.js';

/**
 * Takes the place of the project's orchestrator, and keeps its files out of what git shows. Fails with `lock-busy` when
 * another one has it.
 */
export const occupyProject = async (
  store: OrchestrationStore,
  repository: Pick<Repository, 'exclusive' | 'exclude'>,
  checkout: Checkout,
): Promise<OrchestratorPlace> => {
  if (checkout.commonDir === undefined) {
    throw new SyncError('not-a-repository', 'Agents work in git worktrees, and here is no git.', {
      hint: 'Run "git init" and commit once, then run the command again.',
    });
  }
  const place = await store.occupy(checkout);
  if (place === undefined) {
    throw new SyncError('lock-busy', 'Another orchestrator is at work in this project.', {
      hint: 'See what it does with "spec-kitty orchestrate --status".',
    });
  }
  try {
    await repository.exclusive(checkout, async (held) => {
      for (const pattern of OWN_FILES) await repository.exclude(held, pattern);
    });
    return place;
  } catch (error) {
    place.release();
    throw error;
  }
};

/** The state before a new run: none, or one that is over. */
export const startable = async (
  store: OrchestrationStore,
  checkout: Checkout,
): Promise<OrchestrationState | undefined> => {
  const state = await readOrchestration(store, checkout);
  if (state === undefined || state.status === 'completed' || state.status === 'aborted') return state;
  throw new SyncError('orchestration-unfinished', `The run over ${state.feature} is not over.`, {
    hint: 'Go on with it by "spec-kitty orchestrate --resume", or give it up by "spec-kitty orchestrate --abort".',
  });
};

/** The state of the run to go on with. */
export const resumable = async (
  store: OrchestrationStore,
  { checkout, feature }: { readonly checkout: Checkout; readonly feature?: string },
): Promise<OrchestrationState> => {
  const state = await readOrchestration(store, checkout);
  if (state === undefined || state.status === 'aborted') {
    const why = state === undefined ? 'There is no run' : `The run over ${state.feature} was given up`;
    throw new SyncError('orchestration-absent', `${why}, so nothing can be resumed.`, {
      hint: 'Begin one with "spec-kitty orchestrate --feature" and the name of a feature.',
    });
  }
  if (feature === undefined || feature === state.feature) return state;
  throw new SyncError(
    'wrong-usage',
    `The run that can be resumed is over ${state.feature}, not over ${feature}.`,
    {
      hint: 'Leave --feature out.',
    },
  );
};

/** The state, and what a writer of it leaves beside it when it dies. */
const OWN_FILES = ['/.kittify/orchestration-state.json', '/.kittify/.orchestration-state.json.*'];
