import { SyncError } from '../../../../../domain/errors.js';
import type { DeadLetterChoice } from '../../../../reports/decide-dead-letters.js';

export interface ChoiceArgs {
  readonly ids: readonly string[];
  readonly all: boolean;
}

/** Which dead letters a command line means; one that means none, or some and all, is a misuse. */
export const choiceOf = ({ ids, all }: ChoiceArgs): DeadLetterChoice => {
  if (all !== ids.length > 0) return all ? 'all' : ids;
  throw new SyncError(
    'wrong-usage',
    all ? 'Name ids or --all, not both.' : 'Name ids of dead letters, or --all.',
    {
      hint: 'The ids are listed by: spec-kitty sync dead-letters list',
    },
  );
};
