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

/** The methods of a store that are named here, each with what the database did not do when it breaks. */
export const orStorageFails = <S extends object, Name extends keyof S & string>(
  store: S,
  tasks: Readonly<Record<Name, string>>,
): Pick<S, Name> =>
  Object.fromEntries(
    Object.entries<string>(tasks).map(([name, task]) => {
      const method = store[name as Name] as (...given: readonly unknown[]) => Promise<unknown>;
      return [
        name,
        (...given: readonly unknown[]) => orStorageFailed(task, () => method.apply(store, given as [])),
      ];
    }),
  ) as Pick<S, Name>;
