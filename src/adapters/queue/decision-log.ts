import type { Decision } from '../../domain/delivery/decision.js';
import { appendToLog, readLog } from '../fs/sealed-log.js';

/** What the file says; a damaged line may have been any decision, so nothing can be concluded from the others. */
export interface DecisionReading {
  readonly decisions: readonly Decision[];
  readonly unreadable?: string;
}

/** Adds decisions of a journal, durable when this returns. Call it under the capture lock. */
export const appendDecisions = (path: string, journal: string, decisions: readonly Decision[]): void =>
  appendToLog(
    path,
    decisions.map((decision) => ({ journal, ...decision })),
  );

/** The decisions of a journal, in the order in which they were made; those of another journal count for nothing. */
export const readDecisions = (path: string, journal: string): DecisionReading => {
  const lines = readLog(path);
  const decisions = lines.flatMap((line): readonly Decision[] => {
    if (line === undefined) return [{ decision: 'unreadable' }];
    const { journal: of, ...decision } = line;
    return of === journal ? [decision as unknown as Decision] : [];
  });
  const damaged = lines.filter((line) => line === undefined).length;
  return damaged === 0 ? { decisions } : { decisions, unreadable: `${damaged} damaged lines in ${path}` };
};
