import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { isFields } from '../../domain/document.js';
import type { BranchMove } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { writeFileAtomicSync, removeTemporaries } from '../fs/atomic-write.js';
import { storageFailure } from '../fs/storage-failure.js';
import { readPlainFile } from '../fs/repository-file.js';
import { makeDirectory } from '../fs/make-directory.js';
import { moveNotePath } from './git-own-places.js';

/** A move of a branch with the work tree that follows it. */
export interface NotedMove extends BranchMove {
  /** Root of the work tree. */
  readonly directory: string;
}

/** Durable before the first file of the work tree changes. */
export const noteMove = (checkout: Checkout, { branch, from, to, directory }: NotedMove): void => {
  const path = pathOf(checkout);
  if (path === undefined) return;
  try {
    makeDirectory(dirname(path));
    removeTemporaries(path);
    writeFileAtomicSync(path, `${JSON.stringify({ version: 1, branch, from, to, directory })}\n`, {
      mode: 0o600,
    });
  } catch (error) {
    throw storageFailure(path, error);
  }
};

/** Never fails: of a note that stays, the next command finds that its branch is elsewhere by now. */
export const forgetMove = (checkout: Checkout): void => {
  const path = pathOf(checkout);
  if (path === undefined) return;
  try {
    rmSync(path, { force: true });
  } catch {
    // Whatever was done or refused is what counts.
  }
};

/**
 * The move that a dead process may have left half-way; `undefined` when there is none, or its text makes no sense. Fails
 * with `storage-failed` when the note cannot be read.
 */
export const notedMove = (checkout: Checkout): NotedMove | undefined => {
  const path = pathOf(checkout);
  const text = path === undefined ? undefined : readText(path);
  if (text === undefined) return undefined;
  try {
    const noted: unknown = JSON.parse(text);
    if (!isFields(noted)) return undefined;
    const { branch, from, to, directory } = noted;
    return [branch, from, to, directory].every((value) => typeof value === 'string')
      ? ({ branch, from, to, directory } as NotedMove)
      : undefined;
  } catch {
    return undefined;
  }
};

const pathOf = ({ commonDir }: Checkout): string | undefined =>
  commonDir === undefined ? undefined : moveNotePath(commonDir);

const readText = (path: string): string | undefined => {
  try {
    return readPlainFile(path).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageFailure(path, error);
  }
};
