import type { PerformedWork } from '../../../work/work-plan.js';

/** What there is to say of events that are not simply captured, and of a crowd that waits; nothing of it makes a command fail. */
export const outcomeWarnings = (
  { outcomes, emission, leftOver }: PerformedWork<object>,
  crowd: number | undefined,
): readonly string[] => {
  const warnings: string[] = [];
  const kept = [...outcomes, ...(leftOver?.outcomes ?? [])].filter((outcome) => outcome.outcome === 'kept');
  if (kept[0] !== undefined) {
    warnings.push(
      `The outbox takes nothing: ${kept[0].message}. ${kept.length} events stay in the repository; the next command adds them.`,
    );
  }
  const refused = outcomes.filter((outcome) => outcome.outcome === 'refused');
  const [first] = refused;
  if (first !== undefined) {
    warnings.push(
      `${refused.length} of ${outcomes.length} events were not captured: ${first.message}. See: spec-kitty sync status`,
    );
  }
  const delayed = outcomes.filter(({ outcome }) => outcome === 'waiting').length;
  if (delayed > 0) {
    warnings.push(
      `${delayed} events are safe, but another process holds the outbox; the next command adds them.`,
    );
  }
  if (crowd !== undefined) {
    warnings.push(
      `${crowd} events wait; at ${emission?.limits.maxWaiting} further ones are refused. Deliver them with: spec-kitty sync now`,
    );
  }
  return warnings;
};
