import { isSyncError, SyncError } from '../../domain/errors.js';

/** Runs a piece of work against the database; whatever breaks in it is `storage-failed`, cause kept. */
export const orStorageFailed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (isSyncError(error)) throw error;
    throw new SyncError('storage-failed', `The hub's database did not ${what}.`, {
      cause: error,
      hint: 'Check that the disk has room and the database is reachable; nothing of the request was stored.',
    });
  }
};
