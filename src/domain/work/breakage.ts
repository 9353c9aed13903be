import { type ErrorKind, isSyncError, messageOf } from '../errors.js';
import type { LoggedErrorType } from '../events/payloads.js';

/**
 * What an error of each kind means when it ends a workflow command. A refusal is an answer: the command, the flow or a
 * person at work said no, and the one who asked can do something else. Breakage means that the world or the project's
 * files are not as every command needs them; the team is told of it by an event of this type.
 */
const MEANINGS: Readonly<Record<ErrorKind, LoggedErrorType | 'refusal'>> = {
  'config-unreadable': 'validation',
  'config-not-writable': 'runtime',
  'state-root-unsafe': 'runtime',
  'storage-failed': 'runtime',
  'storage-corrupt': 'validation',
  'lock-busy': 'refusal',
  'lock-unsupported': 'runtime',
  'not-a-repository': 'refusal',
  'feature-not-found': 'refusal',
  'feature-ambiguous': 'refusal',
  'work-package-not-found': 'refusal',
  'task-not-found': 'refusal',
  'work-package-unreadable': 'validation',
  'plan-conflicted': 'validation',
  'tasks-unreadable': 'refusal',
  'dependency-invalid': 'refusal',
  'dependency-not-ready': 'refusal',
  'nothing-ready': 'refusal',
  'transition-illegal': 'refusal',
  'commit-refused': 'refusal',
  'worktree-failed': 'refusal',
  'merge-conflict': 'refusal',
  'merge-refused': 'refusal',
  'orchestration-absent': 'refusal',
  'orchestration-unfinished': 'refusal',
  'agents-untrusted': 'refusal',
  'outbox-full': 'refusal',
  'git-failed': 'runtime',
  unreachable: 'network',
  'protocol-mismatch': 'network',
  'not-signed-in': 'refusal',
  'sign-in-failed': 'refusal',
  'session-expired': 'auth',
  'insecure-server': 'refusal',
  'wrong-usage': 'refusal',
  'input-invalid': 'refusal',
  'output-failed': 'refusal',
  interrupted: 'refusal',
  'hub-busy': 'refusal',
  'dependency-missing': 'runtime',
};

/**
 * The type of the event for an error that says that something broke; `undefined` for a refusal, for wrong usage and
 * for an interruption. A refusal that wraps breakage is breakage; what is no error of ours is a defect, and that is
 * breakage of a kind that nobody knows.
 */
export const breakageType = (error: unknown): LoggedErrorType | undefined => {
  if (!isSyncError(error)) return isAbort(error) ? undefined : 'unknown';
  const meaning = MEANINGS[error.kind];
  if (meaning !== 'refusal') return meaning;
  return isSyncError(error.cause) ? breakageType(error.cause) : undefined;
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
