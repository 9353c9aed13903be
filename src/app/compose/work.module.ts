import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';
import { eventsUseCases, workUseCases } from './plan-use-cases.js';

/** The use cases of `work`, and whose project it is; each loaded when it is asked for. */
export const workModule = ({ part, useCases }: Composing<Parts>): void => {
  part('merges', ['environment'], async ({ environment }) => {
    const { GitMerges } = await import('../../adapters/work/git-merges.js');
    return new GitMerges(environment.env);
  });
  useCases(eventsUseCases);
  useCases(workUseCases);
};
