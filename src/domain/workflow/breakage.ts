import { isSyncError, type ErrorKind } from '../errors.js';

/**
 * Whether an error says that something broke, and not that a command refused what it was asked, was called wrongly or
 * was interrupted. An error that wraps a broken one is broken; what is no error of ours is a defect, which is broken.
 */
export const isBreakage = (error: unknown): boolean => {
  if (!isSyncError(error)) return !(error instanceof Error && error.name === 'AbortError');
  return BROKEN.has(error.kind) || (isSyncError(error.cause) && isBreakage(error.cause));
};

/** The message of an error as the team may read it: whatever could be a path or an address is left out. */
export const breakageMessage = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const said = text.replace(/[^\s'"`()<>]*[\\/][^\s'"`()<>]*/g, '…').trim();
  const kind = isSyncError(error) ? error.kind : 'internal';
  return said === '' ? kind : `${kind}: ${said}`;
};

const BROKEN: ReadonlySet<ErrorKind> = new Set([
  'storage-failed',
  'config-not-writable',
  'git-failed',
  'lock-unsupported',
  'dependency-missing',
]);
