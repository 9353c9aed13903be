import type { PerformedWork } from '../../../work/work-plan.js';
import type { Terminal } from '../../terminal.js';

/**
 * Warns of events that are not simply captured, and of a crowd that waits; nothing of it makes a command fail.
 */
export const tellOutcomes = (
  { outcomes, emission, leftOver }: PerformedWork<object>,
  crowd: number | undefined,
  terminal: Terminal,
): void => {
  const kept = [...outcomes, ...(leftOver?.outcomes ?? [])].filter((outcome) => outcome.outcome === 'kept');
  if (kept[0] !== undefined) {
    terminal.warn(
      `The outbox takes nothing: ${kept[0].message}. ${kept.length} events stay in the repository; the next command adds them.`,
    );
  }
  const refused = outcomes.filter((outcome) => outcome.outcome === 'refused');
  const [first] = refused;
  if (first !== undefined) {
    terminal.warn(
      `${refused.length} of ${outcomes.length} events were not captured: ${first.message}. See: spec-kitty sync status`,
    );
  }
  const delayed = outcomes.filter(({ outcome }) => outcome === 'waiting').length;
  if (delayed > 0) {
    terminal.warn(
      `${delayed} events are safe, but another process holds the outbox; the next command adds them.`,
    );
  }
  if (crowd !== undefined) {
    terminal.warn(
      `${crowd} events wait; at ${emission?.limits.maxWaiting} further ones are refused. Deliver them with: spec-kitty sync now`,
    );
  }
};
