import type { Accounting } from '../../../../domain/delivery/accounting.js';

/** How many events stayed behind for each reason, over all projects. */
export const leftReasons = (
  projects: readonly { readonly accounting: Accounting }[],
): Readonly<Record<string, number>> => {
  const reasons: Record<string, number> = {};
  const add = (reason: string, count: number): void => {
    if (count > 0) reasons[reason] = (reasons[reason] ?? 0) + count;
  };
  for (const { accounting } of projects) {
    add('pending', accounting.pending);
    for (const [reason, count] of Object.entries(accounting.held)) add(`held: ${reason}`, count);
    for (const [reason, count] of Object.entries(accounting.deadLetters))
      add(`dead letter: ${reason}`, count);
  }
  return reasons;
};
