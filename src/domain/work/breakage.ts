import { type ErrorKind, isSyncError, messageOf } from '../errors.js';
import type { LoggedErrorType } from '../events/payloads.js';

/**
 * The errors that end a workflow command because the world or the project's files are not as every command needs them;
 * the team is told of them by an event of this type. Every other error is an answer: the command, the flow or a person
 * at work said no, and the one who asked can do something else.
 */
const BREAKAGE: Readonly<Partial<Record<ErrorKind, LoggedErrorType>>> = {
  'config-unreadable': 'validation',
  'config-not-writable': 'runtime',
  'state-root-unsafe': 'runtime',
  'storage-failed': 'runtime',
  'storage-corrupt': 'validation',
  'lock-unsupported': 'runtime',
  'work-package-unreadable': 'validation',
  'plan-conflicted': 'validation',
  'git-failed': 'runtime',
  unreachable: 'network',
  'protocol-mismatch': 'network',
  'session-expired': 'auth',
  'dependency-missing': 'runtime',
};

/**
 * The type of the event for an error that says that something broke; `undefined` for a refusal, for wrong usage and
 * for an interruption. A refusal that wraps breakage is breakage; what is no error of ours is a defect, and that is
 * breakage of a kind that nobody knows.
 */
export const breakageType = (error: unknown): LoggedErrorType | undefined => {
  if (!isSyncError(error)) return isAbort(error) ? undefined : 'unknown';
  return BREAKAGE[error.kind] ?? (isSyncError(error.cause) ? breakageType(error.cause) : undefined);
};

/** The message of an error as the team may read it: whatever could be a path or an address is left out. */
export const breakageMessage = (error: unknown): string => {
  const said = withoutPaths(messageOf(error));
  const kind = isSyncError(error) ? error.kind : 'internal';
  return said === '' ? kind : `${kind}: ${said}`;
};

/** A text without whatever in it could be a path or an address. */
export const withoutPaths = (text: string): string =>
  text.replace(/[^\s'"`()<>]*[\\/][^\s'"`()<>]*/g, '…').trim();

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
