import { isSyncError, type ErrorKind } from '../../domain/errors.js';

/** How a command can end: what a shell sees, and what it tells a script. Only this file knows the numbers. */
const OUTCOMES = {
  done: [0, 'done'],
  failed: [1, 'failed'],
  'wrong-usage': [2, 'wrong usage'],
  'partly-delivered': [3, 'some events stayed'],
  'not-signed-in': [4, 'not signed in'],
  interrupted: [130, 'interrupted'],
} as const;

/** How a command ended, in words. */
export type Outcome = keyof typeof OUTCOMES;

export const exitCodeOf = (outcome: Outcome): number => OUTCOMES[outcome][0];

/** Every exit code with its meaning, ascending, for help and documents. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = Object.values(OUTCOMES);

/** The same on one line: `0 done, 1 failed, …`. */
export const exitCodeLine = (): string => EXIT_CODES.map((each) => each.join(' ')).join(', ');

/** What a thrown value means for the shell. Whatever is not known by its kind has failed. */
export const outcomeOfError = (error: unknown): Outcome => {
  if (isSyncError(error)) return OF_ERRORS[error.kind] ?? 'failed';
  return error instanceof Error && error.name === 'AbortError' ? 'interrupted' : 'failed';
};

const OF_ERRORS: Partial<Record<ErrorKind, Outcome>> = {
  'wrong-usage': 'wrong-usage',
  'input-invalid': 'wrong-usage',
  'not-signed-in': 'not-signed-in',
  'sign-in-failed': 'not-signed-in',
  'session-expired': 'not-signed-in',
  interrupted: 'interrupted',
};
