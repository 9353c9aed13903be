import type { Decision } from '../../domain/outbox/decision.js';
import { appendToLog, readLog } from '../fs/sealed-log.js';

/** What the file says; a damaged line may have been any decision, so nothing can be concluded from the others. */
interface DecisionReading {
  readonly decisions: readonly Decision[];
  readonly unreadable?: string;
}

/** Adds decisions of a journal, durable when this returns. Call it under the capture lock. */
export const appendDecisions = (path: string, journal: string, decisions: readonly Decision[]): void =>
  appendToLog(
    path,
    decisions.map((decision) => ({ journal, ...decision })),
  );

/**
 * The decisions of a journal, in the order in which they were made. Those of another journal speak of records whose
 * numbers nobody can relate to this one's: they are there because its beginning was damaged, and are as good as
 * unreadable.
 */
export const readDecisions = (path: string, journal: string): DecisionReading => {
  let lost = 0;
  const decisions = readLog(path).map((line): Decision => {
    if (line?.['journal'] !== journal) {
      lost += 1;
      return { decision: 'unreadable' };
    }
    const { journal: _journal, ...decision } = line;
    return decision as unknown as Decision;
  });
  return lost === 0 ? { decisions } : { decisions, unreadable: `${lost} lines of ${path} cannot be used` };
};
