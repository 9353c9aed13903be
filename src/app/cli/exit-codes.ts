import { isSyncError } from '../../domain/errors.js';
import type { ErrorKind } from '../../domain/errors.js';
import { unreachable } from '../../domain/errors.js';

/** How a command ended, in words; only this file knows the numbers that a shell sees. */
export type Outcome =
  'done' | 'failed' | 'wrong-usage' | 'partly-delivered' | 'not-signed-in' | 'interrupted';

export const exitCodeOf = (outcome: Outcome): number => {
  switch (outcome) {
    case 'done':
      return 0;
    case 'failed':
      return 1;
    case 'wrong-usage':
      return 2;
    case 'partly-delivered':
      return 3;
    case 'not-signed-in':
      return 4;
    case 'interrupted':
      return 130;
    default:
      return unreachable(outcome);
  }
};

/** What each exit code tells a script, for help and documents. */
export const OUTCOME_MEANINGS: Readonly<Record<Outcome, string>> = {
  done: 'done',
  failed: 'failed',
  'wrong-usage': 'wrong usage',
  'partly-delivered': 'some events stayed',
  'not-signed-in': 'not signed in',
  interrupted: 'interrupted',
};

/** The exit codes on one line: `0 done, 1 failed, …`. */
export const exitCodeLine = (): string =>
  (Object.keys(OUTCOME_MEANINGS) as Outcome[])
    .map((outcome) => `${exitCodeOf(outcome)} ${OUTCOME_MEANINGS[outcome]}`)
    .join(', ');

/** What a thrown value means for the shell. Whatever is not known by its kind has failed. */
export const outcomeOfError = (error: unknown): Outcome => {
  if (isSyncError(error)) return OUTCOMES[error.kind] ?? 'failed';
  return isAbort(error) ? 'interrupted' : 'failed';
};

const OUTCOMES: Partial<Record<ErrorKind, Outcome>> = {
  'wrong-usage': 'wrong-usage',
  'input-invalid': 'wrong-usage',
  'not-signed-in': 'not-signed-in',
  'sign-in-failed': 'not-signed-in',
  'session-expired': 'not-signed-in',
  interrupted: 'interrupted',
};

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
