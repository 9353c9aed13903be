import type { WorkPackageRecord } from '../../domain/agents/state.js';
import { isSyncError } from '../../domain/errors.js';
import { withoutPaths } from '../../domain/work/breakage.js';
import { nothingToDo } from '../work/work-plan.js';
import type { OrchestrationContext } from './orchestration-context.js';

/**
 * Tells the team that a person has to look at a work package before the run can go on with it: one `ErrorLogged`, which
 * proves nothing in a file. Whatever happens to the work package next says that it is over. One that cannot be told of
 * costs the team a hint, and the run nothing.
 */
export const announcePause = async (
  { checkout, feature, perform, turns, tell }: OrchestrationContext,
  { id, pause, implementer }: WorkPackageRecord,
): Promise<void> => {
  // What somebody took for themselves waits for nobody.
  if (pause === undefined || pause.reason === 'taken-away') return;
  try {
    await turns.take(() =>
      perform.run({
        checkout,
        subject: { feature, workPackageId: id },
        plan: async (emission) => {
          const fact = emission.fact('ErrorLogged', id, {
            ...{ error_type: 'runtime', error_message: withoutPaths(pause.detail), wp_id: id },
            ...{ feature_slug: feature, pause_reason: pause.reason },
            ...(implementer === undefined ? {} : { agent_id: implementer }),
          });
          await emission.capture([fact]);
          return nothingToDo(undefined);
        },
      }),
    );
  } catch (error) {
    if (!isSyncError(error)) throw error;
    tell({ what: 'noticed', workPackageId: id, notice: `The team was not told: ${error.message}` });
  }
};
